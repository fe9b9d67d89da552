# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""GET /deployments/{deployment_owner}/{deployment_name}"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from ... import answer, request
from ...models.deployment import Deployment

if TYPE_CHECKING:
    from ...types import AsyncTransport, Request, Response, SyncTransport

__all__ = ("DeploymentsGetOptions", "asyncio", "build", "parse", "sync")


class DeploymentsGetOptions(TypedDict, total=False):
    """The optional arguments of the operation, but for headers."""


def build(deployment_owner: str, deployment_name: str) -> Request:
    """Get a deployment.

    Args:
        deployment_owner: The account that the deployment belongs to.
        deployment_name: The name of the deployment.
    """
    return {
        "method": "GET",
        "url": request.path(
            "/deployments/{deployment_owner}/{deployment_name}",
            deployment_owner=deployment_owner,
            deployment_name=deployment_name,
        ),
    }


def parse(response: Response) -> Deployment:
    """Read the response, or raise UnexpectedResponse."""
    return Deployment.from_dict(answer.json_object(response))


def sync(transport: SyncTransport, deployment_owner: str, deployment_name: str) -> Deployment:
    """Send what `build` returns, return what `parse` reads."""
    return parse(transport.request(**build(deployment_owner, deployment_name)))


async def asyncio(
    transport: AsyncTransport, deployment_owner: str, deployment_name: str
) -> Deployment:
    """Send what `build` returns, return what `parse` reads."""
    return parse(await transport.request(**build(deployment_owner, deployment_name)))
