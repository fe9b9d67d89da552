# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""GET /collections/{collection_slug}"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from ... import answer, request
from ...models.collection import Collection

if TYPE_CHECKING:
    from ...types import AsyncTransport, Request, Response, SyncTransport

__all__ = ("CollectionsGetOptions", "asyncio", "build", "parse", "sync")


class CollectionsGetOptions(TypedDict, total=False):
    """The optional arguments of the operation, but for headers."""


def build(collection_slug: str) -> Request:
    """Get a collection with its models.

    Args:
        collection_slug: The name of the collection in URLs, such as `super-resolution`.
    """
    return {
        "method": "GET",
        "url": request.path("/collections/{collection_slug}", collection_slug=collection_slug),
    }


def parse(response: Response) -> Collection:
    """Read the response, or raise UnexpectedResponse."""
    return Collection.from_dict(answer.json_object(response))


def sync(transport: SyncTransport, collection_slug: str) -> Collection:
    """Send what `build` returns, return what `parse` reads."""
    return parse(transport.request(**build(collection_slug)))


async def asyncio(transport: AsyncTransport, collection_slug: str) -> Collection:
    """Send what `build` returns, return what `parse` reads."""
    return parse(await transport.request(**build(collection_slug)))
