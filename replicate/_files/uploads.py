"""Files on their way out: any kind of handle, from where it stands, without reading it whole."""

from __future__ import annotations

import base64
import contextlib
import errno
import inspect
import io
import mimetypes
import os
import stat
import tempfile
import threading
import weakref
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple, Optional, cast

import httpx

from .._blocking import in_thread
from .._guards import is_bytes, is_path
from .._http.deadline import remaining
from ..exceptions import ContentTooLargeError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

MAX_UPLOAD = 100 * 1024 * 1024
"""Bytes that `POST /v1/files` takes (https://replicate.com/docs/reference/http#files.create)."""

MAX_SPOOL = 1024 * 1024
"""Bytes of a pipe or socket that are kept in memory before a temporary file takes over."""

_SIGNATURES: tuple[tuple[bytes, int, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", 0, "image/png"),
    (b"\xff\xd8\xff", 0, "image/jpeg"),
    (b"GIF8", 0, "image/gif"),
    (b"WEBP", 8, "image/webp"),
    (b"BM", 0, "image/bmp"),
    (b"%PDF-", 0, "application/pdf"),
    (b"PK\x03\x04", 0, "application/zip"),
    (b"\x1f\x8b", 0, "application/gzip"),
    (b"WAVE", 8, "audio/wav"),
    (b"ID3", 0, "audio/mpeg"),
    (b"\xff\xfb", 0, "audio/mpeg"),
    (b"fLaC", 0, "audio/flac"),
    (b"OggS", 0, "audio/ogg"),
    (b"ftyp", 4, "video/mp4"),
    (b"\x1aE\xdf\xa3", 0, "video/webm"),
)


class Upload(NamedTuple):
    """A file ready to be sent: name, binary handle, media type, size in bytes."""

    name: str
    handle: IO[bytes]
    content_type: str
    size: int


def is_file(value: Any) -> bool:
    """Say whether a value is something to read bytes from."""
    return isinstance(value, (bytes, bytearray, memoryview, os.PathLike)) or (
        hasattr(value, "read") and not isinstance(value, type)
    )


def open_upload(
    value: Any, *, name: Optional[str] = None, content_type: Optional[str] = None
) -> Upload:
    """Make a file of any kind ready to be sent, from the position at which it stands.

    Raises:
        ContentTooLargeError: It has more than 100 MiB.
        TypeError: It cannot be read as bytes.
    """
    handle = _binary(value)
    found = name or _name_of(value)
    try:
        if content_type is None and found:
            content_type = mimetypes.guess_type(found)[0]
        if content_type is None:
            content_type = sniff(handle) or "application/octet-stream"
        handle.seek(0, io.SEEK_END)
        size = handle.tell()  # before 3.11, a spooled file's `seek` does not return it
        handle.seek(0)
        check_size(size, found)
    except BaseException:
        handle.close()
        raise
    return Upload(found or "file", handle, content_type, size)


def check_size(size: int, name: Optional[str] = None) -> None:
    """Raise ContentTooLargeError for a file of more bytes than the API takes."""
    if size > MAX_UPLOAD:
        raise ContentTooLargeError(
            title="File too large",
            detail=f"{name or 'The file'} has {size:,} bytes, and Replicate takes uploads of up "
            f"to {MAX_UPLOAD:,}. Put it where the model can fetch it, and pass the URL instead.",
        )


def check_readable(value: Any, place: str) -> None:
    """Look at a file without touching its content, before one beside it is uploaded.

    Args:
        value: A file of any kind.
        place: What to call it.

    Raises:
        OSError: It is a path to no file, or to one that may not be read.
        ContentTooLargeError: It is a path to a file that is too large.
        TypeError: It is a handle that has to be awaited.
        ValueError: It is a handle that is closed, or one for writing.
    """
    if is_path(value):
        status = os.stat(value)  # noqa: PTH116 - a PathLike need not be a Path
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError(errno.EISDIR, f"{place} is a folder", os.fspath(value))
        if not os.access(value, os.R_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), os.fspath(value))
        check_size(status.st_size, _name_of(value))
    elif getattr(value, "closed", False) is True:
        raise ValueError(f"{place} is a file that is closed")
    elif inspect.iscoroutinefunction(getattr(value, "read", None)):
        raise TypeError(f"{place} is an asynchronous file: pass what its read() returns, or .file")
    elif isinstance(value, io.IOBase) and not value.readable():
        raise ValueError(f"{place} is a file that is open for writing only")


def _binary(value: Any) -> IO[bytes]:
    if is_bytes(value):
        return io.BytesIO(value)
    if is_path(value):
        return _binary_of_path(Path(value))
    if isinstance(value, io.TextIOBase):
        return _binary_of_text(value)
    try:
        with _lock_of(value):
            value.seek(value.tell())
    except (AttributeError, OSError, ValueError):
        return _spool(value)
    if isinstance(value.read(0), str):
        return _rest_of_text(value)
    # It has what of IO[bytes] an upload needs.
    return cast("IO[bytes]", Window(value))


def _binary_of_path(path: Path) -> IO[bytes]:
    handle = path.open("rb")
    try:
        if os.fstat(handle.fileno()).st_size:
            return cast("IO[bytes]", Window(handle, owned=True))
        with handle:  # a pipe, a device, what a system makes up as it is read; or nothing
            return _spool(handle)
    except BaseException:
        handle.close()
        raise


