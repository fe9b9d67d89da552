"""The body of a response, taken from where httpcore has it.

Five generators stand between httpcore's connection and who reads a response, and every chunk
passes through all of them. A server of events may send hundreds of chunks at once. So the body
of an HTTP/1.1 response is read here from the connection itself: all of what has arrived at a
time, and a large body of a known length without a copy. A stream of anybody else's making, such
as one of a transport of the user's, is read as it is.
"""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import Any, List, Optional

import h11
import httpcore
import httpx

from .._blocking import is_blocking

READ_AT_A_TIME = 256 * 1024
"""Bytes of a body of known length that are taken from the connection at a time."""

_BELOW = {
    "BoundSyncStream": "_stream",
    "BoundAsyncStream": "_stream",
    "ResponseStream": "_httpcore_stream",
    "AsyncResponseStream": "_httpcore_stream",
    "PoolByteStream": "_stream",
    "HTTP11ConnectionByteStream": "_connection",
}
"""Where the streams of httpx and httpcore have the next one below, down to the connection."""

_httpcore_logger = logging.getLogger("httpcore.http11")


def pieces_of(response: httpx.Response) -> Any:
    """Return what has a `read` that returns the next piece of a body, and None at the end."""
    if is_as_sent(response):
        return pieces_as_sent(response)
    return _Pieces(response.iter_bytes() if is_blocking() else response.aiter_bytes())


def pieces_as_sent(response: httpx.Response) -> Any:
    """Return the same of a body in which there is nothing to decode."""
    return _wire_of(response) or _Pieces(response.stream)


def is_as_sent(response: httpx.Response) -> bool:
    """Say whether there is nothing to decode, and nothing was read by somebody's hook."""
    return "content-encoding" not in response.headers and not hasattr(response, "_content")


def _wire_of(response: httpx.Response) -> Optional[Wire]:
    if _httpcore_logger.isEnabledFor(logging.DEBUG) or "trace" in response.request.extensions:
        return None  # somebody listens to httpcore
    place: Any = response.stream
    while True:
        below = _below(place.__class__)
        if below is None:
            break
        place = getattr(place, below, None)
    try:
        return Wire(place, response.request.extensions["timeout"]["read"])
    except (AttributeError, KeyError):
        return None


@lru_cache(maxsize=64)
def _below(kind: Any) -> Optional[str]:
    if kind.__module__.partition(".")[0] in ("httpx", "httpcore"):
        return _BELOW.get(kind.__name__)
    return None


class Wire:
    """The rest of an HTTP/1.1 response, in both forms of a call."""

    def __init__(self, connection: Any, timeout: Optional[float]) -> None:
        """Begin.

        Raises:
            AttributeError: This is no connection as httpcore has them.
        """
        self._state: h11.Connection = connection._h11_state
        self._stream: Any = connection._network_stream
        self._reader: Any = self._state._reader
        self._at_a_time: int = connection.READ_NUM_BYTES
        self._timeout = timeout
        self._has_ended = False
        self._error: Optional[h11.RemoteProtocolError] = None

    async def read(self) -> Optional[bytes]:
        """Return what has arrived, or will next; None at the end."""
        while not self._has_ended:
            arrived = self._arrived()
            if arrived:
                return arrived
            if self._has_ended:
                return None
            # The last byte of a body is always seen by h11, which knows the end by it.
            left: int = getattr(self._reader, "_remaining", 0)
            if left <= READ_AT_A_TIME:
                self._state.receive_data(await self._take(self._at_a_time))
                continue
            data = await self._take(READ_AT_A_TIME)
            if data:
                self._reader._remaining = left - len(data)
                return data
            self._state.receive_data(data)  # which makes an error of it
        return None

    def _arrived(self) -> bytes:
        """Return what h11 has, without waiting for more."""
        pieces: List[bytes] = []
        try:
            if self._error is not None:
                raise self._error
            while True:
                event: Any = self._state.next_event()
                if type(event) is not h11.Data:
                    self._has_ended = event is not h11.NEED_DATA
                    break
                pieces.append(event.data)
        except h11.RemoteProtocolError as error:
            self._error = error
            if not pieces:
                raise httpx.RemoteProtocolError(str(error)) from error
        return b"".join(pieces)

    async def _take(self, size: int) -> bytes:
        try:
            data: Any = self._stream.read(size, timeout=self._timeout)
            return data if is_blocking() else await data  # type: ignore[no-any-return]
        except (httpcore.TimeoutException, httpcore.NetworkError) as error:
            raise getattr(httpx, type(error).__name__)(str(error)) from error


class _Pieces:
    """The pieces of a response as a stream has them, or as httpx decodes them."""

    def __init__(self, stream: Any) -> None:
        self._pieces: Any = iter(stream) if is_blocking() else stream.__aiter__()

    async def read(self) -> Optional[bytes]:
        if is_blocking():
            return next(self._pieces, None)
        try:
            piece: bytes = await self._pieces.__anext__()
        except StopAsyncIteration:
            return None
        return piece
