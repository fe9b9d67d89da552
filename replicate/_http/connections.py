"""The connections of a client: a pool for blocking calls, and one for each event loop.

A connection belongs to the event loop that opened it: one pool for all loops fails in the
second `asyncio.run`. Nor may a forked child use its parent's sockets.

Requests wait for a connection here and nowhere else. httpx has a queue too, but walks through all
requests in it, and through all connections, whenever a request comes or goes. So a pool has
several httpx clients with few connections each, and lets no more requests through than it has
connections.
"""

from __future__ import annotations

import _thread
import contextlib
import os
import threading
import weakref
from collections import deque
from functools import lru_cache
from http.cookiejar import CookieJar
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx

from .._blocking import block_on, is_blocking
from . import loops
from .deadline import deadline, remaining, until
from .direct import may_be_direct
from .rooms import Room, TaskRoom, ThreadRoom, is_cleaning_up, places_of
from .timed import hold_to_deadline

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping

    from .body import Body
    from .rooms import Places

DEFAULT_TIMEOUT = httpx.Timeout(5.0, read=30.0, write=30.0, connect=5.0, pool=10.0)
"""Seconds."""

PATIENCE = 600.0
"""Seconds that a request waits for a connection, if the user has set no pool timeout."""

SHARE = 10
"""How many connections one httpx client of a pool has."""


class Lease(NamedTuple):
    """The permission to send one request: an httpx client, and the rooms that the request is in."""

    client: Any
    pool: Pool
    rooms: tuple[Room, ...]

    def leave(self) -> None:
        """Make room for the next request. A finalizer may call this."""
        if self.rooms:
            self.pool.idle.append(self.client)
        for room in self.rooms:
            room.leave()


class Pool:
    """The connections of blocking calls, or those of one event loop."""

    def __init__(self, make: Callable[[int], Any], places: Places | None, room: Any) -> None:
        """Create a pool, in which nothing is open yet.

        Args:
            make: Makes an httpx client: the first, the second, ..., by number.
            places: How many requests may be under way; None for any number.
            room: The class of the rooms in which requests wait.
        """
        self._make = make
        self._places = places
        self._making = threading.RLock()  # a signal handler may make requests too
        self._requests, self._streams, self._spare = map(room, places or (0, 0, 0))
        self.clients: list[Any] = []
        self.idle: deque[Any] = deque()
        """A client for each connection that is not in use; the last one is used next."""
        self.open: set[Body] = set()
        """Responses that are being read. They are kept alive here until they are closed."""
        self.abandoned: deque[Body] = deque()
        """Responses that nobody reads any more."""

    async def enter(self, *, stream: bool, patience: float | None) -> Lease:
        """Wait until there is a connection to send a request on.

        Args:
            stream: Whether the request stays until its response is closed.
            patience: Seconds to wait at most, None for any time; the deadline holds too.

        Raises:
            httpx.PoolTimeout: No connection came free.
        """
        if self._places is None:
            await self.tidy()
            return Lease(self.first(), self, ())
        rooms: tuple[Room, ...] = (self._requests,)
        if stream:
            rooms = (self._streams, self._requests)
        if is_cleaning_up() and self._spare.enter_at_once():
            rooms = (self._spare,)
        else:
            await _enter(rooms, patience)
        if self.abandoned:
            await self.tidy()
        return Lease(self._take(), self, rooms)

    def _take(self) -> Any:
        while True:
            try:
                client = self.idle.pop()
            except IndexError:
                client = self._new()
            if not client.is_closed:
                return client

    def _new(self) -> Any:
        """Make a client for the next few connections, unless another thread has just done it."""
        with self._making:
            with contextlib.suppress(IndexError):
                return self.idle.pop()
            client = self._make(len(self.clients))
            self.clients.append(client)
            self.idle.extend([client] * (SHARE - 1))
        return client

    def first(self) -> Any:
        """Return the client that sends all requests while few are under way at once."""
        clients = self.clients = [each for each in self.clients if not each.is_closed]
        if not clients:
            self.idle.append(self._take())
        return self.clients[0]

    def abandon(self, body: Body) -> None:
        """Note that nobody reads a response any more. Finalizers call this, in any thread."""
        self.abandoned.append(body)
        body.leave()  # a request that waits for the place closes the response before it goes out
        # A thread closes it: the next request may come late, and the server holds the connection
        # until then. Not one of `threading`, which takes locks: a finalizer must not wait for them.
        with contextlib.suppress(RuntimeError):  # the interpreter is about to end
            _thread.start_new_thread(self._tidy_in_thread, ())

    def _tidy_in_thread(self) -> None:
        with contextlib.suppress(Exception):  # nobody waits for it
            block_on(self.tidy())

    async def tidy(self) -> None:
        """Close the responses that nobody reads any more."""
        while self.abandoned:
            try:
                body = self.abandoned.popleft()
            except IndexError:  # another thread was faster
                return
            await body.close()


