# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""GET /files/{file_id}/download"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from ... import answer, request

if TYPE_CHECKING:
    from ...types import AsyncTransport, Request, Response, SyncTransport

__all__ = ("FilesDownloadOptions", "asyncio", "build", "parse", "sync")


class FilesDownloadOptions(TypedDict, total=False):
    """The optional arguments of the operation, but for headers."""


def build(file_id: str, *, owner: str, expiry: int, signature: str) -> Request:
    """Download a file with a signed URL.

    The signature is the base64 form of the HMAC-SHA256 of `owner id expiry` with the secret for
    signed file URLs.

    Args:
        file_id: The id of the file.
        owner: The account that uploaded the file.
        expiry: Until when the URL is valid, in seconds since 1970.
        signature: The signature of owner, id and expiry.
    """
    return {
        "method": "GET",
        "url": request.path("/files/{file_id}/download", file_id=file_id),
        "params": request.strings({"owner": owner, "expiry": expiry, "signature": signature}),
    }


def parse(response: Response) -> bytes:
    """Read the response, or raise UnexpectedResponse."""
    return answer.content(response)


def sync(
    transport: SyncTransport, file_id: str, *, owner: str, expiry: int, signature: str
) -> bytes:
    """Send what `build` returns, return what `parse` reads."""
    return parse(
        transport.request(**build(file_id, owner=owner, expiry=expiry, signature=signature))
    )


async def asyncio(
    transport: AsyncTransport, file_id: str, *, owner: str, expiry: int, signature: str
) -> bytes:
    """Send what `build` returns, return what `parse` reads."""
    return parse(
        await transport.request(**build(file_id, owner=owner, expiry=expiry, signature=signature))
    )
