# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from typing import List, Optional

from .. import base

__all__ = ("SearchCollection",)


@base.model
class SearchCollection(base.ApiModel):
    """A collection that a search found."""

    description: Optional[str] = None
    """What the models of the collection are good for."""
    models: Optional[List[str]] = None
    """The names of the models in it."""
    name: Optional[str] = None
    """The title of the collection."""
    slug: Optional[str] = None
    """The name of the collection in URLs."""
