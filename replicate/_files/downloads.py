"""Files on their way in, piece by piece, over connections that may break."""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING, Callable, List, NamedTuple, Optional

from .._http import retry as _retry
from .._http.address import is_kept_by_replicate
from .._http.deadline import pause
from .._http.subjects import without_query
from .._log import logger
from .._steps import AsAsyncGenerator, AsGenerator
from ..connection_errors import APIRemoteProtocolError, FileUnavailableError
from ..exceptions import APIConnectionError, DownloadError, ReplicateError
from . import data_uri as _data_uri

if TYPE_CHECKING:
    import httpx

    from .._http.body import Body
    from .._http.session import Session


_NUMBER = re.compile(r"\d{1,18}", re.ASCII)
_RANGE = re.compile(r"bytes (\d{1,18})-\d{1,18}/(\d{1,18}|\*)", re.ASCII)

PROGRESS = 1024 * 1024
"""Bytes that make an attempt worth it: after them, one that breaks off counts as the first."""


GZIP = b"\x1f\x8b"
"""How what is compressed with gzip begins (RFC 1952, 2.3.1)."""


class Download(AsGenerator[bytes]):
    """The content of a file, in pieces as they arrive; an interrupted one goes on where it was.

    If the server tells by what to know the file again (an `ETag`, or when it was changed), the
    rest of that same file is asked for. Else the download starts anew: what was given
    out already is compared with what comes now, unless its reader can drop it.
    """

    def __init__(
        self,
        client: Session,
        url: str,
        *,
        seen: Optional[Callable[[httpx.Response], None]] = None,
        restart: Optional[Callable[[], None]] = None,
    ) -> None:
        """Create a download, for which nothing is sent yet.

        Args:
            client: The client whose connections to use. The token is sent to nobody but the
                API, and there for a stored file only.
            url: An http(s) URL or a data URI.
            seen: Called with the response before the first piece.
            restart: Called to drop all pieces that were given out, when all come again.
        """
        super().__init__()
        self._client = client
        self._url = url
        self._seen = seen
        self._restart = restart
        self._body: Optional[Body] = None
        self._version = _Version()
        self._received = 0
        """Bytes that were given out."""
        self._checksum = 0
        """Of these, where the same file cannot be told otherwise."""
        self._skip = 0
        """Bytes that come again and are not given out again."""
        self._skipped = 0
        """The checksum of what was skipped."""
        self._attempts = 0
        self._best = 0
        """Bytes that the best attempt so far has got to."""

    async def _more(self) -> Optional[List[bytes]]:
        """Return the next pieces.

        Raises:
            DownloadError: The file is not there, or did not arrive whole.
            InvalidResponseError: It is not what its `Content-Encoding` says.
            APIConnectionError: Its server cannot be reached.
        """
        if self._url[:5].lower() == "data:":
            return self._decoded()
        if self._body is None and not await self._open():
            return None
        try:
            return await self._next()
        except APIConnectionError as error:
            await self._release()
            await self._broke_off(error)
            return []

    @property
    def size(self) -> Optional[int]:
        """Bytes of the whole file; None before the first piece, or where nobody says it."""
        return int(self._version.size) if self._version.size else None

    async def _release(self) -> None:
        body, self._body = self._body, None
        if body is not None:
            await body.close()

    def __del__(self) -> None:
        body = getattr(self, "_body", None)
        if body is not None:
            body.abandon()

    def _decoded(self) -> Optional[List[bytes]]:
        if self._attempts:
            return None
        self._attempts = 1
        try:
            return [_data_uri.decode(self._url)]
        except ValueError as error:
            raise DownloadError(title="Unreadable file", detail=str(error)) from None

    async def _open(self) -> bool:
        """Send the request, and return whether there is something to come."""
        url = self._url
        if not url[:8].lower().startswith(("https://", "http://")):
            raise DownloadError(title="Unreadable file", detail=f"{shown(url)!r} is no web address")
        self._attempts += 1
        resumed = bool(self._received and self._version.validator)
        # Offsets only mean something in what is not compressed.
        headers = {"Accept-Encoding": "identity"}
        if resumed:
            headers.update(self._version.range_from(self._received))
        try:
            self._body = await self._client._http.open("GET", url, headers=headers, of_output=True)
        except ReplicateError as error:
            if error.response is None:
                raise
            if resumed and self._version.ends_at(self._received, error.response):
                return False
            raise FileUnavailableError.of(
                error, shown(url), of_replicate=is_kept_by_replicate(url, self._client._base())
            ) from None
        self._begin(self._body.response)
        return True

    def _begin(self, response: httpx.Response) -> None:
        """Decide what of an answer is new."""
        found = _Version.of(response)
        both = self._version.validator and found.validator
        if self._received and response.status_code != 206 and not both:
            if self._restart is not None:
                self._restart()
                self._received = 0
            elif self._version.validator:
                raise _changed()
        if self._received and not self._version.is_that_of(found):
            raise _changed()
        self._skip = _already_received(response, self._received, found)
        self._skipped = 0
        if self._received == 0:
            self._version = found
            self._checksum = 0
            if self._seen is not None:
                self._seen(response)
        elif not self._version.size:
            self._version = self._version._replace(size=found.size)

    async def _next(self) -> Optional[List[bytes]]:
        body = self._body
        assert body is not None
        chunk = await body.read()
        if chunk is None:
            self._check_whole(body.response)
            return None
        fresh = self._without_known(chunk) if self._skip else chunk
        self._received += len(fresh)
        if not self._version.validator:
            self._checksum = zlib.crc32(fresh, self._checksum)
        return [fresh] if fresh else []

    def _without_known(self, chunk: bytes) -> bytes:
        """Return what of a piece was not given out yet."""
        known = chunk[: self._skip]
        self._skip -= len(known)
        if not self._version.validator:
            self._skipped = zlib.crc32(known, self._skipped)
            if not self._skip and self._skipped != self._checksum:
                raise _changed()
        return chunk[len(known) :]

    async def _broke_off(self, error: APIConnectionError) -> None:
        """Prepare for another attempt, if there is one."""
        received = self._received - self._skip
        if received - self._best >= PROGRESS:
            self._attempts = 1
            self._best = received
        if self._attempts > self._client.max_retries:
            broken = type(error)(
                f"the download of {shown(self._url)} broke off after {received:,} bytes: "
                f"{error.detail}",
                request=error._request,
            )
            broken.about = error.about
            raise broken from None
        logger.info("download of %s broke off after %d bytes", shown(self._url), received)
        await pause(_retry.wait_before(self._attempts))

    def _check_whole(self, response: httpx.Response) -> None:
        """Check that the file is there to its end; not every transport does that."""
        size = self.size
        received = self._received - self._skip
        if size is not None and received > size:
            raise DownloadError(
                title="Unreadable file",
                detail=f"{received:,} bytes arrived of a file of {size:,}",
            )
        message = ""
        if size is not None and received < size:
            message = f"{received:,} of {size:,} bytes arrived"
        # httpx does not tell whether compressed content came to its end.
        decompressor = getattr(getattr(response, "_decoder", None), "decompressor", None)
        if received and getattr(decompressor, "eof", True) is False:
            message = "the compressed content breaks off"
        if getattr(decompressor, "unused_data", b"")[:2] == GZIP:
            raise DownloadError(
                title="Unreadable file",
                detail="it is compressed in several parts, of which httpx reads the first only",
            )
        if message:
            raise APIRemoteProtocolError(message, request=response.request)
        if self._skip:
            raise _changed()


