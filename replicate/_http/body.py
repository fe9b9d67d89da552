"""Bodies: of responses, read piece by piece by one owner, and of requests, read from files."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import httpx

from .._blocking import in_thread, monotonic
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


FILE_CHUNK = 128 * 1024
"""Bytes of a file that are read and sent at a time. Larger ones do not stay in the processor's
caches between the two, and take new memory from the system; of smaller ones each costs more calls
than its bytes. In asynchronous calls one may take as long as the timeout for writing."""

SMALL = 16 * 1024
"""Bytes up to which pieces of a form are put together: its boundaries, fields and small files."""

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
                field.CHUNK_SIZE = FILE_CHUNK

    def __iter__(self) -> Iterator[bytes]:
        chunks = self._chunks()
        while True:
            try:
                chunk = next(chunks, None)
            except BaseException as error:
                self.error = error
                raise
            if chunk is None:
                return
            if remaining() == 0:
                raise httpx.WriteTimeout("the file was read too slowly")
            yield chunk

    async def __aiter__(self) -> AsyncIterator[bytes]:
        chunks = self._chunks()
        is_over = False
        while not is_over:
            # To go to a thread and back takes longer than to read a chunk.
            read, is_over = await in_thread(self._read, chunks)
            for chunk in read:
                yield chunk

    def _read(self, chunks: Iterator[bytes]) -> tuple[list[bytes], bool]:
        """Return the next chunks, and whether there are no more."""
        read: list[bytes] = []
        end = monotonic() + LONGEST_READ
        try:
            for chunk in chunks:
                read.append(chunk)
                if len(read) == CHUNKS_IN_THREAD or monotonic() >= end:
                    return read, False
        except BaseException as error:
            self.error = error
            raise
        return read, True

    def _chunks(self) -> Iterator[bytes]:
        """Put small pieces together: each is an event of h11 and a call of the system."""
        small = b""
        for chunk in self._body:
            size = len(chunk)
            if size > SMALL:
                if small:
                    yield small
                    small = b""
                yield chunk
            elif size + len(small) > SMALL:
                yield small
                small = chunk
            else:
                small += chunk
        if small:
            yield small

    def close(self) -> None:
        with contextlib.suppress(AttributeError):
            self._body.close()
