"""Files on their way out: any kind of file, with its name and media type, ready to be sent."""

from __future__ import annotations

import base64
import errno
import io
import os
import stat
from pathlib import Path
from typing import IO, Any, NamedTuple, Optional

from .._guards import is_bytes, is_path
from .._http.threads import in_time
from ..exceptions import ContentTooLargeError
from .handles import is_asynchronous, is_upload, opened
from .media import (
    SIGNATURE,
    check_name,
    check_type,
    name_of,
    type_by_name,
    type_by_start,
    type_of,
)
from .window import Window

MAX_UPLOAD = 100 * 1024 * 1024
"""Bytes that `POST /v1/files` takes (https://replicate.com/docs/reference/http#files.create)."""


class Upload(NamedTuple):
    """A file ready to be sent: name, binary handle, media type, size in bytes."""

    name: str
    handle: IO[bytes]
    content_type: str
    size: int


def open_upload(
    value: Any, *, name: Optional[str] = None, content_type: Optional[str] = None
) -> Upload:
    """Make a file of any kind ready to be sent, from the position at which it stands.

    Args:
        value: The file.
        name: Its name, if not its own.
        content_type: Its media type, if not what it states itself, or what its name or its
            first bytes tell.

    Raises:
        ContentTooLargeError: It has more than 100 MiB.
        TypeError: It cannot be read as bytes.
        ValueError: It is closed, or the name or the media type has line ends.
    """
    check_readable(value, "the file")
    name = check_name(name) if name else name_of(value)
    if content_type is not None:
        check_type(content_type)
    handle = opened(value, name, MAX_UPLOAD)
    try:
        content_type = content_type or type_of(value)
        handle.seek(0, io.SEEK_END)
        size = handle.tell()  # before 3.11, a spooled file's `seek` does not return it
        handle.seek(0)
        check_size(size, name)
        if content_type is None:
            content_type = type_by_name(name) or type_by_start(_start_of(handle))
    except BaseException:
        handle.close()
        raise
    return Upload(name or "file", handle, content_type, size)


async def async_open_upload(
    value: Any, *, name: Optional[str] = None, content_type: Optional[str] = None
) -> Upload:
    """Do what `open_upload` does in a thread where there is an event loop, and in time.

    Raises:
        DeadlineExceededError: The file is a pipe, for example, and has not ended.
    """

    def open_it() -> Upload:
        return open_upload(value, name=name, content_type=content_type)

    if is_bytes(value):
        return open_it()
    return await in_time(open_it, lambda upload: upload.handle.close(), may_wait=_may_wait(value))


async def async_base64_encode_file(file: Any) -> str:
    """Do what `base64_encode_file` does in a thread where there is an event loop, and in time."""
    return await in_time(lambda: base64_encode_file(file), lambda _: None, may_wait=_may_wait(file))


def _may_wait(value: Any) -> bool:
    """Say whether reading a file may take as long as somebody else takes to write it."""
    return not (is_bytes(value) or (is_path(value) and Path(value).is_file()))


def _start_of(handle: IO[bytes]) -> bytes:
    if isinstance(handle, Window):
        return handle.peek(SIGNATURE)
    start = handle.read(SIGNATURE)
    handle.seek(0)
    return start


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
        check_size(status.st_size, name_of(value))
    elif is_asynchronous(value) and not is_upload(value):
        raise TypeError(f"{place} is an asynchronous file: pass what its read() returns, or .file")
    elif getattr(value, "closed", False) is True:
        raise ValueError(f"{place} is a file that is closed")
    elif isinstance(value, io.IOBase) and not value.readable():
        raise ValueError(f"{place} is a file that is open for writing only")


def base64_encode_file(file: Any) -> str:
    """Return a file as a data URI, with the media type that it states or that its name tells."""
    upload = open_upload(file)
    with upload.handle as handle:
        data = base64.b64encode(handle.read()).decode("ascii")
    media_type = "".join(upload.content_type.split())  # a data URI has no spaces
    return f"data:{media_type};base64,{data}"
