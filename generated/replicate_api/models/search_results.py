# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from typing import TYPE_CHECKING, List, Optional

from .. import base

if TYPE_CHECKING:
    from .search_collection import SearchCollection
    from .search_model import SearchModel
    from .search_page import SearchPage

__all__ = ("SearchResults",)


@base.model
class SearchResults(base.ApiModel):
    """What a search found."""

    collections: base.Field[Optional[List[SearchCollection]]] = base.nested(
        "SearchCollection", depth=1, default=None
    )
    """The collections, best first."""
    models: base.Field[Optional[List[SearchModel]]] = base.nested(
        "SearchModel", depth=1, default=None
    )
    """The models, best first."""
    pages: base.Field[Optional[List[SearchPage]]] = base.nested("SearchPage", depth=1, default=None)
    """The pages of the web site, best first."""
    query: Optional[str] = None
    """The text that was searched for."""
