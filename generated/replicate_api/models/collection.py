# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from typing import TYPE_CHECKING, List, Optional

from .. import base

if TYPE_CHECKING:
    from .model import Model

__all__ = ("Collection",)


@base.model
class Collection(base.ApiModel):
    """Models that were put together by hand for one purpose."""

    description: str
    """What the models of the collection are good for."""
    name: str
    """The title of the collection."""
    slug: str
    """The name of the collection in URLs, such as `super-resolution`."""
    full_description: Optional[str] = None
    """A longer description, in Markdown."""
    models: base.Field[Optional[List[Model]]] = base.nested("Model", depth=1, default=None)
    """The models of the collection."""
