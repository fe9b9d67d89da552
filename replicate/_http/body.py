"""Reading responses to their end, piece by piece or in time, and closing them."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import httpx

from .._blocking import closing, is_blocking
from .._secrets import hide
from ..exceptions import InvalidResponseError
from .deadline import check_deadline, remaining

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

logger = logging.getLogger("replicate")

ENOUGH = 256 * 1024
"""Bytes of an error's body that are read; it may come from anybody's server, and never end."""


class Streamed:
    """A response that is given out before its body, and closed at the end of the block."""

    def __init__(
        self, sending: Awaitable[httpx.Response], abandon: Callable[[httpx.Response], None]
    ) -> None:
        self._sending = sending
        self._abandon = abandon

    async def __aenter__(self) -> httpx.Response:
        self._response = await self._sending
        return self._response

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: object
    ) -> None:
        if kind is GeneratorExit:
            self._abandon(self._response)
            return
        await close(self._response)
        if error is not None:
            hide(self._response.request, self._response)


async def iterate(response: httpx.Response) -> AsyncGenerator[bytes, None]:
    """Yield the body of a streamed response, in chunks as they arrive.

    Raises:
        DeadlineExceededError: It goes on until the deadline. A read timeout does not see to
            that: it starts over with every byte that arrives.
        InvalidResponseError: It is not what its `Content-Encoding` says.
    """
    try:
        if is_blocking():
            for chunk in response.iter_bytes():
                check_deadline()
                yield chunk
        else:
            async for chunk in response.aiter_bytes():
                check_deadline()
                yield chunk
    except httpx.DecodingError as error:
        encoding = response.headers.get("content-encoding")
        raise InvalidResponseError(
            title="Unreadable answer",
            status=response.status_code,
            detail=f"the body cannot be decoded as {encoding}: {error}",
        ) from error


def read_in_time(response: httpx.Response) -> httpx.Response:
    """Read an answer to its end, but not past the deadline.

    A read timeout does not see to that: it starts over with every byte that arrives.
    """
    content = bytearray()
    try:
        for chunk in response.iter_bytes():
            content += chunk
            if remaining() == 0:
                raise httpx.ReadTimeout("the answer came too slowly", request=response.request)
    finally:
        response.close()
    response._content = bytes(content)
    return response


async def read(response: httpx.Response) -> None:
    """Read an error answer, as far as it comes, and as far as anybody would."""
    # The status is already an error: a body that breaks off must not hide it.
    content = bytearray()
    try:
        async with closing(iterate(response)) as chunks:
            async for chunk in chunks:
                content += chunk
                if len(content) >= ENOUGH:
                    break
    except (httpx.RequestError, InvalidResponseError) as error:
        logger.debug("the body of an error answer cannot be read: %s", error)
    response._content = bytes(content[:ENOUGH])


async def close(response: httpx.Response) -> None:
    """Close a response as its caller works: blocking or not."""
    if is_blocking():
        response.close()
    else:
        await response.aclose()
