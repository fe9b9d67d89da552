"""A file that a model returned."""

from __future__ import annotations

import io
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Callable, List, Optional, Tuple, Union

import httpx

from .. import _http
from .._blocking import block, in_thread
from .._http.address import parts_of
from . import data_uri as _data_uri
from .downloads import AsyncDownload, Download
from .saving import Handle, file_name, saved

if TYPE_CHECKING:
    import os
    from collections.abc import AsyncIterator, Iterator

    from typing_extensions import Self

    from .._http.session import Session
    from .._progress import Transfer
    from .saving import Sink

PIECES = 8
"""Pieces of a download, of 256 KiB at most, that are written to disk at a time."""

SPOOL = 10 * 1024 * 1024
"""Bytes of an opened file that are kept in memory before a temporary file takes over."""


class FileOutput(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A file that a model returned. Each read downloads the file.

    `for` and `async for` give the content in chunks of bytes. Replicate removes output files one
    hour after the prediction: `save` the files that you need.
    """

    __module__ = "replicate.helpers"  # where 1.x has it: in pickles, and in what people read

    url: str
    """The URL of the file: an https URL, or a data URI with the content of the file."""

    def __init__(self, url: str, client: Optional[Session] = None) -> None:
        self.url = str(url)
        self._client_or_none = client
        self._content_type: Optional[str] = None

    @property
    def _client(self) -> Session:
        return _http.default_client() if self._client_or_none is None else self._client_or_none

    @property
    def content_type(self) -> Optional[str]:
        """The media type, if it is known: from a download, the data URI or the name."""
        if self._content_type is None:
            if self.url[:5].lower() == "data:":
                self._content_type = _data_uri.content_type(self.url)
            else:
                from .media import media_types

                name = parts_of(self.url).path.rpartition("/")[2]
                self._content_type = media_types().guess_type(f"/{name}")[0]
        return self._content_type

    @property
    def name(self) -> str:
        """The name of the file, if possible from its URL: never a path."""
        return file_name(self.url, self.content_type)

    def read(self) -> bytes:
        """Return the whole content.

        Raises:
            DownloadError: The file is gone, or the download failed.
            APIConnectionError: The server of the file cannot be reached.
        """
        return block(self.aread())

    async def aread(self) -> bytes:
        """Return the whole content.

        Raises:
            DownloadError: The file is gone, or the download failed.
            APIConnectionError: The server of the file cannot be reached.
        """
        content = io.BytesIO()  # which gives its bytes away without a copy
        await self._pour(Handle(content), on_disk=False)
        return content.getvalue()

    def __iter__(self) -> Iterator[bytes]:
        return self._download()

    def __aiter__(self) -> AsyncIterator[bytes]:
        return AsyncDownload(self._client, self.url, seen=self._remember)

    def _download(
        self,
        restart: Optional[Callable[[], None]] = None,
        seen: Optional[Callable[[httpx.Response], None]] = None,
    ) -> Download:
        return Download(self._client, self.url, seen=seen or self._remember, restart=restart)

    def _remember(self, response: httpx.Response) -> None:
        content_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if content_type and content_type != "application/octet-stream":
            self._content_type = content_type

    def open(self) -> IO[bytes]:
        """Download the file and return an open binary handle with `read(n)` and `seek`."""
        return block(self.async_open())

    async def async_open(self) -> IO[bytes]:
        """Download the file and return an open binary handle with `read(n)` and `seek`."""
        handle: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=SPOOL)  # noqa: SIM115
        try:
            await self._pour(Handle(handle))
        except BaseException:
            handle.close()
            raise
        handle.seek(0)
        return handle

    async def _pour(self, sink: Sink, *, on_disk: bool = True) -> None:
        """Write the content into something; what may touch a disk is done in a thread."""
        from .._progress import Transfer

        bar = Transfer.of(self.name)
        try:
            await self._pour_with(bar, sink, on_disk=on_disk)
        finally:
            if bar is not None:
                bar.close()

    async def _pour_with(self, bar: Optional[Transfer], sink: Sink, *, on_disk: bool) -> None:
        pieces: List[bytes] = []

        def seen(response: httpx.Response) -> None:
            self._remember(response)
            if bar is not None:
                bar.begin(int(response.headers.get("content-length") or 0) or None)

        def restart() -> None:
            pieces.clear()
            sink.restart()

        async with self._download(restart, seen) as download:
            async for piece in download:
                if bar is not None:
                    bar.add(len(piece))
                pieces.append(piece)
                if not on_disk:
                    sink.write(pieces)
                elif len(pieces) < PIECES:
                    continue
                else:
                    await in_thread(sink.write, pieces)
                pieces.clear()
            await in_thread(sink.write, pieces)

    def save(self, path: Union[str, os.PathLike[str]], *, progress: bool = False) -> Path:
        """Save the file to disk, where the file appears when it is complete.

        Args:
            path: A file name, which is replaced if it exists; or a folder, into which the file is
                saved under its own `name`, or under a free name: `out-0-1.webp` if there is
                an `out-0.webp`.
            progress: Show a bar, where there is a terminal or notebook (`replicate[progress]`).

        Returns:
            The path of the saved file.
        """
        return block(self.async_save(path, progress=progress))

    async def async_save(
        self, path: Union[str, os.PathLike[str]], *, progress: bool = False
    ) -> Path:
        """Save the file to disk, where the file appears when it is complete.

        Args:
            path: A file name, which is replaced if it exists; or a folder, into which the file is
                saved under its own `name`, or under a free name: `out-0-1.webp` if there is
                an `out-0.webp`.
            progress: Show a bar, where there is a terminal or notebook (`replicate[progress]`).

        Returns:
            The path of the saved file.
        """
        target = Path(path)
        in_folder = await in_thread(target.is_dir)
        if in_folder:
            target /= self.name
        from .._progress import showing

        with showing(progress):
            return await saved(target, self._pour, replace=not in_folder)

    def __str__(self) -> str:
        return self.url

    def __repr__(self) -> str:
        url = self.url if len(self.url) <= 200 else f"{self.url[:100]}…"
        return f"{type(self).__name__}({url!r})"

    def _repr_html_(self) -> Optional[str]:
        """Show a picture, sound or film in a notebook, from bytes that the notebook keeps."""
        from .display import file_html

        return file_html(self)

    def __copy__(self) -> FileOutput:
        return self

    def __deepcopy__(self, memo: Any) -> FileOutput:
        return self

    def __reduce__(self) -> Tuple[Any, ...]:
        # Ray, and others that pickle code too, would pickle a class whose module is not loaded.
        import_module(type(self).__module__)
        # The client stays behind: it has connections and a token.
        return type(self), (self.url,)


class FileOutputURL(str, FileOutput):  # type: ignore[misc]  # noqa: SLOT000 - a FileOutput has attributes
    """A `FileOutput` that is also a string, its URL: the files in `prediction.output`.

    The object behaves like a string: it iterates over characters, and has the repr of a string.
    Only the methods of `FileOutput`, such as `read` and `save`, download the file.
    """

    # `str` comes first among the bases: what both have is the string's.

    __module__ = "replicate.helpers"

    __aiter__: None = None  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType] - a string has none

    def __new__(cls, url: str, client: Optional[Session] = None) -> Self:
        """Create the string."""
        del client  # is for `__init__`
        return str.__new__(cls, url)


if "IPython" in sys.modules:
    from .display import show_lists

    show_lists()
