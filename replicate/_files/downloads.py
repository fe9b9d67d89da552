"""Files on their way in: whole or not at all."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any, Callable, NamedTuple

import httpx

from .._blocking import in_thread
from .._http import retry as _retry
from .._http.deadline import pause
from .._http.errors import connection_error
from ..connection_errors import FileUnavailableError
from ..exceptions import DownloadError, ReplicateError
from . import data_uri as _data_uri
from .saving import Draft

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from .._http.body import Body
    from ..client import Client

logger = logging.getLogger("replicate")

_NUMBER = re.compile(r"\d{1,18}", re.ASCII)
_RANGE = re.compile(r"bytes (\d{1,18})-\d{1,18}/(\d{1,18}|\*)", re.ASCII)

PROGRESS = 1024 * 1024
"""Bytes that make an attempt worth it: after them, one that breaks off counts as the first."""


async def chunks(  # noqa: PLR0915 - one state machine
    client: Client, url: str, seen: Callable[[httpx.Response], None] | None = None
) -> AsyncGenerator[bytes, None]:
    """Yield the content of a file; an interrupted download goes on where it stopped.

    Args:
        client: The client whose connections to use. The token is sent to nobody but the API,
            and there for a stored file only.
        url: An http(s) URL or a data URI.
        seen: Called with the response before the first chunk.

    Raises:
        DownloadError: The file is not there, or did not arrive whole.
        InvalidResponseError: It is not what its `Content-Encoding` says.
        APIConnectionError: Its server cannot be reached.
    """
    if url[:5].lower() == "data:":
        try:
            yield _data_uri.decode(url)
        except ValueError as error:
            raise DownloadError(title="Unreadable file", detail=str(error)) from None
        return
    if not url[:8].lower().startswith(("https://", "http://")):
        raise DownloadError(title="Unreadable file", detail=f"{_shown(url)!r} is no web address")
    received, attempt = 0, 0
    version = _Version()
    while True:
        attempt += 1
        known = received
        # Offsets only mean something in what is not compressed.
        headers = {"Accept-Encoding": "identity"}
        if received:
            headers.update(version.range_from(received))
        body: Body | None = None
        try:
            body = await client._http.open("GET", url, headers=headers, of_output=True)
            response = body.response
            found = _Version.of(response)
            skip = _already_received(response, received, version, found)
            if received == 0:
                version = found
                if seen:
                    seen(response)
            while True:
                chunk = await body.read()
                if chunk is None:
                    break
                fresh = chunk[skip:]
                skip -= len(chunk) - len(fresh)
                received += len(fresh)
                if fresh:
                    yield fresh
            _check_whole(response, received, version)
            return  # noqa: TRY300 - as everywhere here
        except httpx.TransportError as error:
            if body is None:
                raise
            if received - known >= PROGRESS:
                attempt = 1
            if attempt > client.max_retries or (received and not any(version)):
                message = (
                    f"the download of {_shown(url)} broke off after {received:,} bytes: {error}"
                )
                raise connection_error(error, message) from error
            logger.info("download of %s broke off after %d bytes; resuming", _shown(url), received)
            await pause(_retry.wait_before(attempt))
        except DownloadError:
            raise
        except ReplicateError as error:
            if error.response is None:
                raise
            if received and _ends_at(error.response, received):
                return
            raise FileUnavailableError.of(error, _shown(url)) from error
        finally:
            if body is not None:
                await body.close()


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
        return cls(
            headers.get("etag", ""),
            headers.get("last-modified", ""),
            size if _NUMBER.fullmatch(size) else "",
        )

    def range_from(self, offset: int) -> dict[str, str]:
        """Return the headers that ask for the rest; for all of it, if it is another file now."""
        headers = {"Range": f"bytes={offset}-"}
        validator = self.modified if self.etag.startswith("W/") else self.etag or self.modified
        if validator:
            headers["If-Range"] = validator
        return headers

    def is_that_of(self, other: _Version) -> bool:
        """Say whether both are the same, by what both of them say."""
        return all(mine == its for mine, its in zip(self, other) if mine and its)


def _already_received(
    response: httpx.Response, received: int, version: _Version, found: _Version
) -> int:
    """Return how many bytes of this answer are known from an earlier one."""
    if received and not version.is_that_of(found):
        raise DownloadError(
            title="File changed", detail="the file changed on the server during the download"
        )
    if response.status_code != 206:
        return received
    span = _RANGE.fullmatch(response.headers.get("content-range", ""))
    # Where the whole ends is known from before, or said now.
    if span and int(span[1]) == received and (received or found.size):
        return 0
    raise DownloadError(
        title="Unreadable file", detail="the server sent another part of it than was asked for"
    )


def _check_whole(response: httpx.Response, received: int, version: _Version) -> None:
    """Check that the file is there to its end; not every transport does that."""
    if version.size and received > int(version.size):
        raise DownloadError(
            title="Unreadable file",
            detail=f"{received:,} bytes arrived of a file of {int(version.size):,}",
        )
    if version.size and received < int(version.size):
        raise httpx.RemoteProtocolError(
            f"{received:,} of {int(version.size):,} bytes arrived", request=response.request
        )
    # httpx does not tell whether compressed content came to its end.
    decompressor = getattr(getattr(response, "_decoder", None), "decompressor", None)
    if received and getattr(decompressor, "eof", True) is False:
        raise httpx.RemoteProtocolError(
            "the compressed content breaks off", request=response.request
        )


def _ends_at(refusal: httpx.Response, received: int) -> bool:
    """Say whether an answer to a request for the rest means that there is none."""
    return (
        refusal.status_code == 416
        and refusal.headers.get("content-range", "") == f"bytes */{received}"
    )


async def save(content: AsyncGenerator[bytes, None], path: Path, *, replace: bool) -> Path:
    """Write content to a file that appears only when it is complete, and return its path.

    Raises:
        OSError: The file cannot be written. It is named, and nothing is left behind.
    """
    draft = Draft(path, replace=replace)
    try:
        await in_thread(draft.open)
        async for chunk in content:
            await in_thread(draft.write, [chunk])
        return await in_thread(draft.finish)
    except BaseException:
        draft.discard()
        await draft.settle()
        raise
    finally:
        await content.aclose()


def _shown(url: Any) -> str:
    """Return a URL for messages: without its query, which may carry a signature."""
    return str(url).split("?", 1)[0][:200]
