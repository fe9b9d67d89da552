# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""GET /collections"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ... import answer
from ...models.collection_page import CollectionPage

if TYPE_CHECKING:
    from ...types import AsyncTransport, Request, Response, SyncTransport

__all__ = ("asyncio", "build", "parse", "sync")


def build() -> Request:
    """List the collections of models."""
    return {"method": "GET", "url": "/collections"}


def parse(response: Response) -> CollectionPage:
    """Read the response, or raise UnexpectedResponse."""
    return CollectionPage.from_dict(answer.json_object(response))


def sync(transport: SyncTransport) -> CollectionPage:
    """Send what `build` returns, return what `parse` reads."""
    return parse(transport.request(**build()))


async def asyncio(transport: AsyncTransport) -> CollectionPage:
    """Send what `build` returns, return what `parse` reads."""
    return parse(await transport.request(**build()))
