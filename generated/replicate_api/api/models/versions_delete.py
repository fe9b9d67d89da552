# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""DELETE /models/{model_owner}/{model_name}/versions/{version_id}"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from ... import answer, request

if TYPE_CHECKING:
    from ...types import AsyncTransport, Request, Response, SyncTransport

__all__ = ("ModelsVersionsDeleteOptions", "asyncio", "build", "parse", "sync")


class ModelsVersionsDeleteOptions(TypedDict, total=False):
    """The optional arguments of the operation, but for headers."""


def build(model_owner: str, model_name: str, version_id: str) -> Request:
    """Delete a version of a model, with its predictions and their files.

    Only one's own versions that nobody else has used can be deleted.

    Args:
        model_owner: The account that the model belongs to.
        model_name: The name of the model.
        version_id: The id of the version.
    """
    return {
        "method": "DELETE",
        "url": request.path(
            "/models/{model_owner}/{model_name}/versions/{version_id}",
            model_owner=model_owner,
            model_name=model_name,
            version_id=version_id,
        ),
    }


def parse(response: Response) -> None:
    """Read the response, or raise UnexpectedResponse."""
    return answer.nothing(response)


def sync(transport: SyncTransport, model_owner: str, model_name: str, version_id: str) -> None:
    """Send what `build` returns, return what `parse` reads."""
    return parse(transport.request(**build(model_owner, model_name, version_id)))


async def asyncio(
    transport: AsyncTransport, model_owner: str, model_name: str, version_id: str
) -> None:
    """Send what `build` returns, return what `parse` reads."""
    return parse(await transport.request(**build(model_owner, model_name, version_id)))
