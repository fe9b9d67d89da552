# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""GET /files/{file_id}"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from ... import answer, request
from ...models.file import File

if TYPE_CHECKING:
    from ...types import AsyncTransport, Request, Response, SyncTransport

__all__ = ("FilesGetOptions", "asyncio", "build", "parse", "sync")


class FilesGetOptions(TypedDict, total=False):
    """The optional arguments of the operation, but for headers."""


def build(file_id: str) -> Request:
    """Get the details of a file.

    Args:
        file_id: The id of the file.
    """
    return {"method": "GET", "url": request.path("/files/{file_id}", file_id=file_id)}


def parse(response: Response) -> File:
    """Read the response, or raise UnexpectedResponse."""
    return File.from_dict(answer.json_object(response))


def sync(transport: SyncTransport, file_id: str) -> File:
    """Send what `build` returns, return what `parse` reads."""
    return parse(transport.request(**build(file_id)))


async def asyncio(transport: AsyncTransport, file_id: str) -> File:
    """Send what `build` returns, return what `parse` reads."""
    return parse(await transport.request(**build(file_id)))
