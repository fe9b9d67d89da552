# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from typing import TYPE_CHECKING, List, Optional

from ..base import ApiModel, Field, model, nested

if TYPE_CHECKING:
    from .search_collection import SearchCollection
    from .search_model import SearchModel
    from .search_page import SearchPage

__all__ = ("SearchResults",)


@model
class SearchResults(ApiModel):
    """What a search found."""

    collections: Field[Optional[List[SearchCollection]]] = nested(
        "SearchCollection", depth=1, default=None
    )
    """The collections, best first."""
    models: Field[Optional[List[SearchModel]]] = nested("SearchModel", depth=1, default=None)
    """The models, best first."""
    pages: Field[Optional[List[SearchPage]]] = nested("SearchPage", depth=1, default=None)
    """The pages of the web site, best first."""
    query: Optional[str] = None
    """The text that was searched for."""
