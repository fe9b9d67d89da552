# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""PATCH /deployments/{deployment_owner}/{deployment_name}"""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional, TypedDict

from ... import answer, request
from ...models.deployment import Deployment

if TYPE_CHECKING:
    from ...types import AsyncTransport, Request, Response, SyncTransport

__all__ = ("DeploymentsUpdateMore", "DeploymentsUpdateOptions", "asyncio", "build", "parse", "sync")


class DeploymentsUpdateMore(TypedDict, total=False):
    """Those of the optional arguments that the methods of 1.x have no names of their own for."""


class DeploymentsUpdateOptions(DeploymentsUpdateMore, total=False):
    """The optional arguments of the operation, but for headers."""

    hardware: Optional[str]
    """The SKU of the hardware, as `hardware.list` gives it."""
    max_instances: Optional[int]
    """The number of instances that are never exceeded."""
    min_instances: Optional[int]
    """The number of instances that are always running."""
    version: Optional[str]
    """The id of the version to run."""


def build(
    deployment_owner: str,
    deployment_name: str,
    *,
    hardware: Optional[str] = None,
    max_instances: Optional[int] = None,
    min_instances: Optional[int] = None,
    version: Optional[str] = None,
) -> Request:
    """Change a deployment, which makes a new release.

    Only what is passed changes.

    Args:
        deployment_owner: The account that the deployment belongs to.
        deployment_name: The name of the deployment.
        hardware: The SKU of the hardware, as `hardware.list` gives it.
        max_instances: The number of instances that are never exceeded.
        min_instances: The number of instances that are always running.
        version: The id of the version to run.
    """
    return {
        "method": "PATCH",
        "url": request.path(
            "/deployments/{deployment_owner}/{deployment_name}",
            deployment_owner=deployment_owner,
            deployment_name=deployment_name,
        ),
        "json": request.json_fields(
            {
                "hardware": hardware,
                "max_instances": max_instances,
                "min_instances": min_instances,
                "version": version,
            }
        )
        or None,
    }


def parse(response: Response) -> Deployment:
    """Read the response, or raise UnexpectedResponse."""
    return Deployment.from_dict(answer.json_object(response))


def sync(
    transport: SyncTransport,
    deployment_owner: str,
    deployment_name: str,
    *,
    hardware: Optional[str] = None,
    max_instances: Optional[int] = None,
    min_instances: Optional[int] = None,
    version: Optional[str] = None,
) -> Deployment:
    """Send what `build` returns, return what `parse` reads."""
    return parse(
        transport.request(
            **build(
                deployment_owner,
                deployment_name,
                hardware=hardware,
                max_instances=max_instances,
                min_instances=min_instances,
                version=version,
            )
        )
    )


async def asyncio(
    transport: AsyncTransport,
    deployment_owner: str,
    deployment_name: str,
    *,
    hardware: Optional[str] = None,
    max_instances: Optional[int] = None,
    min_instances: Optional[int] = None,
    version: Optional[str] = None,
) -> Deployment:
    """Send what `build` returns, return what `parse` reads."""
    return parse(
        await transport.request(
            **build(
                deployment_owner,
                deployment_name,
                hardware=hardware,
                max_instances=max_instances,
                min_instances=min_instances,
                version=version,
            )
        )
    )
