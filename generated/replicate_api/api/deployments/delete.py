# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""DELETE /deployments/{deployment_owner}/{deployment_name}"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from ... import answer, request

if TYPE_CHECKING:
    from ...types import AsyncTransport, Request, Response, SyncTransport

__all__ = ("DeploymentsDeleteOptions", "asyncio", "build", "parse", "sync")


class DeploymentsDeleteOptions(TypedDict, total=False):
    """The optional arguments of the operation, but for headers."""


def build(deployment_owner: str, deployment_name: str) -> Request:
    """Delete a deployment.

    It must be offline and unused for 15 minutes.

    Args:
        deployment_owner: The account that the deployment belongs to.
        deployment_name: The name of the deployment.
    """
    return {
        "method": "DELETE",
        "url": request.path(
            "/deployments/{deployment_owner}/{deployment_name}",
            deployment_owner=deployment_owner,
            deployment_name=deployment_name,
        ),
    }


def parse(response: Response) -> None:
    """Read the response, or raise UnexpectedResponse."""
    return answer.nothing(response)


def sync(transport: SyncTransport, deployment_owner: str, deployment_name: str) -> None:
    """Send what `build` returns, return what `parse` reads."""
    return parse(transport.request(**build(deployment_owner, deployment_name)))


async def asyncio(transport: AsyncTransport, deployment_owner: str, deployment_name: str) -> None:
    """Send what `build` returns, return what `parse` reads."""
    return parse(await transport.request(**build(deployment_owner, deployment_name)))
