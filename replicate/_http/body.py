"""Bodies: of responses, read piece by piece by one owner, and of requests, read from files."""

from __future__ import annotations

import contextlib
import itertools
from typing import TYPE_CHECKING, Any

import httpx

from .._blocking import in_thread, is_blocking, monotonic
from .._log import logger
from ..exceptions import InvalidResponseError, ReplicateException
from .deadline import (
    CLOCK_MARGIN,
    check_deadline,
    deadline_exceeded,
    deadline_or_none,
    remaining,
    within_deadline,
)
from .direct import close
from .errors import lost, transport_failed, undecodable
from .pieces import pieces_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from .connections import Lease
    from .session import Session


ENOUGH = 256 * 1024
"""Bytes that are read of an error's body, which may come from any server and never end."""


FILE_CHUNK = 512 * 1024
"""Bytes of a file that are given to the connection at a time, which sends them in parts."""

ASYNC_FILE_CHUNK = 128 * 1024
"""The same in asynchronous calls, where one may take as long as the timeout for writing."""

CHUNKS_IN_THREAD = 8
"""Such chunks that are read from a file at a time where there is an event loop."""

LONGEST_READ = 0.1
"""Seconds after which such a thread stops reading. A thread cannot be interrupted."""


class Body:
    """A response whose body is still to be read. It owns the response and its connection.

    The pool refers to it until it is closed. Else the garbage collector would close the generators
    of httpx and httpcore in the middle of another request.
    """

    def __init__(self, session: Session, response: httpx.Response, lease: Lease) -> None:
        self.response = response
        self._session = session
        self._lease = lease
        self._is_left = False
        self._pieces: Any = None
        lease.pool.open.add(self)

    @property
    def headers(self) -> httpx.Headers:
        """The headers of the response."""
        return self.response.headers

    @property
    def status_code(self) -> int:
        """The status of the response."""
        return self.response.status_code

    async def read(self) -> bytes | None:
        """Return the next piece as it arrives, decoded; None at the end.

        Raises:
            DeadlineExceededError: The deadline comes first.
            APIConnectionError: The connection breaks.
            InvalidResponseError: The body is not what its `Content-Encoding` says.
        """
        if deadline_or_none() is not None:
            check_deadline()
        try:
            pieces = self._pieces
            if pieces is None:
                pieces = self._pieces = pieces_of(self.response)
            if deadline_or_none() is None:
                found: bytes | None = await pieces.read()
                return found
            return await within_deadline(pieces.read())
        except httpx.DecodingError as error:
            raise undecodable(error, self.response) from None
        except httpx.TransportError as error:
            left = remaining()
            error._request = self.response.request
            failure = lost(self._session, error)
            if left is not None and left < CLOCK_MARGIN:
                raise deadline_exceeded() from failure
            raise failure from None
        except ReplicateException:
            raise
        except Exception as error:
            failed = transport_failed(self._session, error, self.response.request)
            if failed is None:
                raise
            raise failed from error

    async def read_all(self, limit: int | None = None) -> None:
        """Read to the end or to a number of bytes, keep the content in the response, and close.

        A body that breaks off raises nothing: the status, which is known already, says more.
        """
        content = bytearray()
        try:
            while limit is None or len(content) < limit:
                chunk = await self.read()
                if chunk is None:
                    break
                content += chunk
        except (httpx.HTTPError, InvalidResponseError) as error:
            logger.debug("the body of an error answer cannot be read: %s", error)
        finally:
            await self.close()
        self.response._content = bytes(content[:limit])

    async def close(self) -> None:
        """Close the response, and make room for the next request."""
        try:
            self._lease.pool.open.remove(self)
        except KeyError:
            return
        try:
            await close(self.response)
        except httpx.HTTPError as error:
            logger.debug("a response was not closed cleanly: %s", error)
        finally:
            self.leave()

    def leave(self) -> None:
        """Make room for the next request."""
        if not self._is_left:
            self._is_left = True
            self._lease.leave()

    def abandon(self) -> None:
        """Let the response be closed later: a finalizer may run in the middle of a request."""
        self._lease.pool.abandon(self)


class FileBody(httpx.AsyncByteStream, httpx.SyncByteStream):
    """The body of a request, which is read from files: in time, and in a thread if there is a loop.

    Libraries that stand in for the network (vcrpy before 8, respx) read it without one.
    """

    def __init__(self, body: Any) -> None:
        self._body = body
        self.error: BaseException | None = None
        """What the file raised, which is no failure of the request."""
        for field in getattr(body, "fields", ()):
            if hasattr(field, "CHUNK_SIZE"):  # of httpx, which reads less at a time
                field.CHUNK_SIZE = FILE_CHUNK if is_blocking() else ASYNC_FILE_CHUNK

    def __iter__(self) -> Iterator[bytes]:
        chunks: Iterator[bytes] = iter(self._body)
        while True:
            read = self._read(chunks, 1)
            if not read:
                return
            if remaining() == 0:
                raise httpx.WriteTimeout("the file was read too slowly")
            yield from read

    def _read(self, chunks: Iterator[bytes], count: int) -> list[bytes]:
        read: list[bytes] = []
        end = monotonic() + LONGEST_READ
        try:
            for chunk in itertools.islice(chunks, count):
                read.append(chunk)
                if monotonic() >= end:
                    break
        except BaseException as error:
            self.error = error
            raise
        return read

    async def __aiter__(self) -> AsyncIterator[bytes]:
        chunks: Iterator[bytes] = iter(self._body)
        while True:
            # To go to a thread and back takes longer than to read a chunk.
            read = await in_thread(self._read, chunks, CHUNKS_IN_THREAD)
            if not read:
                return
            for chunk in read:
                yield chunk

    def close(self) -> None:
        with contextlib.suppress(AttributeError):
            self._body.close()
