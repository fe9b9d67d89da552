# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""GET /predictions/{prediction_id}"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from ... import answer, request
from ...models.prediction import Prediction

if TYPE_CHECKING:
    from ...types import AsyncTransport, Request, Response, SyncTransport

__all__ = ("PredictionsGetOptions", "asyncio", "build", "parse", "sync")


class PredictionsGetOptions(TypedDict, total=False):
    """The optional arguments of the operation, but for headers."""


def build(prediction_id: str) -> Request:
    """Get a prediction.

    Args:
        prediction_id: The id of the prediction.
    """
    return {
        "method": "GET",
        "url": request.path("/predictions/{prediction_id}", prediction_id=prediction_id),
    }


def parse(response: Response) -> Prediction:
    """Read the response, or raise UnexpectedResponse."""
    return Prediction.from_dict(answer.json_object(response))


def sync(transport: SyncTransport, prediction_id: str) -> Prediction:
    """Send what `build` returns, return what `parse` reads."""
    return parse(transport.request(**build(prediction_id)))


async def asyncio(transport: AsyncTransport, prediction_id: str) -> Prediction:
    """Send what `build` returns, return what `parse` reads."""
    return parse(await transport.request(**build(prediction_id)))
