# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""Bind the operations of the group `search` to transports."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Optional

    from ...models.search_results import SearchResults
    from ...types import AsyncTransport, SyncTransport

__all__ = ("SearchOperations",)


class SearchOperations:
    """The operations of the group `search`."""

    def __init__(self, sync_transport: SyncTransport, async_transport: AsyncTransport) -> None:
        self._sync = sync_transport
        self._async = async_transport

    def search(self, *, query: str, limit: Optional[int] = None) -> SearchResults:
        """Search for models, collections and pages of the web site.

        This operation is in beta.

        Args:
            query: The text to search for.
            limit: How many models to return at most.
        """
        from . import search as operation

        return operation.sync(self._sync, query=query, limit=limit)

    async def async_search(self, *, query: str, limit: Optional[int] = None) -> SearchResults:
        """Search for models, collections and pages of the web site.

        This operation is in beta.

        Args:
            query: The text to search for.
            limit: How many models to return at most.
        """
        from . import search as operation

        return await operation.asyncio(self._async, query=query, limit=limit)
