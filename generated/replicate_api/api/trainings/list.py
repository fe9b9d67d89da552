# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""GET /trainings"""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional, TypedDict

from ... import answer, request
from ...models.training_page import TrainingPage

if TYPE_CHECKING:
    from ...types import AsyncTransport, Request, Response, SyncTransport

__all__ = ("TrainingsListOptions", "asyncio", "build", "parse", "sync")


class TrainingsListOptions(TypedDict, total=False):
    """The optional arguments of the operation, but for headers."""


def build(cursor: Optional[str] = None) -> Request:
    """List the trainings of the account.

    The newest comes first.

    Args:
        cursor: The `next` or `previous` of another page; None for the first page.
    """
    return {"method": "GET", "url": "/trainings", "params": request.page({}, cursor)}


def parse(response: Response) -> TrainingPage:
    """Read the response, or raise UnexpectedResponse."""
    return TrainingPage.from_dict(answer.json_object(response))


def sync(transport: SyncTransport, cursor: Optional[str] = None) -> TrainingPage:
    """Send what `build` returns, return what `parse` reads."""
    return parse(transport.request(**build(cursor)))


async def asyncio(transport: AsyncTransport, cursor: Optional[str] = None) -> TrainingPage:
    """Send what `build` returns, return what `parse` reads."""
    return parse(await transport.request(**build(cursor)))
