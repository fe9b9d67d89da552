# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional

from attrs import define

from ..base import ApiModel, read_list

__all__ = ("Collection",)


@define(kw_only=True, eq=False, repr=False, slots=False)
class Collection(ApiModel):
    """Models that were put together by hand for one purpose."""

    description: str
    """What the models of the collection are good for."""
    name: str
    """The title of the collection."""
    slug: str
    """The name of the collection in URLs, such as `super-resolution`."""
    full_description: Optional[str] = None
    """A longer description, in Markdown."""
    models: Optional[List[Model]] = None
    """The models of the collection."""

    @staticmethod
    def _read(data: Mapping[str, Any]) -> Dict[str, Any]:
        get = data.get
        return {
            "description": get("description"),
            "name": get("name"),
            "slug": get("slug"),
            "full_description": get("full_description"),
            "models": read_list(Model, get("models")),
        }


# Last, since models may contain each other.
from .model import Model  # noqa: E402
