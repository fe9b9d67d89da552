# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""QUERY /models"""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional, TypedDict

from ... import answer, request
from ...models.model_page import ModelPage

if TYPE_CHECKING:
    from ...types import AsyncTransport, Request, Response, SyncTransport

__all__ = ("ModelsSearchOptions", "asyncio", "build", "parse", "sync")


class ModelsSearchOptions(TypedDict, total=False):
    """The optional arguments of the operation, but for headers."""


def build(body: str, cursor: Optional[str] = None) -> Request:
    """Search for public models.

    Args:
        cursor: The `next` or `previous` of another page; None for the first page.
    """
    return {
        "method": "QUERY",
        "url": "/models",
        "params": request.page({}, cursor),
        "headers": {"Content-Type": "text/plain"},
        "content": body.encode(),
    }


def parse(response: Response) -> ModelPage:
    """Read the response, or raise UnexpectedResponse."""
    return ModelPage.from_dict(answer.json_object(response))


def sync(transport: SyncTransport, body: str, cursor: Optional[str] = None) -> ModelPage:
    """Send what `build` returns, return what `parse` reads."""
    return parse(transport.request(**build(body, cursor)))


async def asyncio(transport: AsyncTransport, body: str, cursor: Optional[str] = None) -> ModelPage:
    """Send what `build` returns, return what `parse` reads."""
    return parse(await transport.request(**build(body, cursor)))
