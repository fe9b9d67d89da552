# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""GET /models/{model_owner}/{model_name}/versions/{version_id}"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from ... import answer, request
from ...models.version import Version

if TYPE_CHECKING:
    from ...types import AsyncTransport, Request, Response, SyncTransport

__all__ = ("ModelsVersionsGetOptions", "asyncio", "build", "parse", "sync")


class ModelsVersionsGetOptions(TypedDict, total=False):
    """The optional arguments of the operation, but for headers."""


def build(model_owner: str, model_name: str, version_id: str) -> Request:
    """Get a version of a model.

    Args:
        model_owner: The account that the model belongs to.
        model_name: The name of the model.
        version_id: The id of the version.
    """
    return {
        "method": "GET",
        "url": request.path(
            "/models/{model_owner}/{model_name}/versions/{version_id}",
            model_owner=model_owner,
            model_name=model_name,
            version_id=version_id,
        ),
    }


def parse(response: Response) -> Version:
    """Read the response, or raise UnexpectedResponse."""
    return Version.from_dict(answer.json_object(response))


def sync(transport: SyncTransport, model_owner: str, model_name: str, version_id: str) -> Version:
    """Send what `build` returns, return what `parse` reads."""
    return parse(transport.request(**build(model_owner, model_name, version_id)))


async def asyncio(
    transport: AsyncTransport, model_owner: str, model_name: str, version_id: str
) -> Version:
    """Send what `build` returns, return what `parse` reads."""
    return parse(await transport.request(**build(model_owner, model_name, version_id)))
