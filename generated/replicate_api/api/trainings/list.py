# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""GET /trainings"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ... import answer
from ...models.training_page import TrainingPage

if TYPE_CHECKING:
    from ...types import AsyncTransport, Request, Response, SyncTransport

__all__ = ("asyncio", "build", "parse", "sync")


def build() -> Request:
    """List the trainings of the account.

    The newest comes first.
    """
    return {"method": "GET", "url": "/trainings"}


def parse(response: Response) -> TrainingPage:
    """Read the response, or raise UnexpectedResponse."""
    return TrainingPage.from_dict(answer.json_object(response))


def sync(transport: SyncTransport) -> TrainingPage:
    """Send what `build` returns, return what `parse` reads."""
    return parse(transport.request(**build()))


async def asyncio(transport: AsyncTransport) -> TrainingPage:
    """Send what `build` returns, return what `parse` reads."""
    return parse(await transport.request(**build()))
