"""Sockets of blocking calls that keep to the deadline.

A read timeout of httpx starts anew with each byte that arrives, and a write timeout with each byte
that the socket takes. So a slow server could hold a call for ever. Nothing but the socket itself
can end a blocking call.
"""

from __future__ import annotations

import contextlib
from typing import Any

import httpcore

from .._blocking import step
from ..exceptions import DeadlineExceededError
from .deadline import remaining
from .threads import in_time

PIECE = 16 * 1024
"""Bytes that are written at a time: a socket looks at the clock once for each write."""

LARGE_PIECE = 128 * 1024
"""The same where there is no deadline. One may take as long as the timeout for writing."""


def hold_to_deadline(transport: Any) -> None:
    """Make the connections of a blocking httpx transport keep to the deadline."""
    pool = getattr(transport, "_pool", None)
    backend = getattr(pool, "_network_backend", None)
    if isinstance(backend, httpcore.NetworkBackend) and not isinstance(backend, _Backend):
        pool._network_backend = _Backend(backend)  # type: ignore[union-attr]


def _fit(timeout: float | None, late: type[httpcore.TimeoutException]) -> float | None:
    """Shorten a timeout to the time that is left.

    Raises:
        httpcore.TimeoutException: No time is left. A timeout of 0 would not end a call on a socket
            that always has more to read.
    """
    left = remaining()
    if left == 0:
        raise late("the deadline is reached")
    if left is None or timeout is None:
        return left if timeout is None else timeout
    return min(timeout, left)


class _Backend(httpcore.NetworkBackend):
    def __init__(self, backend: httpcore.NetworkBackend) -> None:
        self._backend = backend

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, *args: Any, **options: Any
    ) -> httpcore.NetworkStream:
        timeout = _fit(timeout, httpcore.ConnectTimeout)

        def connect() -> httpcore.NetworkStream:
            return self._backend.connect_tcp(host, port, timeout, *args, **options)

        if remaining() is None:
            return _Stream(connect())
        # In a thread: the timeout ends no look-up of a host, and is for each address anew.
        try:
            return _Stream(step(in_time(connect, lambda stream: stream.close())))
        except DeadlineExceededError:
            raise httpcore.ConnectTimeout("the deadline is reached") from None

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, *args: Any, **options: Any
    ) -> httpcore.NetworkStream:
        timeout = _fit(timeout, httpcore.ConnectTimeout)
        return _Stream(self._backend.connect_unix_socket(path, timeout, *args, **options))

    def sleep(self, seconds: float) -> None:
        self._backend.sleep(seconds)


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream
        self._head = b""
        """The head of a request, which is not sent yet."""
        self.close = stream.close  # type: ignore[method-assign]
        self.get_extra_info = stream.get_extra_info  # type: ignore[method-assign]

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._head:
            with contextlib.suppress(httpcore.WriteError):  # there may be an answer all the same
                self.write(b"", timeout)
        return self._stream.read(max_bytes, _fit(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        head, self._head = self._head, b""
        if not (head or buffer):
            return  # the end of a body, for which h11 has no bytes
        if not head and buffer.endswith(b"\r\n\r\n") and b" HTTP/1.1\r\n" in buffer:
            # It goes out with what is written next: the start of a body, or nothing at its end.
            self._head = buffer
        elif len(head) + len(buffer) <= PIECE:
            self._send(head + buffer, timeout)
        else:
            self._send(head, timeout)
            self._send(buffer, timeout)

    def _send(self, buffer: bytes, timeout: float | None) -> None:
        if remaining() is None:
            # A socket takes a large buffer in parts, and httpcore would copy the rest each time.
            large: Any = memoryview(buffer)
            for start in range(0, len(buffer), LARGE_PIECE):
                self._stream.write(large[start : start + LARGE_PIECE], timeout)
            return
        for start in range(0, len(buffer), PIECE):
            piece = buffer[start : start + PIECE]
            self._stream.write(piece, _fit(timeout, httpcore.WriteTimeout))

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        timeout = _fit(timeout, httpcore.ConnectTimeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, timeout))
