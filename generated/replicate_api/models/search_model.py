# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from typing import Any, Dict, Mapping, Optional

from attrs import define

from ..base import ApiModel, read_model

__all__ = ("SearchModel",)


@define(kw_only=True, eq=False, repr=False, slots=False)
class SearchModel(ApiModel):
    """A model that a search found."""

    metadata: Optional[SearchModelMetadata] = None
    model: Optional[Model] = None

    @staticmethod
    def _read(data: Mapping[str, Any]) -> Dict[str, Any]:
        get = data.get
        return {
            "metadata": read_model(SearchModelMetadata, get("metadata")),
            "model": read_model(Model, get("model")),
        }


# Last, since models may contain each other.
from .model import Model  # noqa: E402
from .search_model_metadata import SearchModelMetadata  # noqa: E402