def _binary_of_text(handle: io.TextIOBase) -> IO[bytes]:
    """Return the bytes below a text handle: what an image opened without "b" needs."""
    buffer = getattr(handle, "buffer", None)
    if buffer is None:
        return _rest_of_text(handle) if handle.seekable() else _spool(handle)
    with contextlib.suppress(OSError, ValueError):
        handle.seek(handle.tell())  # the buffer below may have been read ahead
    return _binary(buffer)


def _rest_of_text(handle: Any) -> IO[bytes]:
    """Return the bytes of a text handle as `Window` would, and leave it as it stands."""
    here = handle.tell()
    text = handle.read()
    if not text:
        handle.seek(0)
        text = handle.read()
    handle.seek(here)
    return io.BytesIO(text.encode())


def _more_of(source: Any) -> Any:
    chunk = source.read(65536)
    if chunk is None:
        raise BlockingIOError(errno.EAGAIN, "a file that does not block has no more yet")
    return chunk


def _spool(source: Any) -> IO[bytes]:
    """Copy what cannot be rewound, such as a pipe: a retry has to send it again."""
    spool = tempfile.SpooledTemporaryFile(max_size=MAX_SPOOL)  # noqa: SIM115 - closed by who sends it
    try:
        while spool.tell() <= MAX_UPLOAD:
            chunk = _more_of(source)
            if not chunk:
                break
            spool.write(chunk.encode() if isinstance(chunk, str) else chunk)
        spool.seek(0)
    except BaseException:
        spool.close()
        raise
    return spool


def _name_of(value: Any) -> Optional[str]:
    name: Any = value if is_path(value) else getattr(value, "name", None)
    if is_path(name) or isinstance(name, str):  # a temporary file's is a number, or None
        # Names of files may have bytes that are no text.
        return os.fspath(Path(name).name).encode("utf-8", "replace").decode() or None
    return None


def sniff(handle: IO[bytes]) -> Optional[str]:
    """Recognize the media type of unnamed content by its first bytes."""
    start = handle.read(16)
    handle.seek(0)
    for signature, offset, content_type in _SIGNATURES:
        if start[offset : offset + len(signature)] == signature:
            return content_type
    return None


def base64_encode_file(file: Any) -> str:
    """Return a file as a data URI, with the media type of its name or content."""
    upload = open_upload(file)
    with upload.handle as handle:
        data = base64.b64encode(handle.read()).decode("ascii")
    return f"data:{upload.content_type};base64,{data}"


class Window(io.RawIOBase):
    """The rest of a binary handle as a file of its own, which starts at 0 and has a fixed size.

    httpx rewinds what it uploads to 0. A handle that was put elsewhere on purpose is sent
    from there, again after a retry. One at its end, as writing leaves it, is meant whole.
    The size goes ahead of the content: what is added to the file meanwhile is not sent.
    The handle stays open, and where it was: it may be sent again, also by several calls at once.
    """

    def __init__(self, handle: IO[bytes], *, owned: bool = False) -> None:
        """Create a window.

        Args:
            handle: What it shows.
            owned: Whether to close the handle with it.
        """
        self._handle = handle
        self._owned = owned
        self._lock = _lock_of(handle)
        self._position = 0
        with self._lock:
            here = handle.tell()
            handle.seek(0, io.SEEK_END)
            end = handle.tell()  # not every handle returns from `seek` where it is then
            handle.seek(here)
        self._start = 0 if here == end else here
        self._size = end - self._start

    def close(self) -> None:
        if not self.closed and self._owned:
            self._handle.close()
        super().close()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        left = max(0, self._size - self._position)
        wanted = left if size is None or size < 0 else min(size, left)
        with self._lock:
            here = self._handle.tell()
            try:
                self._handle.seek(self._start + self._position)
                data = self._handle.read(wanted)
            finally:
                self._handle.seek(here)
        if wanted and not data:
            raise OSError(f"{_name_of(self._handle) or 'a file'} got shorter while it was sent")
        self._position += len(data)
        return data

    def readinto(self, buffer: Any) -> int:
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def tell(self) -> int:
        return self._position


def _lock_of(handle: Any) -> threading.Lock:
    """Return what lets one call at a time move a handle."""
    return _locks.setdefault(id(handle), threading.Lock())


_locks: weakref.WeakValueDictionary[int, threading.Lock] = weakref.WeakValueDictionary()
"""One for each handle that is being sent."""


class TimedStream(httpx.SyncByteStream):
    """A request body that ends with an error at the deadline, however slowly it is taken."""

    def __init__(self, body: Any) -> None:
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._body:
            if remaining() == 0:
                raise httpx.WriteTimeout("the request was taken too slowly")
            yield chunk


class ThreadedStream(httpx.AsyncByteStream, httpx.SyncByteStream):
    """A request body that is read from files in a thread, so that the event loop goes on.

    Libraries that stand in for the network (vcrpy before 8, respx) read it without one.
    """

    def __init__(self, body: Any) -> None:
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._body)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        chunks: Iterator[bytes] = iter(self._body)

        def read() -> bytes | None:
            return next(chunks, None)

        while True:
            chunk = await in_thread(read)
            if chunk is None:
                return
            yield chunk
