"""Rooms with a number of places, in which requests wait: first come, first served."""

from __future__ import annotations

from collections import deque
from contextlib import contextmanager
from contextvars import ContextVar
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Deque, NamedTuple, Union

from .._blocking import set_back, taken_from

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    import httpx

TENTH = 10
"""One connection in ten is kept free of streams, and one more for clean-up."""

FEW = 9
"""If there are so few connections, one is kept free of streams, and none for clean-up."""

_cleaning_up: ContextVar[bool] = ContextVar("replicate_cleaning_up", default=False)


class Places(NamedTuple):
    """How many requests may be under way at once."""

    requests: int
    """How many requests of all kinds."""

    streams: int
    """How many of these may be streams and downloads, which stay for as long as they are read."""

    spare: int
    """How many more may cancel runs, for callers that are being ended."""


WITHOUT_LIMITS = Places(requests=110, streams=100, spare=10)
"""How many there may be if the user has set no limits. Like httpx by default, a client has 100
streams at once. It has ten connections more for short requests, and ten for cancels: neither waits
until a stream ends."""


def places_of(options: Mapping[str, Any]) -> Places | None:
    """Return how many requests may be under way to httpx clients with these options. Pure.

    None if there is no such number: over HTTP/2 a connection takes many requests, and a transport
    of the user's has its own rules.
    """
    if options.get("transport") is not None or options.get("http2"):
        return None
    limits: httpx.Limits | None = options.get("limits")
    if limits is None:
        return WITHOUT_LIMITS
    connections = limits.max_connections
    if connections is None:
        return None
    if connections <= FEW:
        return Places(connections, max(1, connections - 1), 0)
    spare = max(1, connections // TENTH)
    requests = connections - spare
    return Places(requests, requests - max(1, requests // TENTH), spare)


@contextmanager
def cleaning_up() -> Generator[None, None, None]:
    """Let requests use the spare places: the runs that they cancel are billed while they wait."""
    token = _cleaning_up.set(True)
    try:
        yield
    finally:
        set_back(_cleaning_up, token)


def is_cleaning_up() -> bool:
    """Say whether the caller is being ended."""
    return _cleaning_up.get()


class ThreadRoom:
    """A room for blocking calls.

    A place is a token in a `SimpleQueue`. A signal handler or finalizer that runs inside one of its
    methods may call another one; in a semaphore it would wait for ever.
    """

    def __init__(self, places: int) -> None:
        self._tokens: SimpleQueue[None] = SimpleQueue()
        for _ in range(places):
            self._tokens.put(None)

    def enter_at_once(self) -> bool:
        """Take a place if one is free, and return whether it was."""
        try:
            self._tokens.get_nowait()
        except Empty:
            return False
        return True

    async def enter(self, seconds: float | None) -> bool:
        """Wait for a place, None for any time, and return whether one came free."""
        try:
            taken_from(self._tokens, seconds)
        except Empty:
            return False
        return True

    def leave(self) -> None:
        """Give the place back."""
        self._tokens.put(None)


class TaskRoom:
    """A room for the tasks of one event loop, which all run in one thread."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._waiting: Deque[Any] = deque()

    def enter_at_once(self) -> bool:
        """Take a place if one is free, and return whether it was."""
        if self._places <= 0:
            return False
        self._places -= 1
        return True

    async def enter(self, seconds: float | None) -> bool:
        """Wait for a place, None for any time, and return whether one came free."""
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
        """Give the place back, to who has waited longest."""
        if self._waiting:
            self._waiting.popleft().set()
        else:
            self._places += 1


Room = Union[ThreadRoom, TaskRoom]
