"""Files on their way in: whole or not at all."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import secrets
from typing import TYPE_CHECKING, Any, Callable
from urllib.parse import unquote

import httpx

from . import _data_uri, _retry
from ._blocking import closing, in_thread
from ._connection_errors import FileUnavailableError, connection_error
from ._deadline import pause
from ._responses import iterate
from ._url import parts_of
from .exceptions import APIConnectionError, DownloadError, ReplicateError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator
    from pathlib import Path

    from .client import Client

logger = logging.getLogger("replicate")

PROGRESS = 1024 * 1024
"""Bytes that make an attempt worth it: after them, one that breaks off counts as the first."""


async def chunks(
    client: Client, url: str, seen: Callable[[httpx.Response], None] | None = None
) -> AsyncGenerator[bytes, None]:
    """Yield the content of a file; an interrupted download goes on where it stopped.

    Args:
        client: The client whose connections to use. The token is not sent.
        url: An http(s) URL or a data URI.
        seen: Called with the response before the first chunk.

    Raises:
        DownloadError: The file is not there, or did not arrive whole.
        APIConnectionError: Its server cannot be reached.
    """
    if url[:5].lower() == "data:":
        try:
            yield _data_uri.decode(url)
        except ValueError as error:
            raise DownloadError(title="Unreadable file", detail=str(error)) from None
        return
    received, attempt = 0, 0
    validator: str | None = None
    while True:
        attempt += 1
        known = received
        # Offsets only mean something in what is not compressed.
        headers = {"Accept-Encoding": "identity"}
        if received and validator:
            headers.update({"Range": f"bytes={received}-", "If-Range": validator})
        try:
            async with client._http.stream("GET", url, headers=headers) as response:
                skip = _already_received(response, received, validator)
                if received == 0:
                    validator = _validator(response)
                    if seen:
                        seen(response)
                arrived = 0
                async with closing(iterate(response)) as arriving:
                    async for chunk in arriving:
                        arrived += len(chunk)
                        fresh = chunk[skip:]
                        skip -= len(chunk) - len(fresh)
                        received += len(fresh)
                        if fresh:
                            yield fresh
                _check_length(response, arrived)
                return
        except httpx.TransportError as error:
            if isinstance(error, APIConnectionError):
                raise
            if received - known >= PROGRESS:
                attempt = 1
            if attempt > client.max_retries or (received and validator is None):
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
            raise FileUnavailableError.of(error, _shown(url)) from error


def _validator(response: httpx.Response) -> str | None:
    """Return what proves that a later answer is the rest of the same file."""
    if "content-encoding" in response.headers:
        return None
    etag = response.headers.get("etag", "")
    if etag and not etag.startswith("W/"):
        return str(etag)
    return str(response.headers.get("last-modified") or "") or None


def _already_received(response: httpx.Response, received: int, validator: str | None) -> int:
    """Return how many bytes of this answer are known from an earlier one."""
    if not received:
        return 0
    if response.status_code == 206:
        start = re.match(r"bytes (\d+)-", response.headers.get("content-range", ""))
        if start and int(start[1]) == received:
            return 0
        raise DownloadError(
            title="Unreadable file", detail="the server resumed the download at another place"
        )
    if _validator(response) != validator:
        raise DownloadError(
            title="File changed", detail="the file changed on the server during the download"
        )
    return received


def _check_length(response: httpx.Response, arrived: int) -> None:
    """Check that an answer came whole; not every transport does."""
    length = response.headers.get("content-length", "")
    compressed = "content-encoding" in response.headers
    if length.isdigit() and not compressed and arrived < int(length):
        raise httpx.RemoteProtocolError(
            f"{arrived:,} of {int(length):,} bytes arrived", request=response.request
        )


async def save(content: AsyncGenerator[bytes, None], path: Path) -> None:
    """Write content to a file that appears only when it is complete.

    Raises:
        OSError: The file cannot be written. It is named, and nothing is left behind.
    """
    temporary = path.with_name(f".{_cut(path.name, 200)}.{secrets.token_hex(8)}")
    try:
        with _about(path):
            # With the permissions that the user's umask leaves.
            file = temporary.open("xb")
        try:
            async for chunk in content:
                with _about(path):
                    await in_thread(file.write, chunk)
            with _about(path):
                file.close()
                os.replace(temporary, path)  # noqa: PTH105 - the same on every Python
        except BaseException:
            with contextlib.suppress(OSError):
                file.close()
            temporary.unlink()
            raise
    finally:
        await content.aclose()


@contextlib.contextmanager
def _about(path: Path) -> Generator[None, None, None]:
    """Let an error of writing name the file that was asked for, not the one that stands in."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


def file_name(url: str, content_type: str | None) -> str:
    """Return a name to save a file under: one path segment, whatever its URL says. Pure."""
    name = ""
    if url[:5].lower() != "data:":
        name = unquote(parts_of(url).path.rpartition("/")[2], errors="replace")
        name = re.split(r"[/\\]", name)[-1]
        name = re.sub(r'[\x00-\x1f\x7f<>:"|?*]', "_", name).strip(" .")
        stem, dot, suffix = name.rpartition(".")
        name = f"{_cut(stem, 200)}{dot}{_cut(suffix, 50)}" if stem else _cut(name, 200)
    if not name or set(name) <= {"_"}:
        import mimetypes

        name = "output" + (mimetypes.guess_extension(content_type or "") or "")
    return name


def _cut(text: str, size: int) -> str:
    """Shorten a text to so many bytes: file systems count those, and take 255."""
    encoded = text.encode("utf-8", "replace").replace(b"?", b"_")
    return encoded[:size].decode("utf-8", "ignore")


def _shown(url: Any) -> str:
    """Return a URL for messages: without its query, which may carry a signature."""
    return str(url).split("?", 1)[0][:200]
