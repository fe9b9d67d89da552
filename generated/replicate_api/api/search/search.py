# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""GET /search"""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional, TypedDict

from ... import answer, request
from ...models.search_results import SearchResults

if TYPE_CHECKING:
    from ...types import AsyncTransport, Request, Response, SyncTransport

__all__ = ("SearchSearchOptions", "asyncio", "build", "parse", "sync")


class SearchSearchOptions(TypedDict, total=False):
    """The optional arguments of the operation, but for headers."""

    limit: Optional[int]
    """How many models to return at most."""


def build(*, query: str, limit: Optional[int] = None) -> Request:
    """Search for models, collections and pages of the web site.

    This operation is in beta.

    Args:
        query: The text to search for.
        limit: How many models to return at most.
    """
    return {
        "method": "GET",
        "url": "/search",
        "params": request.strings({"query": query, "limit": limit}),
    }


def parse(response: Response) -> SearchResults:
    """Read the response, or raise UnexpectedResponse."""
    return SearchResults.from_dict(answer.json_object(response))


def sync(transport: SyncTransport, *, query: str, limit: Optional[int] = None) -> SearchResults:
    """Send what `build` returns, return what `parse` reads."""
    return parse(transport.request(**build(query=query, limit=limit)))


async def asyncio(
    transport: AsyncTransport, *, query: str, limit: Optional[int] = None
) -> SearchResults:
    """Send what `build` returns, return what `parse` reads."""
    return parse(await transport.request(**build(query=query, limit=limit)))
