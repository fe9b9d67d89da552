# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""GET /deployments"""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional, TypedDict

from ... import answer, request
from ...models.deployment_page import DeploymentPage

if TYPE_CHECKING:
    from ...types import AsyncTransport, Request, Response, SyncTransport

__all__ = ("DeploymentsListOptions", "asyncio", "build", "parse", "sync")


class DeploymentsListOptions(TypedDict, total=False):
    """The optional arguments of the operation, but for headers."""


def build(cursor: Optional[str] = None) -> Request:
    """List the deployments of the account.

    Args:
        cursor: The `next` or `previous` of another page; None for the first page.
    """
    return {"method": "GET", "url": "/deployments", "params": request.page({}, cursor)}


def parse(response: Response) -> DeploymentPage:
    """Read the response, or raise UnexpectedResponse."""
    return DeploymentPage.from_dict(answer.json_object(response))


def sync(transport: SyncTransport, cursor: Optional[str] = None) -> DeploymentPage:
    """Send what `build` returns, return what `parse` reads."""
    return parse(transport.request(**build(cursor)))


async def asyncio(transport: AsyncTransport, cursor: Optional[str] = None) -> DeploymentPage:
    """Send what `build` returns, return what `parse` reads."""
    return parse(await transport.request(**build(cursor)))
