"""Sockets of blocking calls that keep to the deadline.

A read timeout of httpx starts anew with each byte that arrives, and a write timeout with each byte
that the socket takes. So a slow server could hold a call for ever. Nothing but the socket itself
can end a blocking call.
"""

from __future__ import annotations

import contextlib
import socket
from typing import Any

import httpcore

from .._blocking import step
from ..exceptions import DeadlineExceededError
from .deadline import remaining
from .threads import in_time

PIECE = 16 * 1024
"""Bytes that are encrypted and written at a time: OpenSSL looks at the clock once for each."""

LARGE_PIECE = 128 * 1024
"""The same where there is no deadline. One may take as long as the timeout for writing."""

TOGETHER = 16 * 1024
"""Bytes that are written in one go, instead of a head and a body."""


def hold_to_deadline(transport: Any) -> None:
    """Make the connections of a blocking httpx transport keep to the deadline."""
    pool = getattr(transport, "_pool", None)
    backend = getattr(pool, "_network_backend", None)
    if isinstance(backend, httpcore.NetworkBackend) and not isinstance(backend, _Backend):
        # Streams of another backend may do more than write to their socket, and requests of HTTP/2
        # share theirs.
        is_plain = type(backend) is httpcore.SyncBackend and not getattr(pool, "_http2", True)
        pool._network_backend = _Backend(backend, is_plain=is_plain)  # type: ignore[union-attr]


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
    def __init__(self, backend: httpcore.NetworkBackend, *, is_plain: bool) -> None:
        self._backend = backend
        self._is_plain = is_plain

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, *args: Any, **options: Any
    ) -> httpcore.NetworkStream:
        timeout = _fit(timeout, httpcore.ConnectTimeout)

        def connect() -> httpcore.NetworkStream:
            return self._backend.connect_tcp(host, port, timeout, *args, **options)

        if remaining() is None:
            return self._held(connect())
        # In a thread: the timeout ends no look-up of a host, and is for each address anew.
        try:
            return self._held(step(in_time(connect, lambda stream: stream.close())))
        except DeadlineExceededError:
            raise httpcore.ConnectTimeout("the deadline is reached") from None

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, *args: Any, **options: Any
    ) -> httpcore.NetworkStream:
        timeout = _fit(timeout, httpcore.ConnectTimeout)
        return self._held(self._backend.connect_unix_socket(path, timeout, *args, **options))

    def sleep(self, seconds: float) -> None:
        self._backend.sleep(seconds)

    def _held(self, stream: httpcore.NetworkStream) -> _Stream:
        return _Stream(stream, stream.get_extra_info("socket") if self._is_plain else None)


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, plain: socket.socket | None = None) -> None:
        """Wrap a stream of httpcore.

        Args:
            stream: The stream.
            plain: Its socket, if what is written goes there as it is, without encryption.
        """
        self._stream = stream
        self._plain = plain
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
        head = self._head
        if not head and len(buffer) > TOGETHER:
            self._send(buffer, timeout)
            return
        if not (head or buffer):
            return  # h11 writes no bytes at the end of a body
        self._head = b""
        if not head and buffer.endswith(b"\r\n\r\n") and b" HTTP/1.1\r\n" in buffer:
            # It goes out with what is written next: the start of a body, or nothing at its end.
            self._head = buffer
        elif len(head) + len(buffer) <= TOGETHER:
            self._send(head + buffer, timeout)
        else:
            self._send(head, timeout)
            self._send(buffer, timeout)

    def _send(self, buffer: bytes, timeout: float | None) -> None:
        # A socket takes a large buffer in parts. Views, because httpcore copies the rest each time.
        rest: Any = memoryview(buffer)
        if self._plain is not None:
            _write(self._plain, rest, timeout)
            return
        size = LARGE_PIECE if remaining() is None else PIECE
        for start in range(0, len(buffer), size):
            piece = rest[start : start + size]
            self._stream.write(piece, _fit(timeout, httpcore.WriteTimeout))

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        timeout = _fit(timeout, httpcore.ConnectTimeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, timeout))


def _write(sock: socket.socket, rest: memoryview, timeout: float | None) -> None:
    """Write to a socket what it has room for, and wait for room only where there is none.

    Python looks for room before each write on a socket with a timeout, which takes longer than to
    copy a small piece. The timeout is for each wait, as with httpcore.

    Raises:
        httpcore.WriteTimeout: The socket has no room for so long, or the deadline comes.
        httpcore.WriteError: The connection is broken.
    """
    try:
        sock.settimeout(0)
        while rest:
            limit = _fit(timeout, httpcore.WriteTimeout)
            try:
                sent = sock.send(rest)
            except BlockingIOError:
                sock.settimeout(limit)
                sent = sock.send(rest)
                sock.settimeout(0)
            rest = rest[sent:]
    except socket.timeout as error:  # which is TimeoutError since Python 3.10
        raise httpcore.WriteTimeout(error) from error
    except OSError as error:
        raise httpcore.WriteError(error) from error
