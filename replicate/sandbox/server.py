"""HTTP on loopback: an event loop in a thread, and uvicorn's HTTP protocol on its sockets.

`uvicorn.Server` looks ten times a second whether it should stop. A test suite has many
sandboxes, so here sockets are served directly: nothing runs while nothing happens, and
stopping takes no longer than closing does.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import logging
import socket
import threading
from typing import TYPE_CHECKING, Any, Awaitable, Callable, Coroutine, Optional, Tuple, TypeVar

from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

if TYPE_CHECKING:
    import ssl

T = TypeVar("T")
App = Callable[[Any, Any, Any], Awaitable[None]]

LOOPBACK = "127.0.0.1"
_ANYWHERE = {"0.0.0.0": LOOPBACK, "::": "::1"}  # noqa: S104 - if the user says so
GRACE = 0.05
ACCEPTING = 2
"""Turns of an asyncio loop from `accept` until the protocol has the connection."""

logger: logging.Logger = logging.getLogger("replicate.sandbox")


class _Protocol(H11Protocol):
    """One connection, which an application can reach as `scope["state"]["transport"]`."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.app_state = {"transport": transport}
        self.access_log = False
        self.logger = logger

    def connection_lost(self, exc: Optional[Exception]) -> None:  # noqa: ARG002 - kept from uvicorn
        # After an error uvicorn would neither close the transport nor stop the timer of an idle
        # connection. Before Python 3.11 a TLS transport warns when it is collected unclosed.
        super().connection_lost(None)


class Listener:
    """Serves one ASGI application on one port."""

    def __init__(
        self, app: App, host: str, port: int, tls: Optional[ssl.SSLContext] = None
    ) -> None:
        self._config = Config(
            app,
            lifespan="off",
            ws="none",
            log_config=None,
            proxy_headers=False,
            # A connection that closes while a client reuses it would fail that client's request.
            timeout_keep_alive=600,
        )
        self._state = ServerState()
        self._server: Optional[asyncio.Server] = None
        self._host = host
        self._tls = tls
        self.port: int = port

    @property
    def url(self) -> str:
        """The origin under which the application answers on this machine."""
        host = _ANYWHERE.get(self._host, self._host)
        scheme = "http" if self._tls is None else "https"
        return f"{scheme}://{f'[{host}]' if ':' in host else host}:{self.port}"

    async def open(self) -> None:
        """Listen; the port stays the same when this is called again."""
        # With the protocol spelt out: asyncio turns Nagle's algorithm off only where it reads
        # TCP, and every answer would take 40 ms longer.
        family, address = _resolve(self._host, self.port)
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            # On Windows, to reuse an address means to take it from who listens there.
            option: int = getattr(socket, "SO_EXCLUSIVEADDRUSE", socket.SO_REUSEADDR)
            listener.setsockopt(socket.SOL_SOCKET, option, 1)
            listener.bind(address)
        except BaseException:
            listener.close()
            raise
        self.port = listener.getsockname()[1]
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            self._protocol, sock=listener, backlog=2048, ssl=self._tls
        )

    async def refuse(self) -> None:
        """Stop listening, and cut every connection."""
        server, self._server = self._server, None
        if server is not None:
            for listener in server.sockets:
                with contextlib.suppress(NotImplementedError):  # Windows, where none gets lost
                    server.get_loop().remove_reader(listener.fileno())
            # Closing an asyncio server loses the connections that it has just accepted: they
            # stay open, and nobody has them.
            for _ in range(ACCEPTING):
                await asyncio.sleep(0)
            server.close()
        for connection in list(self._state.connections):
            connection.transport.abort()

    async def close(self) -> None:
        """Stop for good: whoever can be answered at once is, all others are cut."""
        tasks = set(self._state.tasks)
        if tasks:
            await asyncio.wait(tasks, timeout=GRACE)
        await self.refuse()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _protocol(self) -> _Protocol:
        return _Protocol(config=self._config, server_state=self._state, app_state={})


def _resolve(host: str, port: int) -> Tuple[socket.AddressFamily, Any]:
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    return family, address


class LoopThread:
    """An event loop in a thread of its own, which ends without leaving anything behind."""

    def __init__(self, cleanup: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._cleanup = cleanup
        self._started = threading.Event()
        self._loop: asyncio.AbstractEventLoop
        self._stop: asyncio.Event
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._main()), name="replicate-sandbox", daemon=True
        )
        self._thread.start()
        self._started.wait()

    def call(self, coroutine: Coroutine[Any, Any, T], timeout: Optional[float] = None) -> T:
        """Run a coroutine on the loop, and return what it returns.

        Raises:
            TimeoutError: if that takes longer than `timeout` seconds.
        """
        future = self.submit(coroutine)
        try:
            return future.result(timeout)
        except concurrent.futures.TimeoutError:
            future.cancel()
            raise TimeoutError(f"not done within {timeout} seconds") from None

    def soon(self, function: Callable[..., object], *arguments: Any) -> None:
        """Call a function on the loop, without waiting for it."""
        self._loop.call_soon_threadsafe(function, *arguments)

    def submit(self, coroutine: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
        """Run a coroutine on the loop."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    def stop(self) -> None:
        """Clean up, end the loop and wait for its threads."""
        helpers = [
            # The idle threads of AnyIO learn that the loop ended, but nobody waits for them.
            thread
            for thread in threading.enumerate()
            if getattr(thread, "loop", None) is self._loop
        ]
        self._loop.call_soon_threadsafe(self._stop.set)
        for thread in [self._thread, *helpers]:
            thread.join()

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        self._started.set()
        await self._stop.wait()
        with contextlib.suppress(asyncio.CancelledError):
            await self._cleanup()
