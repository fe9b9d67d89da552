"""Handles of any kind as binary files of a fixed size, which several calls may send at once."""

from __future__ import annotations

import inspect
import io
import os
import tempfile
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Optional, cast

from .._guards import classes_of, is_bytes, is_path
from .._http.deadline import check_deadline
from .texts import has_bytes, rest_of_pipe, rest_of_text, window_below
from .window import Window, check_ended, release, share

if TYPE_CHECKING:
    from collections.abc import Callable

CHUNK = 256 * 1024
"""Bytes that are read at a time."""

IN_MEMORY = 1024 * 1024
"""Bytes of a pipe or socket that are kept in memory before a temporary file takes over."""


def is_file(value: Any) -> bool:
    """Say whether a value is something to read bytes from."""
    return isinstance(value, (bytes, bytearray, memoryview, os.PathLike)) or (
        not isinstance(value, type)
        and (_can_read(value) or is_upload(value) or isinstance(value, _outputs()))
    )


def _outputs() -> Any:
    return classes_of("replicate._files.output", "FileOutput")


def _can_read(value: Any) -> bool:
    """Say whether a value has a `read` that takes a size; that of a response of httpx does not."""
    read = getattr(value, "read", None)
    if not callable(read) or isinstance(value, io.IOBase):
        return callable(read)
    try:
        inspect.signature(read).bind(1)
    except TypeError:
        return False
    except ValueError:  # written in C, which does not tell
        return True
    return True


def is_upload(value: Any) -> bool:
    """Say whether a value is what a web framework makes of an upload: a handle with its name.

    `UploadFile` of Starlette is asynchronous, and `FileField` of aiohttp no handle at all; the
    handle below is an ordinary one, as for temporary files.
    """
    return (
        not isinstance(value, io.IOBase)
        and not is_path(value)
        and callable(getattr(getattr(value, "file", None), "read", None))
        and not is_asynchronous(value.file)
    )


def is_asynchronous(value: Any) -> bool:
    """Say whether a handle has to be awaited."""
    return inspect.iscoroutinefunction(getattr(value, "read", None))


def opened(value: Any, name: Optional[str], limit: int) -> IO[bytes]:
    """Return a file of any kind as a binary handle to send, from where it stands; close it.

    Args:
        value: The file, as `is_file` knows them.
        name: What to call it in an error.
        limit: Bytes that are read at most of a file whose size is not known.
    """
    name = name or "a file"
    if is_bytes(value):
        return io.BytesIO(bytes(value))  # a view of every second byte, too
    if is_path(value):
        return _opened_path(Path(value), name, limit)
    if isinstance(value, _outputs()):
        output: IO[bytes] = value.open()
        return output
    if not _can_read(value) or is_asynchronous(value):
        return opened(value.file, name, limit)
    below = getattr(value, "file", None)
    if isinstance(below, io.IOBase) and not isinstance(value, io.IOBase):
        value = below  # a temporary file is one in text mode by what it wraps
    if isinstance(value, io.TextIOBase):
        return _opened_text(value, name, limit)
    return _window_or_copy(value, name, limit)


def _opened_path(path: Path, name: str, limit: int) -> IO[bytes]:
    handle = path.open("rb")
    try:
        if os.fstat(handle.fileno()).st_size:
            return cast("IO[bytes]", Window(handle, name=name, on_close=handle.close))
        with handle:  # a pipe, a device, what a system makes up as it is read; or nothing
            return _spool(handle, limit)
    except BaseException:
        handle.close()
        raise


def _opened_text(handle: Any, name: str, limit: int) -> IO[bytes]:
    if has_bytes(handle):
        if handle.seekable():
            return window_below(handle, name=name)
        spool = partial(_spool, limit=limit)
        return _copy(handle, partial(rest_of_pipe, handle, spool, limit), name)
    if handle.seekable():
        return rest_of_text(handle)
    return _copy(handle, partial(_spool, handle, limit), name)


def _window_or_copy(handle: Any, name: str, limit: int) -> IO[bytes]:
    try:
        window: Any = Window(handle, name=name)
    except (AttributeError, OSError, ValueError):
        return _copy(handle, partial(_spool, handle, limit), name)
    try:
        is_text = isinstance(handle.read(0), str)
    except BaseException:
        window.close()
        raise
    if is_text:
        window.close()
        return rest_of_text(handle)
    return cast("IO[bytes]", window)


def _copy(handle: Any, copy: Callable[[], IO[bytes]], name: str) -> IO[bytes]:
    """Return the content of a handle that can only be read once, to all calls that send it now."""
    shared = share(handle)
    try:
        with shared.lock:
            if shared.copy is None:
                shared.copy = copy()
            window = Window(shared.copy, name=name, on_close=partial(release, shared))
    except BaseException:
        release(shared)
        raise
    return cast("IO[bytes]", window)


def _spool(source: Any, limit: int) -> IO[bytes]:
    """Copy what cannot be rewound, such as a pipe: a retry has to send it again."""
    read = getattr(source, "read1", source.read)  # which does not wait for more than there is
    spool = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed by who sends it
    try:
        while spool.tell() <= limit:
            check_deadline()
            # That of a buffer is empty at the end, and where there is no more yet.
            piece = read(CHUNK) or source.read(CHUNK)
            if not piece:
                check_ended(piece)
                break
            spool.write(piece.encode() if isinstance(piece, str) else piece)
        spool.seek(0)
    except BaseException:
        spool.close()
        raise
    return spool
