# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""POST /files"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Mapping, Optional, TypedDict

from ... import answer, request
from ...models.file import File

if TYPE_CHECKING:
    from ...types import AsyncTransport, FileContent, Request, Response, SyncTransport

__all__ = ("FilesCreateMore", "FilesCreateOptions", "asyncio", "build", "parse", "sync")


class FilesCreateMore(TypedDict, total=False):
    """Those of the optional arguments that the methods of 1.x have no names of their own for."""

    type: Optional[str]
    """The media type of the content."""


class FilesCreateOptions(FilesCreateMore, total=False):
    """The optional arguments of the operation, but for headers."""

    filename: Optional[str]
    """The name of the file, at most 255 bytes of UTF-8."""
    metadata: Optional[Mapping[str, Any]]
    """What to keep with the file."""


def build(
    *,
    content: FileContent,
    filename: Optional[str] = None,
    metadata: Optional[Mapping[str, Any]] = None,
    type: Optional[str] = None,
) -> Request:
    """Upload a file for use as an input.

    It is deleted after 24 hours. The limit is 100 MiB.

    Args:
        content: The content; its name and media type are those of the part.
        filename: The name of the file, at most 255 bytes of UTF-8.
        metadata: What to keep with the file.
        type: The media type of the content.
    """
    return {
        "method": "POST",
        "url": "/files",
        "files": request.form(
            {"filename": filename, "metadata": metadata, "type": type}, {"content": content}
        ),
    }


def parse(response: Response) -> File:
    """Read the response, or raise UnexpectedResponse."""
    return File.from_dict(answer.json_object(response))


def sync(
    transport: SyncTransport,
    *,
    content: FileContent,
    filename: Optional[str] = None,
    metadata: Optional[Mapping[str, Any]] = None,
    type: Optional[str] = None,
) -> File:
    """Send what `build` returns, return what `parse` reads."""
    return parse(
        transport.request(**build(content=content, filename=filename, metadata=metadata, type=type))
    )


async def asyncio(
    transport: AsyncTransport,
    *,
    content: FileContent,
    filename: Optional[str] = None,
    metadata: Optional[Mapping[str, Any]] = None,
    type: Optional[str] = None,
) -> File:
    """Send what `build` returns, return what `parse` reads."""
    return parse(
        await transport.request(
            **build(content=content, filename=filename, metadata=metadata, type=type)
        )
    )
