# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""Bind the operations of the group `files` to transports."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any, Mapping, Optional

    from ...models.file import File
    from ...models.file_page import FilePage
    from ...types import AsyncTransport, FileContent, SyncTransport

__all__ = ("FilesOperations",)


class FilesOperations:
    """The operations of the group `files`."""

    def __init__(self, sync_transport: SyncTransport, async_transport: AsyncTransport) -> None:
        self._sync = sync_transport
        self._async = async_transport

    def list(self, cursor: Optional[str] = None) -> FilePage:
        """List the files of the account.

        Args:
            cursor: The `next` or `previous` of another page; None for the first page.
        """
        from . import list as operation

        return operation.sync(self._sync, cursor)

    async def async_list(self, cursor: Optional[str] = None) -> FilePage:
        """List the files of the account.

        Args:
            cursor: The `next` or `previous` of another page; None for the first page.
        """
        from . import list as operation

        return await operation.asyncio(self._async, cursor)

    def create(
        self,
        *,
        content: FileContent,
        filename: Optional[str] = None,
        metadata: Optional[Mapping[str, Any]] = None,
        type: Optional[str] = None,
    ) -> File:
        """Upload a file for use as an input.

        It is deleted after 24 hours. The limit is 100 MiB.

        Args:
            content: The content; its name and media type are those of the part.
            filename: The name of the file, at most 255 bytes of UTF-8.
            metadata: What to keep with the file.
            type: The media type of the content.
        """
        from . import create as operation

        return operation.sync(
            self._sync, content=content, filename=filename, metadata=metadata, type=type
        )

    async def async_create(
        self,
        *,
        content: FileContent,
        filename: Optional[str] = None,
        metadata: Optional[Mapping[str, Any]] = None,
        type: Optional[str] = None,
    ) -> File:
        """Upload a file for use as an input.

        It is deleted after 24 hours. The limit is 100 MiB.

        Args:
            content: The content; its name and media type are those of the part.
            filename: The name of the file, at most 255 bytes of UTF-8.
            metadata: What to keep with the file.
            type: The media type of the content.
        """
        from . import create as operation

        return await operation.asyncio(
            self._async, content=content, filename=filename, metadata=metadata, type=type
        )

    def delete(self, file_id: str) -> None:
        """Delete a file.

        Args:
            file_id: The id of the file.
        """
        from . import delete as operation

        return operation.sync(self._sync, file_id)

    async def async_delete(self, file_id: str) -> None:
        """Delete a file.

        Args:
            file_id: The id of the file.
        """
        from . import delete as operation

        return await operation.asyncio(self._async, file_id)

    def get(self, file_id: str) -> File:
        """Get the details of a file.

        Args:
            file_id: The id of the file.
        """
        from . import get as operation

        return operation.sync(self._sync, file_id)

    async def async_get(self, file_id: str) -> File:
        """Get the details of a file.

        Args:
            file_id: The id of the file.
        """
        from . import get as operation

        return await operation.asyncio(self._async, file_id)

    def download(self, file_id: str, *, owner: str, expiry: int, signature: str) -> bytes:
        """Download a file with a signed URL.

        The signature is the base64 form of the HMAC-SHA256 of `owner id expiry` with the secret for
        signed file URLs.

        Args:
            file_id: The id of the file.
            owner: The account that uploaded the file.
            expiry: Until when the URL is valid, in seconds since 1970.
            signature: The signature of owner, id and expiry.
        """
        from . import download as operation

        return operation.sync(self._sync, file_id, owner=owner, expiry=expiry, signature=signature)

    async def async_download(
        self, file_id: str, *, owner: str, expiry: int, signature: str
    ) -> bytes:
        """Download a file with a signed URL.

        The signature is the base64 form of the HMAC-SHA256 of `owner id expiry` with the secret for
        signed file URLs.

        Args:
            file_id: The id of the file.
            owner: The account that uploaded the file.
            expiry: Until when the URL is valid, in seconds since 1970.
            signature: The signature of owner, id and expiry.
        """
        from . import download as operation

        return await operation.asyncio(
            self._async, file_id, owner=owner, expiry=expiry, signature=signature
        )