class AsyncDownload(AsAsyncGenerator[bytes], Download):
    """The same for `async for` only."""


class _Version(NamedTuple):
    """What an answer says of the file it has, by which the rest of the same one is known.

    Each is empty where the answer does not say it, all of them in an answer that is compressed:
    offsets mean nothing there.
    """

    etag: str = ""
    modified: str = ""
    size: str = ""
    """Bytes of the whole file."""

    @classmethod
    def of(cls, response: httpx.Response) -> _Version:
        headers = response.headers
        if "content-encoding" in headers:
            return cls()
        size = headers.get("content-length", "")
        if response.status_code == 206:
            span = _RANGE.fullmatch(headers.get("content-range", ""))
            size = span[2] if span else ""
        elif "transfer-encoding" in headers:
            size = ""  # the length is of no meaning then (RFC 9112, 6.3)
        return cls(
            headers.get("etag", ""),
            headers.get("last-modified", ""),
            size if _NUMBER.fullmatch(size) else "",
        )

    @property
    def validator(self) -> str:
        """What a server knows the same file by, empty where it does not say that."""
        return self.modified if self.etag.startswith("W/") else self.etag or self.modified

    def range_from(self, offset: int) -> dict[str, str]:
        """Return the headers that ask for the rest; for all of it, if it is another file now."""
        return {"Range": f"bytes={offset}-", "If-Range": self.validator}

    def ends_at(self, received: int, refusal: httpx.Response) -> bool:
        """Say whether an answer to a request for the rest means that there is none."""
        return (
            refusal.status_code == 416
            and refusal.headers.get("content-range", "") == f"bytes */{received}"
            and refusal.headers.get("etag", self.etag) == self.etag
        )

    def is_that_of(self, other: _Version) -> bool:
        """Say whether both are the same, by what both of them say."""
        return all(mine == its for mine, its in zip(self, other) if mine and its)


def _changed() -> DownloadError:
    return DownloadError(
        title="File changed", detail="the file changed on the server during the download"
    )


def _already_received(response: httpx.Response, received: int, found: _Version) -> int:
    """Return how many bytes of this answer are known from an earlier one."""
    if response.status_code != 206:
        return received
    span = _RANGE.fullmatch(response.headers.get("content-range", ""))
    # Where the whole ends is known from before, or said now.
    if span and int(span[1]) == received and (received or found.size):
        return 0
    raise DownloadError(
        title="Unreadable file",
        detail="the server sent another part of the file than the client asked for",
    )


def shown(url: str) -> str:
    """Return a URL for messages: its query may carry a signature, and it may have a password."""
    return without_query(url)[:200]
