# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""QUERY /models"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ... import answer
from ...models.model_page import ModelPage

if TYPE_CHECKING:
    from ...types import AsyncTransport, Request, Response, SyncTransport

__all__ = ("asyncio", "build", "parse", "sync")


def build(body: str) -> Request:
    """Search for public models."""
    return {
        "method": "QUERY",
        "url": "/models",
        "headers": {"Content-Type": "text/plain"},
        "content": body.encode(),
    }


def parse(response: Response) -> ModelPage:
    """Read the response, or raise UnexpectedResponse."""
    return ModelPage.from_dict(answer.json_object(response))


def sync(transport: SyncTransport, body: str) -> ModelPage:
    """Send what `build` returns, return what `parse` reads."""
    return parse(transport.request(**build(body)))


async def asyncio(transport: AsyncTransport, body: str) -> ModelPage:
    """Send what `build` returns, return what `parse` reads."""
    return parse(await transport.request(**build(body)))
