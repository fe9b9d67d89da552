"""The rest of a user's handle as a file of its own, however many calls send it at once."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import threading
from typing import IO, TYPE_CHECKING, Any, Dict, List, Optional

if TYPE_CHECKING:
    from collections.abc import Callable


def check_ended(piece: Any) -> None:
    """Check what a handle returned that has no more: None means that it has none yet.

    Raises:
        BlockingIOError: It does not block, and is not at its end.
    """
    if piece is None:
        raise BlockingIOError(errno.EAGAIN, "the non-blocking file has no data yet")


class Shared:
    """A handle that calls are using, and where they found it."""

    def __init__(self, handle: Any) -> None:
        self.handle = handle
        self.lock = threading.RLock()
        """Held by who moves the handle. It can be taken twice, since closing an abandoned window
        is something that the garbage collector does, in the middle of anything."""
        self.users = 0
        self.origin: Optional[int] = None
        """Where the handle was when the first of the calls found it."""
        self.left: Optional[int] = None
        """Where one of the calls has left it. Where it is elsewhere, its owner has moved it."""
        self.copy: Optional[IO[bytes]] = None
        """What a handle had that can only be read once."""

    def find(self) -> int:
        """Return where the handle stands, as far as its owner knows."""
        here: int = self.handle.tell()
        if self.origin is None or here != self.left:
            self.origin = here
        return self.origin

    def read_at(self, position: int, size: int) -> bytes:
        """Read so many bytes, fewer only at the end. The handle moves on, and is not put back."""
        with self.lock:
            handle = self.handle
            try:
                if handle.tell() != position:
                    handle.seek(position)
                data: Optional[bytes] = handle.read(size)
                if data is None or len(data) < size:
                    data = self._continued(data, size)
                self.left = position + len(data)
            except BaseException:  # also Ctrl-C: else `restore` would leave the handle there
                self.left = handle.tell()
                raise
            return data

    def _continued(self, piece: Optional[bytes], size: int) -> bytes:
        """Read on after less than was asked for, as sockets and pipes give it."""
        pieces: List[bytes] = []
        while piece:
            pieces.append(piece)
            size -= len(piece)
            if not size:
                break
            piece = self.handle.read(size)
        else:
            check_ended(piece)
        return b"".join(pieces)

    def restore(self) -> None:
        """Put the handle back where the calls found it, unless its owner has moved it since."""
        with contextlib.suppress(OSError, ValueError):  # it may be closed
            if self.left is not None and self.handle.tell() == self.left:
                self.handle.seek(self.origin)
                self.left = self.origin


_lock = threading.RLock()
_table: Dict[int, Shared] = {}
"""The handles that calls are using, by `id`."""


def share(handle: Any) -> Shared:
    """Take part in the use of a handle; `release` ends it."""
    with _lock:
        shared = _table.get(id(handle))
        if shared is None:
            shared = _table[id(handle)] = Shared(handle)
        shared.users += 1
        return shared


def release(shared: Shared) -> None:
    """End one use of a handle; the last one leaves it where the first one found it."""
    with shared.lock:
        # In this order: who comes now finds either this entry, or the handle put back.
        if shared.users == 1:
            shared.restore()
        with _lock:
            shared.users -= 1
            if shared.users:
                return
            _table.pop(id(shared.handle), None)
        if shared.copy is not None:
            shared.copy.close()


def _forget() -> None:
    """Start anew in a forked child: threads that held a lock or a handle are not there."""
    global _lock  # noqa: PLW0603 - the lock itself may be held
    _lock = threading.RLock()
    _table.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


class Window(io.RawIOBase):
    """The rest of a binary handle as a file of its own, which starts at 0 and has a fixed size.

    httpx rewinds what it uploads to 0. A handle that was put elsewhere on purpose is sent
    from there, again after a retry. One at its end, as writing leaves it, is meant whole.
    The size goes ahead of the content: what is added to the file meanwhile is not sent.

    The handle is read forward. It is moved only where somebody else has moved it meanwhile,
    such as another call that sends it too: going back in a file that is compressed, or at
    the other end of a network, may cost as much as reading it from its beginning. It stays
    open, and ends where it began.
    """

    def __init__(
        self,
        handle: Any,
        *,
        name: str = "a file",
        on_close: Optional[Callable[[], None]] = None,
    ) -> None:
        """Create a window.

        Args:
            handle: What it shows.
            name: What to call it in an error.
            on_close: Called when the window is closed.
        """
        self._name = name
        self._on_close = on_close
        self._position = 0
        self._start_of_content = b""
        self._shared = share(handle)
        try:
            with self._shared.lock:
                here = self._shared.find()
                try:
                    handle.seek(0, io.SEEK_END)
                finally:
                    # Not every handle returns from `seek` where it is then.
                    end = self._shared.left = handle.tell()
        except BaseException:
            self.close()
            raise
        self._start = 0 if here == end else here
        self._size = max(0, end - self._start)

    def close(self) -> None:
        if not self.closed:
            release(self._shared)
            if self._on_close is not None:
                self._on_close()
        super().close()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def peek(self, size: int) -> bytes:
        """Return the first bytes; they are not read again from the handle afterwards."""
        self._position = 0
        self._start_of_content = b""
        self._start_of_content = self.read(size)
        self._position = 0
        return self._start_of_content

    def read(self, size: int | None = -1) -> bytes:
        here = self._position
        wanted = self._size - here
        if size is not None and 0 <= size < wanted:
            wanted = size
        if wanted <= 0:
            return b""
        if here < len(self._start_of_content):
            data = self._start_of_content[here : here + wanted]
            if len(data) < wanted:
                data += self._shared.read_at(self._start + here + len(data), wanted - len(data))
        else:
            data = self._shared.read_at(self._start + here, wanted)
        if len(data) < wanted:
            raise OSError(f"{self._name} got shorter while it was sent")
        self._position = here + wanted
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
