# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional

from attrs import define

from ..base import ApiModel

__all__ = ("SearchModelMetadata",)


@define(kw_only=True, eq=False, repr=False, slots=False)
class SearchModelMetadata(ApiModel):
    """What the search knows of a model beside the model itself."""

    generated_description: Optional[str] = None
    """A description that was written by a language model."""
    score: Optional[float] = None
    """How well the model fits the query."""
    tags: Optional[List[str]] = None
    """What the model is about."""

    @staticmethod
    def _read(data: Mapping[str, Any]) -> Dict[str, Any]:
        get = data.get
        return {
            "generated_description": get("generated_description"),
            "score": get("score"),
            "tags": get("tags"),
        }
