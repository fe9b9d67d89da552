"""The bytes of handles that were opened as text: a picture opened without "b", for example."""

from __future__ import annotations

import io
from typing import IO, Any, Callable, List

from .window import Window, release, share

_NEWLINES = ("\n", "\r\n", "\r")
_EXACT = ("strict", "surrogateescape", "surrogatepass")
"""Ways to handle errors by which text can be turned back into the bytes that it was."""


def has_bytes(handle: Any) -> bool:
    """Say whether there are bytes below a text handle; there are none below a `StringIO`."""
    return getattr(handle, "buffer", None) is not None


def window_below(handle: Any, **options: Any) -> IO[bytes]:
    """Return the bytes below a text handle that can seek, from where the text stands."""
    buffer = handle.buffer
    shared = share(buffer)
    try:
        with shared.lock:
            # While another call sends it, the text is not what moves it.
            if shared.left is None or buffer.tell() != shared.left:
                _put_buffer_where_text_is(handle)
            window: Any = Window(buffer, **options)
    finally:
        release(shared)
    return window  # type: ignore[no-any-return]


def _put_buffer_where_text_is(handle: Any) -> None:
    """Undo what the text handle has read ahead."""
    try:
        handle.seek(handle.tell())
    except OSError:  # it does not tell while it is iterated over
        text = handle.read()
        buffer = handle.buffer
        end = buffer.seek(0, io.SEEK_END)
        for candidate in _candidates(text, handle):
            buffer.seek(end - len(candidate))
            if buffer.read() == candidate:
                handle.seek(end - len(candidate))
                return
        raise _unknown_place() from None


def _candidates(text: str, handle: Any) -> List[bytes]:
    """Return what a text may have been as bytes."""
    try:
        return [_encoded(text.replace("\n", newline), handle) for newline in _NEWLINES]
    except (LookupError, UnicodeError):
        return []


def _encoded(text: str, handle: Any) -> bytes:
    encoding = handle.encoding
    mark = "".encode(encoding)
    return text.encode(encoding, handle.errors or "strict")[len(mark) :]


def rest_of_pipe(handle: Any, spool: Callable[[Any], IO[bytes]], limit: int) -> IO[bytes]:
    """Return what is left in a text handle that cannot seek, such as a pipe.

    Args:
        handle: The handle.
        spool: Copies the bytes below, where nothing was read as text yet.
        limit: Characters to read at most.

    Raises:
        ValueError: Some was read as text, and the bytes of the rest cannot be told any more.
    """
    try:
        handle.reconfigure(encoding=handle.encoding)  # which is refused after the first read
    except (AttributeError, io.UnsupportedOperation):
        return io.BytesIO(_bytes_of_rest(handle, limit))
    return spool(handle.buffer)


def _bytes_of_rest(handle: Any, limit: int) -> bytes:
    try:
        text = handle.read(limit)
        mark = "".encode(handle.encoding)
        if (mark and "utf-8" not in handle.encoding.replace("_", "-").lower()) or (
            (handle.errors or "strict") not in _EXACT
        ):
            raise _unknown_place()
        seen: Any = handle.newlines
        if "\n" in text and "\r" not in text and seen not in {None, "\n"}:
            if not isinstance(seen, str):  # several kinds, which are one kind now
                raise _unknown_place()
            text = text.replace("\n", seen)
        return _encoded(text, handle)
    except UnicodeError:
        raise _unknown_place() from None


def _unknown_place() -> ValueError:
    return ValueError(
        "a file was read as text before, and which bytes are left cannot be told: "
        'open it in binary mode ("rb"), or pass its .buffer from the beginning'
    )


def rest_of_text(handle: Any) -> IO[bytes]:
    """Return the rest of a text handle without bytes below, in UTF-8; it stays where it is.

    One at its end, as writing leaves it, is meant whole.
    """
    shared = share(handle)
    try:
        with shared.lock:
            here = handle.tell()
            try:
                text = handle.read()
                if not text:
                    handle.seek(0)
                    text = handle.read()
            finally:
                handle.seek(here)
    finally:
        release(shared)
    return io.BytesIO(text.encode())