async def _enter(rooms: tuple[Room, ...], patience: float | None) -> None:
    entered: list[Room] = []
    wait: until | None = None
    try:
        for room in rooms:
            if not room.enter_at_once():
                wait = wait or deadline(patience)  # for all of the rooms
                with wait:
                    if not await room.enter(remaining()):
                        raise httpx.PoolTimeout("all connections are in use")  # noqa: TRY301
            entered.append(room)
    except BaseException:
        for room in entered:
            room.leave()
        raise


class LoopPool(Pool):
    """The pool of an event loop, which is closed when the loop ends."""

    def __init__(self, make: Callable[[int], Any], places: Places | None) -> None:
        super().__init__(make, places, TaskRoom)
        self._closings: set[Any] = set()
        self.loop = loops.running()

    def abandon(self, body: Body) -> None:
        self.abandoned.append(body)
        loops.call_soon(self.loop, self._start_tidying)

    def _start_tidying(self) -> None:
        if self.abandoned:
            loops.start(self.loop, self.tidy, self._closings)

    async def aclose(self) -> None:
        """Close all connections."""
        await loops.finished(self._closings)
        for client in self.clients:
            await client.aclose()


class Connections:
    """The pools of one client. Nothing is opened before it is needed."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        """Take the keyword arguments of `httpx.Client`, which are those of `AsyncClient`."""
        self._options: dict[str, Any] = {"timeout": DEFAULT_TIMEOUT, **options}
        cookies: Any = self._options.get("cookies")
        self._options["cookies"] = httpx.Cookies(cookies).jar if cookies else CookieJar()
        self._places = places_of(self._options)
        given = options.get("timeout")
        self.patience = PATIENCE if given is None else httpx.Timeout(given).pool
        """Seconds that a request waits for a connection at most."""
        self.may_be_direct = may_be_direct(options)
        self._forget()

    def _forget(self) -> None:
        self._loops: dict[Any, tuple[LoopPool, Any]] = {}
        self._blocking = Pool(self._make_client, self._places, ThreadRoom)
        # Many programs do not close their clients, and none closes the default one: so a finalizer
        # closes the transports. A finalizer keeps its arguments alive. If a user's transport were
        # among them, and it had a hook that refers to this object, neither would ever be freed.
        # So the list has only transports that httpx has made.
        self._own: list[httpx.BaseTransport] = []
        weakref.finalize(self, _close_all, self._own, os.getpid())
        self._pid = os.getpid()  # last: other threads take it for a sign that all is set up

    async def pool(self) -> Pool:
        """Return the pool of the running thread or event loop."""
        if self._pid != os.getpid():
            self._forget()
        return self._blocking if is_blocking() else await self.loop_pool()

    async def loop_pool(self) -> LoopPool:
        """Return the pool of the running event loop."""
        loop = loops.running()
        known = self._loops.get(loop)
        if known is not None:
            return known[0]
        pool = LoopPool(self._make_async_client, self._places)
        for each in list(self._loops):  # other threads may do the same for their loops
            if loops.is_closed(each):
                self._loops.pop(each, None)
        self._loops[loop] = pool, await loops.at_end(self._close_pool, pool)
        return pool

    async def _close_pool(self, pool: LoopPool) -> None:
        if self._loops.get(pool.loop, (None, None))[0] is pool:
            self._loops.pop(pool.loop, None)
        await pool.aclose()

    def _make_client(self, number: int) -> httpx.Client:
        client = httpx.Client(**self._for("handle_request", "blocking", number))
        mounts: Any = self._options.get("mounts") or {}
        given = [self._options.get("transport"), *mounts.values()]
        for transport in [client._transport, *client._mounts.values()]:
            if type(transport) is httpx.HTTPTransport:
                hold_to_deadline(transport)
                if not any(transport is each for each in given):  # which others may be using
                    self._own.append(transport)
        return client

    def _make_async_client(self, number: int) -> httpx.AsyncClient:
        options = self._for("handle_async_request", "async", number)
        given: dict[str, list[Any]] = options.get("event_hooks") or {}
        options["event_hooks"] = {
            event: [_awaitable(hook) for hook in hooks] for event, hooks in given.items()
        }
        return httpx.AsyncClient(**options)

    def _for(self, method: str, kind: str, number: int) -> dict[str, Any]:
        options = dict(self._options)
        transport = options.get("transport")
        if transport is not None:
            if not hasattr(transport, method):
                raise TypeError(
                    f"transport= has no {method}(), which {kind} calls need: pass a transport "
                    "that is an httpx.BaseTransport and an httpx.AsyncBaseTransport"
                )
            return options
        if self._places is not None:
            options["limits"] = _share_of(options.get("limits"), number)
        if options.get("verify", True) is True and options.get("cert") is None:
            options["verify"] = _ssl_context(
                options.get("trust_env", True),
                options.get("http2", False),
                os.environ.get("SSL_CERT_FILE"),
                os.environ.get("SSL_CERT_DIR"),
            )
        return options

    def close(self) -> None:
        """Close the connections of blocking calls; later calls open new ones."""
        clients, self._blocking.clients = self._blocking.clients, []
        if self._pid == os.getpid():
            self._own.clear()
            for client in clients:
                client.close()

    async def aclose(self) -> None:
        """Close the connections of blocking calls and of the running event loop."""
        self.close()
        known = self._loops.get(loops.running())
        if known is not None and self._pid == os.getpid():
            await known[1].aclose()


def _share_of(limits: httpx.Limits | None, number: int) -> httpx.Limits:
    """Return the limits of one of several clients, the first of which keep connections alive.

    The pool bounds the number of requests, so httpx does not bound the number of connections: it
    loses count when a task is canceled while it connects.
    """
    if limits is None:
        return httpx.Limits(max_connections=None, max_keepalive_connections=SHARE)
    kept = limits.max_keepalive_connections
    return httpx.Limits(
        max_connections=None,
        max_keepalive_connections=(
            None if kept is None else max(0, min(SHARE, kept - number * SHARE))
        ),
        keepalive_expiry=limits.keepalive_expiry,
    )


@lru_cache(maxsize=8)
def _ssl_context(
    trust_env: bool,
    http2: bool,  # noqa: ARG001 - only tells contexts apart
    *variables: str | None,  # noqa: ARG001 - likewise
) -> ssl.SSLContext:
    """Load the certificates, which takes longer than most requests, once in a process.

    Args:
        trust_env: As for httpx.
        http2: Whether the client speaks HTTP/2: httpx notes that in the context.
        variables: The environment variables that httpx reads for it.
    """
    return httpx.create_ssl_context(trust_env=trust_env)


def _close_all(transports: list[httpx.BaseTransport], pid: int) -> None:
    for transport in transports if pid == os.getpid() else ():
        with contextlib.suppress(Exception):
            transport.close()


def _awaitable(hook: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Let an event hook written for blocking calls serve asynchronous ones."""

    async def call(event: Any) -> None:
        result = hook(event)
        if hasattr(result, "__await__"):
            await result

    return call
