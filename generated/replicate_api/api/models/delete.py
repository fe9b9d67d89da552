# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""DELETE /models/{model_owner}/{model_name}"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from ... import answer, request

if TYPE_CHECKING:
    from ...types import AsyncTransport, Request, Response, SyncTransport

__all__ = ("ModelsDeleteOptions", "asyncio", "build", "parse", "sync")


class ModelsDeleteOptions(TypedDict, total=False):
    """The optional arguments of the operation, but for headers."""


def build(model_owner: str, model_name: str) -> Request:
    """Delete a model.

    Only one's own private models without versions can be deleted.

    Args:
        model_owner: The account that the model belongs to.
        model_name: The name of the model.
    """
    return {
        "method": "DELETE",
        "url": request.path(
            "/models/{model_owner}/{model_name}", model_owner=model_owner, model_name=model_name
        ),
    }


def parse(response: Response) -> None:
    """Read the response, or raise UnexpectedResponse."""
    return answer.nothing(response)


def sync(transport: SyncTransport, model_owner: str, model_name: str) -> None:
    """Send what `build` returns, return what `parse` reads."""
    return parse(transport.request(**build(model_owner, model_name)))


async def asyncio(transport: AsyncTransport, model_owner: str, model_name: str) -> None:
    """Send what `build` returns, return what `parse` reads."""
    return parse(await transport.request(**build(model_owner, model_name)))
