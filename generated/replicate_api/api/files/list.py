# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""GET /files"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ... import answer
from ...models.file_page import FilePage

if TYPE_CHECKING:
    from ...types import AsyncTransport, Request, Response, SyncTransport

__all__ = ("asyncio", "build", "parse", "sync")


def build() -> Request:
    """List the files of the account."""
    return {"method": "GET", "url": "/files"}


def parse(response: Response) -> FilePage:
    """Read the response, or raise UnexpectedResponse."""
    return FilePage.from_dict(answer.json_object(response))


def sync(transport: SyncTransport) -> FilePage:
    """Send what `build` returns, return what `parse` reads."""
    return parse(transport.request(**build()))


async def asyncio(transport: AsyncTransport) -> FilePage:
    """Send what `build` returns, return what `parse` reads."""
    return parse(await transport.request(**build()))
