"""Where requests wait for a connection; tasks first come, first served.

httpx has a queue of its own, but goes through all of it, and for each request in it through
all connections, whenever a request comes or goes: hundreds at once spend most of their time
there, and a thousand so much that they time out, queue again, and never get through. So no
more requests are let through to it than it has connections.
"""

from __future__ import annotations

import threading
from collections import deque
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Deque

import httpx

from .deadline import remaining

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator, Mapping

CONNECTIONS = 100
"""How many httpx opens, if it is not told otherwise."""

SHARE_KEPT_FREE = 10
"""One connection in so many is there for who goes ahead of the queue; at least one."""

FEW = 2
"""So many connections are all used: one of them kept free would halve what gets done."""

_ahead: ContextVar[bool] = ContextVar("replicate_ahead_of_queue", default=False)


def places(options: Mapping[str, Any]) -> int | None:
    """Return how many requests are let through at once to an httpx client with these options.

    None where that is not known: over HTTP/2 a connection takes many requests, and a user's own
    transport has its own rules. Pure.
    """
    if options.get("transport") is not None or options.get("http2"):
        return None
    limits: httpx.Limits | None = options.get("limits")
    connections = CONNECTIONS if limits is None else limits.max_connections
    if connections is None or connections <= FEW:
        return connections
    return connections - max(1, connections // SHARE_KEPT_FREE)


@contextmanager
def ahead_of_queue() -> Generator[None, None, None]:
    """Let clean-up pass everybody: what runs on meanwhile is charged."""
    token = _ahead.set(True)
    try:
        yield
    finally:
        _ahead.reset(token)


class Queue:
    """A queue in which nobody waits: there is room for all."""

    async def send(
        self, send: Callable[[], Awaitable[httpx.Response]], patience: float, *, stream: bool
    ) -> httpx.Response:
        """Send once there is a connection to send on.

        Args:
            send: What sends.
            patience: Seconds to wait at most; the deadline holds too.
            stream: Whether the connection is in use until the response is closed.

        Raises:
            httpx.PoolTimeout: None came free.
        """
        if _ahead.get():
            return await send()
        left = remaining()
        if not await self._enter(patience if left is None else min(patience, left)):
            raise httpx.PoolTimeout("all connections are in use")
        try:
            response = await send()
        except BaseException:
            self.leave()
            raise
        if stream and not response.is_closed:  # an event hook may have read it
            response.stream = _HeldStream(response.stream, self)
        else:
            self.leave()
        return response

    async def _enter(self, seconds: float) -> bool:
        """Wait for a place, and return whether there is one."""
        del seconds
        return True

    def leave(self) -> None:
        """Give the place back."""


class ThreadQueue(Queue):
    """The queue of blocking calls."""

    def __init__(self, places: int) -> None:
        self._places = threading.Semaphore(places)

    async def _enter(self, seconds: float) -> bool:
        return self._places.acquire(timeout=max(0.0, seconds))

    def leave(self) -> None:
        self._places.release()


class TaskQueue(Queue):
    """The queue of the tasks of one event loop."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._waiting: Deque[Any] = deque()

    async def _enter(self, seconds: float) -> bool:
        if self._places:
            self._places -= 1
            return True
        import anyio

        turn = anyio.Event()
        self._waiting.append(turn)
        try:
            with anyio.move_on_after(seconds):
                await turn.wait()
        except BaseException:
            self._withdraw(turn)
            raise
        if not turn.is_set():
            self._withdraw(turn)
        return bool(turn.is_set())

    def _withdraw(self, turn: Any) -> None:
        if turn.is_set():
            self.leave()  # the place came, but too late
        else:
            self._waiting.remove(turn)

    def leave(self) -> None:
        if self._waiting:
            self._waiting.popleft().set()
        else:
            self._places += 1


class _HeldStream(httpx.SyncByteStream, httpx.AsyncByteStream):
    """The body of an answer, which holds a place until it is closed."""

    def __init__(self, body: Any, queue: Queue) -> None:
        self._body = body
        self._queue: Queue | None = queue

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._body)

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._body.__aiter__()  # type: ignore[no-any-return]

    def close(self) -> None:
        try:
            self._body.close()
        finally:
            self._leave()

    async def aclose(self) -> None:
        try:
            await self._body.aclose()
        finally:
            self._leave()

    def _leave(self) -> None:
        queue, self._queue = self._queue, None
        if queue is not None:
            queue.leave()
