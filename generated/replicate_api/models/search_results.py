# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional

from attrs import define

from ..base import ApiModel, read_list

__all__ = ("SearchResults",)


@define(kw_only=True, eq=False, repr=False, slots=False)
class SearchResults(ApiModel):
    """What a search found."""

    collections: Optional[List[SearchCollection]] = None
    """The collections, best first."""
    models: Optional[List[SearchModel]] = None
    """The models, best first."""
    pages: Optional[List[SearchPage]] = None
    """The pages of the web site, best first."""
    query: Optional[str] = None
    """The text that was searched for."""

    @staticmethod
    def _read(data: Mapping[str, Any]) -> Dict[str, Any]:
        get = data.get
        return {
            "collections": read_list(SearchCollection, get("collections")),
            "models": read_list(SearchModel, get("models")),
            "pages": read_list(SearchPage, get("pages")),
            "query": get("query"),
        }


# Last, since models may contain each other.
from .search_collection import SearchCollection  # noqa: E402
from .search_model import SearchModel  # noqa: E402
from .search_page import SearchPage  # noqa: E402
