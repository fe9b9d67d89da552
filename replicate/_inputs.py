"""What a user may put into a model's input, turned into JSON and uploaded files."""

from __future__ import annotations

import base64
import contextlib
import io
import mimetypes
import os
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Dict, NamedTuple, Optional, cast

from ._blocking import in_thread
from ._guards import is_bytes, is_iterable, is_mapping, is_path
from .exceptions import ContentTooLargeError

if TYPE_CHECKING:
    from .client import Client

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
    if content_type is None and found:
        content_type = mimetypes.guess_type(found)[0]
    if content_type is None:
        content_type = sniff(handle) or "application/octet-stream"
    size = handle.seek(0, io.SEEK_END)
    handle.seek(0)
    if size > MAX_UPLOAD:
        raise ContentTooLargeError(
            title="File too large",
            detail=f"{found or 'The file'} has {size:,} bytes, and Replicate takes uploads of up "
            f"to {MAX_UPLOAD:,}. Put it where the model can fetch it, and pass the URL instead.",
        )
    return Upload(found or "file", handle, content_type, size)


def _binary(value: Any) -> IO[bytes]:
    from ._upload import Window

    if is_bytes(value):
        return io.BytesIO(value)
    if is_path(value):
        return Path(value).open("rb")  # closed by who sends it
    if isinstance(value, io.TextIOBase):
        return _binary_of_text(value)
    try:
        value.seek(value.tell())
    except (AttributeError, OSError, ValueError):
        return _spool(value)
    if isinstance(value.read(0), str):
        return io.BytesIO(value.read().encode())
    # It has what of IO[bytes] an upload needs.
    return cast("IO[bytes]", Window(value))


def _binary_of_text(handle: io.TextIOBase) -> IO[bytes]:
    """Return the bytes below a text handle: what an image opened without "b" needs."""
    buffer = getattr(handle, "buffer", None)
    if buffer is None:
        return io.BytesIO(handle.read().encode())
    with contextlib.suppress(OSError, ValueError):
        handle.seek(handle.tell())  # the buffer below may have been read ahead
    return _binary(buffer)


def _spool(source: Any) -> IO[bytes]:
    """Copy what cannot be rewound, such as a pipe: a retry has to send it again."""
    import tempfile

    spool = tempfile.SpooledTemporaryFile(max_size=MAX_SPOOL)  # noqa: SIM115 - closed by who sends it
    while True:
        chunk = source.read(65536)
        if not chunk:
            break
        spool.write(chunk.encode() if isinstance(chunk, str) else chunk)
        if spool.tell() > MAX_UPLOAD:
            break
    spool.seek(0)
    return spool


def _name_of(value: Any) -> Optional[str]:
    name: Any = value if is_path(value) else getattr(value, "name", None)
    if is_path(name) or isinstance(name, str):  # a temporary file's is a number, or None
        return Path(name).name or None
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
    data = base64.b64encode(upload.handle.read()).decode("ascii")
    if isinstance(file, os.PathLike):
        upload.handle.close()
    return f"data:{upload.content_type};base64,{data}"


async def encode(value: Any, client: Client, strategy: Optional[str] = None) -> Any:
    """Return a JSON value for any input; files are uploaded, or inlined with `"base64"`.

    The same handle or path given twice is uploaded once.
    """
    return await _Encoder(client, strategy).encode(value)


class _Encoder:
    def __init__(self, client: Client, strategy: Optional[str]) -> None:
        self._client = client
        self._strategy = strategy
        self._sent: dict[Any, tuple[Any, str]] = {}

    async def encode(self, value: Any) -> Any:
        if value is None or isinstance(value, (bool, int, float)):
            return _number(value)
        url = _url_of(value)
        if url is not None:
            return url
        if isinstance(value, str):
            return value
        if is_file(value):
            return await self._file(value)
        if is_mapping(value):
            return {key: await self.encode(item) for key, item in value.items()}
        numpy = sys.modules.get("numpy")  # if it was never imported, nothing is of its making
        if numpy is not None and isinstance(value, numpy.ndarray):
            return await self.encode(value.tolist())
        if numpy is not None and isinstance(value, numpy.generic):
            return value.item()
        if is_iterable(value) and not hasattr(value, "__attrs_attrs__"):
            return [await self.encode(item) for item in value]
        return _scalar(value)

    async def _file(self, file: Any) -> str:
        key = os.fspath(file) if is_path(file) else id(file)
        if key not in self._sent:
            if self._strategy == "base64":
                encoded = await in_thread(base64_encode_file, file)
            else:
                uploaded = await self._client.files.async_create(file)
                encoded = cast("Dict[str, str]", uploaded.urls)["get"]
            # Holding on to the file keeps its id from being given to another.
            self._sent[key] = (file, encoded)
        return self._sent[key][1]


def _number(value: Any) -> Any:
    import enum

    return value.value if isinstance(value, enum.Enum) else value


def _url_of(value: Any) -> Optional[str]:
    """Return the URL of what is already on a server: a model's output, an uploaded file."""
    from replicate_api import models

    helpers = sys.modules.get("replicate.helpers")
    if helpers is not None and isinstance(value, helpers.FileOutput):
        return str(value.url)
    if isinstance(value, models.File):
        url = value.urls.get("get") if value.urls else None
        return url if isinstance(url, str) else None
    return None


def _scalar(value: Any) -> Any:
    import enum
    import uuid
    from datetime import date, time

    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, enum.Enum):
        return value.value
    return value
