# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""GET /models/{model_owner}/{model_name}/readme"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from ... import answer, request

if TYPE_CHECKING:
    from ...types import AsyncTransport, Request, Response, SyncTransport

__all__ = ("ModelsReadmeGetOptions", "asyncio", "build", "parse", "sync")


class ModelsReadmeGetOptions(TypedDict, total=False):
    """The optional arguments of the operation, but for headers."""


def build(model_owner: str, model_name: str) -> Request:
    """Get the readme of a model, in Markdown.

    Args:
        model_owner: The account that the model belongs to.
        model_name: The name of the model.
    """
    return {
        "method": "GET",
        "url": request.path(
            "/models/{model_owner}/{model_name}/readme",
            model_owner=model_owner,
            model_name=model_name,
        ),
    }


def parse(response: Response) -> str:
    """Read the response, or raise UnexpectedResponse."""
    return answer.text(response)


def sync(transport: SyncTransport, model_owner: str, model_name: str) -> str:
    """Send what `build` returns, return what `parse` reads."""
    return parse(transport.request(**build(model_owner, model_name)))


async def asyncio(transport: AsyncTransport, model_owner: str, model_name: str) -> str:
    """Send what `build` returns, return what `parse` reads."""
    return parse(await transport.request(**build(model_owner, model_name)))
