# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""GET /files"""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional, TypedDict

from ... import answer, request
from ...models.file_page import FilePage

if TYPE_CHECKING:
    from ...types import AsyncTransport, Request, Response, SyncTransport

__all__ = ("FilesListOptions", "asyncio", "build", "parse", "sync")


class FilesListOptions(TypedDict, total=False):
    """The optional arguments of the operation, but for headers."""


def build(cursor: Optional[str] = None) -> Request:
    """List the files of the account.

    Args:
        cursor: The `next` or `previous` of another page; None for the first page.
    """
    return {"method": "GET", "url": "/files", "params": request.page({}, cursor)}


def parse(response: Response) -> FilePage:
    """Read the response, or raise UnexpectedResponse."""
    return FilePage.from_dict(answer.json_object(response))


def sync(transport: SyncTransport, cursor: Optional[str] = None) -> FilePage:
    """Send what `build` returns, return what `parse` reads."""
    return parse(transport.request(**build(cursor)))


async def asyncio(transport: AsyncTransport, cursor: Optional[str] = None) -> FilePage:
    """Send what `build` returns, return what `parse` reads."""
    return parse(await transport.request(**build(cursor)))
