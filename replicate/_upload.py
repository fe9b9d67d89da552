"""Files on their way out: any kind of handle, from where it stands, without reading it whole."""

from __future__ import annotations

import io
from typing import IO, TYPE_CHECKING, Any

import httpx

from ._blocking import in_thread

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator


class Window(io.RawIOBase):
    """The rest of a binary handle as a file of its own, which starts at 0.

    httpx rewinds what it uploads to 0. A handle that was put elsewhere on purpose is sent
    from there, again after a retry, and is neither closed nor read ahead.
    """

    def __init__(self, handle: IO[bytes]) -> None:
        self._handle = handle
        self._start = handle.tell()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        return self._handle.read(-1 if size is None else size)

    def readinto(self, buffer: Any) -> int:
        data = self._handle.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence == io.SEEK_SET:
            offset += self._start
        return self._handle.seek(offset, whence) - self._start

    def tell(self) -> int:
        return self._handle.tell() - self._start

    def size(self) -> int:
        """Return the number of bytes from the start to the end."""
        here = self.tell()
        end = self.seek(0, io.SEEK_END)
        self.seek(here)
        return end


class ThreadedStream(httpx.AsyncByteStream):
    """A request body that is read from files in a thread, so that the event loop goes on."""

    def __init__(self, body: Any) -> None:
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        chunks: Iterator[bytes] = iter(self._body)

        def read() -> bytes | None:
            return next(chunks, None)

        while True:
            chunk = await in_thread(read)
            if chunk is None:
                return
            yield chunk
