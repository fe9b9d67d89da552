# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""GET /models/{model_owner}/{model_name}/versions"""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional, TypedDict

from ... import answer, request
from ...models.version_page import VersionPage

if TYPE_CHECKING:
    from ...types import AsyncTransport, Request, Response, SyncTransport

__all__ = ("ModelsVersionsListOptions", "asyncio", "build", "parse", "sync")


class ModelsVersionsListOptions(TypedDict, total=False):
    """The optional arguments of the operation, but for headers."""


def build(model_owner: str, model_name: str, cursor: Optional[str] = None) -> Request:
    """List the versions of a model.

    The newest comes first.

    Args:
        model_owner: The account that the model belongs to.
        model_name: The name of the model.
        cursor: The `next` or `previous` of another page; None for the first page.
    """
    return {
        "method": "GET",
        "url": request.path(
            "/models/{model_owner}/{model_name}/versions",
            model_owner=model_owner,
            model_name=model_name,
        ),
        "params": request.page({}, cursor),
    }


def parse(response: Response) -> VersionPage:
    """Read the response, or raise UnexpectedResponse."""
    return VersionPage.from_dict(answer.json_object(response))


def sync(
    transport: SyncTransport, model_owner: str, model_name: str, cursor: Optional[str] = None
) -> VersionPage:
    """Send what `build` returns, return what `parse` reads."""
    return parse(transport.request(**build(model_owner, model_name, cursor)))


async def asyncio(
    transport: AsyncTransport, model_owner: str, model_name: str, cursor: Optional[str] = None
) -> VersionPage:
    """Send what `build` returns, return what `parse` reads."""
    return parse(await transport.request(**build(model_owner, model_name, cursor)))
