# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""GET /collections"""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional, TypedDict

from ... import answer, request
from ...models.collection_page import CollectionPage

if TYPE_CHECKING:
    from ...types import AsyncTransport, Request, Response, SyncTransport

__all__ = ("CollectionsListOptions", "asyncio", "build", "parse", "sync")


class CollectionsListOptions(TypedDict, total=False):
    """The optional arguments of the operation, but for headers."""


def build(cursor: Optional[str] = None) -> Request:
    """List the collections of models.

    Args:
        cursor: The `next` or `previous` of another page; None for the first page.
    """
    return {"method": "GET", "url": "/collections", "params": request.page({}, cursor)}


def parse(response: Response) -> CollectionPage:
    """Read the response, or raise UnexpectedResponse."""
    return CollectionPage.from_dict(answer.json_object(response))


def sync(transport: SyncTransport, cursor: Optional[str] = None) -> CollectionPage:
    """Send what `build` returns, return what `parse` reads."""
    return parse(transport.request(**build(cursor)))


async def asyncio(transport: AsyncTransport, cursor: Optional[str] = None) -> CollectionPage:
    """Send what `build` returns, return what `parse` reads."""
    return parse(await transport.request(**build(cursor)))
