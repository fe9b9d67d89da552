# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""GET /models/{model_owner}/{model_name}"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from ... import answer, request
from ...models.model import Model

if TYPE_CHECKING:
    from ...types import AsyncTransport, Request, Response, SyncTransport

__all__ = ("ModelsGetOptions", "asyncio", "build", "parse", "sync")


class ModelsGetOptions(TypedDict, total=False):
    """The optional arguments of the operation, but for headers."""


def build(model_owner: str, model_name: str) -> Request:
    """Get a model.

    Args:
        model_owner: The account that the model belongs to.
        model_name: The name of the model.
    """
    return {
        "method": "GET",
        "url": request.path(
            "/models/{model_owner}/{model_name}", model_owner=model_owner, model_name=model_name
        ),
    }


def parse(response: Response) -> Model:
    """Read the response, or raise UnexpectedResponse."""
    return Model.from_dict(answer.json_object(response))


def sync(transport: SyncTransport, model_owner: str, model_name: str) -> Model:
    """Send what `build` returns, return what `parse` reads."""
    return parse(transport.request(**build(model_owner, model_name)))


async def asyncio(transport: AsyncTransport, model_owner: str, model_name: str) -> Model:
    """Send what `build` returns, return what `parse` reads."""
    return parse(await transport.request(**build(model_owner, model_name)))
