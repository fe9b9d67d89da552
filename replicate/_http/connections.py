"""The httpx clients behind a `Client`: one for blocking calls, one per event loop.

A pooled connection belongs to the event loop that opened it: one async client for all of
them fails in the second `asyncio.run`. Nor may a forked child use its parent's sockets.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import weakref
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx

from .._blocking import is_blocking
from .queue import Queue, TaskQueue, ThreadQueue, places

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncGenerator, Callable, Mapping

DEFAULT_TIMEOUT = httpx.Timeout(5.0, read=30.0, write=30.0, connect=5.0, pool=10.0)


class _OfLoop(NamedTuple):
    """What belongs to one event loop."""

    client: httpx.AsyncClient
    guard: AsyncGenerator[None, None]
    """Closes the client when the loop ends."""
    queue: Queue
    finishing: set[Any]
    """Tasks that close abandoned responses."""


class Pools:
    """Creates httpx clients when they are first needed, and closes them."""

    _sync: httpx.Client | None = None

    def __init__(self, options: Mapping[str, Any]) -> None:
        """Take the keyword arguments of `httpx.Client`, which are those of `AsyncClient`."""
        self._options: dict[str, Any] = {"timeout": DEFAULT_TIMEOUT, **options}
        self._places = places(self._options)
        self._forget()

    def _forget(self) -> None:
        self._lock = threading.Lock()
        self._sync = None
        self._async: dict[Any, _OfLoop] = {}
        self._queue = Queue() if self._places is None else ThreadQueue(self._places)
        # Not everybody closes a client, and nobody the default one. A finalizer runs before
        # the garbage collector tears cycles down in any order, so no open socket is left over.
        # What it is to close stays alive till then: so that is nothing that the user gave, whose
        # hooks may refer to this object, but only what httpx made.
        self._own: list[httpx.BaseTransport] = []
        weakref.finalize(self, _close_all, self._own, os.getpid())
        self._pid = os.getpid()  # last: other threads go ahead once it is the present one

    def sync(self) -> httpx.Client:
        """Return the client for blocking calls."""
        if self._pid != os.getpid():
            self._forget()
        client = self._sync
        if client is None or client.is_closed:
            with self._lock:
                client = self._sync
                if client is None or client.is_closed:
                    client = httpx.Client(**self._for("handle_request", "blocking"))
                    self._sync = client
                    self._own[:] = _made_by_httpx(client)
        return client

    async def for_loop(self) -> httpx.AsyncClient:
        """Return the client for the running event loop."""
        if self._pid != os.getpid():
            self._forget()
        loop = _running_loop()
        entry = self._async.get(loop)
        if entry is None or entry.client.is_closed:
            options = self._for("handle_async_request", "async")
            given: dict[str, list[Any]] = options.get("event_hooks") or {}
            options["event_hooks"] = {
                event: [_awaitable(hook) for hook in hooks] for event, hooks in given.items()
            }
            client = httpx.AsyncClient(**options)
            guard = self._close_with(loop, client)
            # An event loop closes the async generators that it has seen when it ends, which
            # is the one moment at which the connections can be closed properly. (The
            # generator does not suspend here: no other task can come in between.)
            await guard.__anext__()
            queue = Queue() if self._places is None else TaskQueue(self._places)
            entry = _OfLoop(client, guard, queue, set())
            with self._lock:
                for known in [known for known in self._async if _is_closed(known)]:
                    del self._async[known]
                self._async[loop] = entry
        return entry.client

    async def queue(self) -> Queue:
        """Return where requests of the running thread or event loop wait for a connection."""
        if is_blocking():
            self.sync()
            return self._queue
        await self.for_loop()
        return self._async[_running_loop()].queue

    async def _close_with(self, loop: Any, client: httpx.AsyncClient) -> AsyncGenerator[None, None]:
        try:
            yield
        finally:
            with self._lock:
                entry = self._async.get(loop)
                if entry is not None and entry.client is client:
                    del self._async[loop]
            if entry is not None and entry.client is client and entry.finishing:
                import asyncio  # only its tasks are there

                await asyncio.wait(entry.finishing)
            await client.aclose()

    def abandon(self, response: httpx.Response) -> None:
        """Close a response whose reader stopped before its end, without waiting for that.

        An abandoned generator is finalized anywhere, also as its event loop ends, where
        asyncio cancels what is still waiting. What is then left over goes with the client.
        """
        if is_blocking():
            response.close()
            return
        try:
            loop = _running_loop()
        except RuntimeError:
            return
        entry = self._async.get(loop)
        if entry is None:
            return
        if not hasattr(loop, "is_closed"):  # trio's
            sys.modules["trio"].lowlevel.spawn_system_task(response.aclose)
            return
        task = loop.create_task(response.aclose())
        entry.finishing.add(task)
        task.add_done_callback(entry.finishing.discard)

    def _for(self, method: str, kind: str) -> dict[str, Any]:
        options = dict(self._options)
        transport = options.get("transport")
        if transport is not None:
            if not hasattr(transport, method):
                raise TypeError(
                    f"transport= has no {method}(), which {kind} calls need: pass a transport "
                    "that is an httpx.BaseTransport and an httpx.AsyncBaseTransport"
                )
        elif options.get("verify", True) is True and options.get("cert") is None:
            options["verify"] = _ssl_context(
                options.get("trust_env", True),
                options.get("http2", False),
                os.environ.get("SSL_CERT_FILE"),
                os.environ.get("SSL_CERT_DIR"),
            )
        return options

    def close(self) -> None:
        """Close the connections of blocking calls; later calls open new ones."""
        client, self._sync = self._sync, None
        if client is not None and self._pid == os.getpid():
            self._own.clear()
            client.close()

    def __del__(self) -> None:
        with contextlib.suppress(Exception):
            self.close()

    async def aclose(self) -> None:
        """Close the connections of blocking calls and of the running event loop."""
        self.close()
        entry = self._async.get(_running_loop())
        if entry is not None and self._pid == os.getpid():
            await entry.guard.aclose()


@lru_cache(maxsize=8)
def _ssl_context(
    trust_env: bool,
    http2: bool,  # noqa: ARG001 - only tells contexts apart
    *variables: str | None,  # noqa: ARG001 - likewise
) -> ssl.SSLContext:
    """Load the certificates, which takes longer than most requests, once in a process.

    Args:
        trust_env: As for httpx.
        http2: Connections note in the context which protocols they speak.
        variables: What else the answer depends on.
    """
    return httpx.create_ssl_context(trust_env=trust_env)


def _made_by_httpx(client: httpx.Client) -> list[httpx.BaseTransport]:
    transports = [client._transport, *client._mounts.values()]
    return [each for each in transports if type(each) is httpx.HTTPTransport]


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


def _running_loop() -> Any:
    """Return what identifies the running event loop, be it asyncio's or trio's."""
    # Another thread may be at importing it: then it is there, but empty.
    lowlevel = getattr(sys.modules.get("trio"), "lowlevel", None)
    token = getattr(lowlevel, "current_trio_token", None)
    if token is not None:
        with contextlib.suppress(RuntimeError):
            return token()
    import asyncio

    return asyncio.get_running_loop()


def _is_closed(loop: Any) -> bool:
    is_closed = getattr(loop, "is_closed", None)
    return bool(is_closed is not None and is_closed())
