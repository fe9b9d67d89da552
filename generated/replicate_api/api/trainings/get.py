# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""GET /trainings/{training_id}"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from ... import answer, request
from ...models.training import Training

if TYPE_CHECKING:
    from ...types import AsyncTransport, Request, Response, SyncTransport

__all__ = ("TrainingsGetOptions", "asyncio", "build", "parse", "sync")


class TrainingsGetOptions(TypedDict, total=False):
    """The optional arguments of the operation, but for headers."""


def build(training_id: str) -> Request:
    """Get a training.

    Args:
        training_id: The id of the training.
    """
    return {
        "method": "GET",
        "url": request.path("/trainings/{training_id}", training_id=training_id),
    }


def parse(response: Response) -> Training:
    """Read the response, or raise UnexpectedResponse."""
    return Training.from_dict(answer.json_object(response))


def sync(transport: SyncTransport, training_id: str) -> Training:
    """Send what `build` returns, return what `parse` reads."""
    return parse(transport.request(**build(training_id)))


async def asyncio(transport: AsyncTransport, training_id: str) -> Training:
    """Send what `build` returns, return what `parse` reads."""
    return parse(await transport.request(**build(training_id)))
