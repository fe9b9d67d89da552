# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""GET /deployments"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ... import answer
from ...models.deployment_page import DeploymentPage

if TYPE_CHECKING:
    from ...types import AsyncTransport, Request, Response, SyncTransport

__all__ = ("asyncio", "build", "parse", "sync")


def build() -> Request:
    """List the deployments of the account."""
    return {"method": "GET", "url": "/deployments"}


def parse(response: Response) -> DeploymentPage:
    """Read the response, or raise UnexpectedResponse."""
    return DeploymentPage.from_dict(answer.json_object(response))


def sync(transport: SyncTransport) -> DeploymentPage:
    """Send what `build` returns, return what `parse` reads."""
    return parse(transport.request(**build()))


async def asyncio(transport: AsyncTransport) -> DeploymentPage:
    """Send what `build` returns, return what `parse` reads."""
    return parse(await transport.request(**build()))
