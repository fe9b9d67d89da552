"""Uploaded files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, Iterable, List, Literal, Mapping, Optional

from replicate_api import models
from replicate_api.api.files.create import FilesCreateOptions

from ._arguments import check_more
from ._blocking import block
from ._guards import names_of
from .pagination import Items, Page, fetch_page
from .resource import Namespace, Resource

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from replicate_api.api.files.create import FilesCreateMore
    from replicate_api.api.files.list import FilesListOptions

    from .pagination import Cursor, Fetch

__all__ = ["File", "FileEncodingStrategy", "FileList", "Files"]

FileEncodingStrategy = Literal["base64", "url"]


class File(Resource, models.File):
    """An uploaded file, which models can read for 24 hours."""


class FileList(List[File]):
    """A page of files: a list, as in 1.x, with `next` and `previous`."""

    def __init__(
        self, files: Iterable[File], *, next: Optional[str] = None, previous: Optional[str] = None
    ) -> None:
        super().__init__(files)
        self._fetch: Optional[Fetch[File]] = None
        self.next = next
        self.previous = previous

    @property
    def results(self) -> List[File]:
        """The files, as on other pages."""
        return self

    def items(self) -> Items[File]:
        """Return the files of this page and of all further pages, for `for` and `async for`."""
        return Items(self)

    def __getstate__(self) -> Dict[str, Any]:
        return {"next": self.next, "previous": self.previous}  # without the client

    def rows(self) -> List[Dict[str, Any]]:
        """Return the files as rows of a table, as `Page.rows` does."""
        return self._page.rows()

    def _repr_html_(self) -> str:
        return self._page._repr_html_()

    @property
    def _page(self) -> Page[File]:
        return Page(results=[*self], next=self.next, previous=self.previous)


class FileParams(FilesCreateOptions, total=False):
    """Parameters of `files.create`, besides the file."""

    content_type: Optional[str]
    """The media type; by default guessed from the name or the content."""


class Files(Namespace):
    """Operations on files."""

    CreateFileParams = FileParams

    def create(
        self,
        file: Any,
        *,
        filename: Optional[str] = None,
        content_type: Optional[str] = None,
        metadata: Optional[Mapping[str, Any]] = None,
        **more: Unpack[FilesCreateMore],
    ) -> File:
        """Upload a file.

        Args:
            file: A path, a handle or bytes; up to 100 MiB. A handle is read from its present
                position, and stays open.
            filename: The name of the uploaded file; by default the name of `file`.
            content_type: The media type; by default guessed from the name or the content.
            metadata: Any JSON object, which Replicate stores with the file.
            more: Further fields of the API's form.

        Raises:
            ContentTooLargeError: The file is larger than 100 MiB.
            ValueError: `file` is not a path, a handle or bytes.
        """
        made = self._ours.async_create(
            file, filename=filename, content_type=content_type, metadata=metadata, **more
        )
        return block(made)

    async def async_create(
        self,
        file: Any,
        *,
        filename: Optional[str] = None,
        content_type: Optional[str] = None,
        metadata: Optional[Mapping[str, Any]] = None,
        **more: Unpack[FilesCreateMore],
    ) -> File:
        """Upload a file.

        Args:
            file: A path, a handle or bytes; up to 100 MiB. A handle is read from its present
                position, and stays open.
            filename: The name of the uploaded file; by default the name of `file`.
            content_type: The media type; by default guessed from the name or the content.
            metadata: Any JSON object, which Replicate stores with the file.
            more: Further fields of the API's form.

        Raises:
            ContentTooLargeError: The file is larger than 100 MiB.
            ValueError: `file` is not a path, a handle or bytes.
        """
        from pathlib import Path

        from replicate_api.api.files import create

        from ._files.handles import is_file
        from ._files.uploads import async_open_upload
        from ._progress import measured

        check_more(self.async_create, more, FilesCreateOptions.__annotations__)
        if isinstance(file, str):
            file = Path(file)
        if not is_file(file):
            raise ValueError("Unsupported file type. Must be a file path or file-like object.")
        upload = await async_open_upload(file, name=filename, content_type=content_type)
        handle = measured(upload.handle, upload.name, upload.size)
        try:
            # The part of the form that has the file has its name and type.
            data = await self._client._call(
                create.asyncio,
                content=(upload.name, handle, upload.content_type),
                metadata=metadata,
                **more,
            )
        finally:
            handle.close()
        return File._of(data, self._client)

    def get(self, file_id: str) -> File:
        """Get a file by its id."""
        return block(self._ours.async_get(file_id))

    async def async_get(self, file_id: str) -> File:
        """Get a file by its id."""
        from replicate_api.api.files import get

        return File._of(await self._client._call(get.asyncio, file_id), self._client)

    def list(self, cursor: Cursor = ..., **params: Unpack[FilesListOptions]) -> FileList:
        """List the account's files, newest first.

        Args:
            cursor: The `next` or `previous` of a page. Without it, the first page.
            params: Other parameters of the API's list.

        Raises:
            ValueError: `cursor` is None.
        """
        return block(self._ours.async_list(cursor, **params))

    async def async_list(
        self, cursor: Cursor = ..., **params: Unpack[FilesListOptions]
    ) -> FileList:
        """List the account's files, newest first.

        Args:
            cursor: The `next` or `previous` of a page. Without it, the first page.
            params: Other parameters of the API's list.

        Raises:
            ValueError: `cursor` is None.
        """
        from replicate_api.api.files import list

        page = await fetch_page(self._client, list, File, cursor, **params)
        files = FileList(page.results, next=page.next, previous=page.previous)
        files._fetch = page._fetch
        return files

    def delete(self, file_id: str) -> bool:
        """Delete a file by its id."""
        return block(self._ours.async_delete(file_id))

    async def async_delete(self, file_id: str) -> bool:
        """Delete a file by its id."""
        from replicate_api.api.files import delete

        await self._client._call(delete.asyncio, file_id)
        return True


if not TYPE_CHECKING:
    __getattr__ = names_of(__name__)
