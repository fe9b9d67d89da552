# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""Bind the operations of the group `collections` to transports."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Optional

    from ...models.collection import Collection
    from ...models.collection_page import CollectionPage
    from ...types import AsyncTransport, SyncTransport

__all__ = ("CollectionsOperations",)


class CollectionsOperations:
    """The operations of the group `collections`."""

    def __init__(self, sync_transport: SyncTransport, async_transport: AsyncTransport) -> None:
        self._sync = sync_transport
        self._async = async_transport

    def list(self, cursor: Optional[str] = None) -> CollectionPage:
        """List the collections of models.

        Args:
            cursor: The `next` or `previous` of another page; None for the first page.
        """
        from . import list as operation

        return operation.sync(self._sync, cursor)

    async def async_list(self, cursor: Optional[str] = None) -> CollectionPage:
        """List the collections of models.

        Args:
            cursor: The `next` or `previous` of another page; None for the first page.
        """
        from . import list as operation

        return await operation.asyncio(self._async, cursor)

    def get(self, collection_slug: str) -> Collection:
        """Get a collection with its models.

        Args:
            collection_slug: The name of the collection in URLs, such as `super-resolution`.
        """
        from . import get as operation

        return operation.sync(self._sync, collection_slug)

    async def async_get(self, collection_slug: str) -> Collection:
        """Get a collection with its models.

        Args:
            collection_slug: The name of the collection in URLs, such as `super-resolution`.
        """
        from . import get as operation

        return await operation.asyncio(self._async, collection_slug)
