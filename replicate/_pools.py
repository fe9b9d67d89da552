"""The httpx clients behind a `Client`: one for blocking calls, one per event loop.

A pooled connection belongs to the event loop that opened it: one async client for all of
them fails in the second `asyncio.run`. Nor may a forked child use its parent's sockets.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from typing import TYPE_CHECKING, Any

import httpx

from ._blocking import is_blocking, sleep

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncGenerator, Callable, Mapping

DEFAULT_TIMEOUT = httpx.Timeout(5.0, read=30.0, write=30.0, connect=5.0, pool=10.0)


LAST_TURNS = 100
"""How often an ending event loop goes round for those who close responses."""


class Pools:
    """Creates httpx clients when they are first needed, and closes them."""

    _sync: httpx.Client | None = None

    def __init__(self, options: Mapping[str, Any]) -> None:
        """Take the keyword arguments of `httpx.Client`, which are those of `AsyncClient`."""
        self._options: dict[str, Any] = {"timeout": DEFAULT_TIMEOUT, **options}
        self._ssl: ssl.SSLContext | None = None
        self._forget()

    def _forget(self) -> None:
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._sync = None
        self._finishing = 0
        self._async: dict[Any, tuple[httpx.AsyncClient, AsyncGenerator[None, None]]] = {}

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
        return client

    async def for_loop(self) -> httpx.AsyncClient:
        """Return the client for the running event loop."""
        if self._pid != os.getpid():
            self._forget()
        loop = _running_loop()
        entry = self._async.get(loop)
        if entry is None or entry[0].is_closed:
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
            entry = (client, guard)
            with self._lock:
                dead = [known for known in self._async if _is_closed(known)]
                for known in dead:
                    del self._async[known]
                self._async[loop] = entry
        return entry[0]

    async def _close_with(self, loop: Any, client: httpx.AsyncClient) -> AsyncGenerator[None, None]:
        try:
            yield
        finally:
            if self._async.get(loop, (None,))[0] is client:
                del self._async[loop]
            if hasattr(loop, "is_closed"):  # asyncio's: trio waits for them by itself
                await self._let_finish()
            await client.aclose()

    async def finish(self, response: httpx.Response) -> None:
        """Close a response, be it read to its end or not."""
        if is_blocking():
            response.close()
        elif _has_running_loop():
            self._finishing += 1
            try:
                await response.aclose()
            finally:
                self._finishing -= 1
        # Else an abandoned generator is finalized after its loop, which closed the connection.

    async def _let_finish(self) -> None:
        """Give way to abandoned generators, which a loop finalizes in tasks as it ends.

        A task that is still under way when the loop closes is destroyed with a complaint.
        """
        for turn in range(LAST_TURNS):
            if turn > LAST_TURNS // 10 and not self._finishing:
                return
            await sleep(0)

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
            # Loading the certificates takes longer than most requests: do it once.
            if self._ssl is None:
                self._ssl = httpx.create_ssl_context(trust_env=options.get("trust_env", True))
            options["verify"] = self._ssl
        return options

    def close(self) -> None:
        """Close the connections of blocking calls; later calls open new ones."""
        client, self._sync = self._sync, None
        if client is not None and self._pid == os.getpid():
            client.close()

    def __del__(self) -> None:
        # Not everybody closes a client, and nobody the default one.
        with contextlib.suppress(Exception):
            self.close()

    async def aclose(self) -> None:
        """Close the connections of blocking calls and of the running event loop."""
        self.close()
        entry = self._async.get(_running_loop())
        if entry is not None and self._pid == os.getpid():
            await entry[1].aclose()


def _awaitable(hook: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Let an event hook written for blocking calls serve asynchronous ones."""

    async def call(event: Any) -> None:
        result = hook(event)
        if hasattr(result, "__await__"):
            await result

    return call


def _running_loop() -> Any:
    """Return what identifies the running event loop, be it asyncio's or trio's."""
    trio = sys.modules.get("trio")
    if trio is not None:
        try:
            return trio.lowlevel.current_trio_token()
        except RuntimeError:
            pass
    import asyncio

    return asyncio.get_running_loop()


def _has_running_loop() -> bool:
    """Say whether there is an event loop to await in."""
    try:
        return _running_loop() is not None
    except RuntimeError:
        return False


def _is_closed(loop: Any) -> bool:
    is_closed = getattr(loop, "is_closed", None)
    return bool(is_closed is not None and is_closed())
