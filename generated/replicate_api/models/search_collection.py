# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional

from attrs import define

from ..base import ApiModel

__all__ = ("SearchCollection",)


@define(kw_only=True, eq=False, repr=False, slots=False)
class SearchCollection(ApiModel):
    """A collection that a search found."""

    description: Optional[str] = None
    """What the models of the collection are good for."""
    models: Optional[List[str]] = None
    """The names of the models in it."""
    name: Optional[str] = None
    """The title of the collection."""
    slug: Optional[str] = None
    """The name of the collection in URLs."""

    @staticmethod
    def _read(data: Mapping[str, Any]) -> Dict[str, Any]:
        get = data.get
        return {
            "description": get("description"),
            "models": get("models"),
            "name": get("name"),
            "slug": get("slug"),
        }
