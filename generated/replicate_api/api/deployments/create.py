# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""POST /deployments"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from ... import answer, request
from ...models.deployment import Deployment

if TYPE_CHECKING:
    from ...types import AsyncTransport, Request, Response, SyncTransport

__all__ = ("DeploymentsCreateOptions", "asyncio", "build", "parse", "sync")


class DeploymentsCreateOptions(TypedDict, total=False):
    """The optional arguments of the operation, but for headers."""


def build(
    *, hardware: str, max_instances: int, min_instances: int, model: str, name: str, version: str
) -> Request:
    """Create a deployment.

    Args:
        hardware: The SKU of the hardware, as `hardware.list` gives it.
        max_instances: The number of instances that are never exceeded.
        min_instances: The number of instances that are always running.
        model: The model to run, as `owner/name`.
        name: The name of the deployment.
        version: The id of the version to run.
    """
    return {
        "method": "POST",
        "url": "/deployments",
        "json": request.json_fields(
            {
                "hardware": hardware,
                "max_instances": max_instances,
                "min_instances": min_instances,
                "model": model,
                "name": name,
                "version": version,
            }
        ),
    }


def parse(response: Response) -> Deployment:
    """Read the response, or raise UnexpectedResponse."""
    return Deployment.from_dict(answer.json_object(response))


def sync(
    transport: SyncTransport,
    *,
    hardware: str,
    max_instances: int,
    min_instances: int,
    model: str,
    name: str,
    version: str,
) -> Deployment:
    """Send what `build` returns, return what `parse` reads."""
    return parse(
        transport.request(
            **build(
                hardware=hardware,
                max_instances=max_instances,
                min_instances=min_instances,
                model=model,
                name=name,
                version=version,
            )
        )
    )


async def asyncio(
    transport: AsyncTransport,
    *,
    hardware: str,
    max_instances: int,
    min_instances: int,
    model: str,
    name: str,
    version: str,
) -> Deployment:
    """Send what `build` returns, return what `parse` reads."""
    return parse(
        await transport.request(
            **build(
                hardware=hardware,
                max_instances=max_instances,
                min_instances=min_instances,
                model=model,
                name=name,
                version=version,
            )
        )
    )
