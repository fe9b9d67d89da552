# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""GET /hardware"""

from __future__ import annotations

from typing import TYPE_CHECKING, List, TypedDict

from ... import answer
from ...models.hardware import Hardware

if TYPE_CHECKING:
    from ...types import AsyncTransport, Request, Response, SyncTransport

__all__ = ("HardwareListOptions", "asyncio", "build", "parse", "sync")


class HardwareListOptions(TypedDict, total=False):
    """The optional arguments of the operation, but for headers."""


def build() -> Request:
    """List the hardware that models can run on."""
    return {"method": "GET", "url": "/hardware"}


def parse(response: Response) -> List[Hardware]:
    """Read the response, or raise UnexpectedResponse."""
    value: List[Hardware] = answer.json_array(response, "Hardware", depth=1)
    return value


def sync(transport: SyncTransport) -> List[Hardware]:
    """Send what `build` returns, return what `parse` reads."""
    return parse(transport.request(**build()))


async def asyncio(transport: AsyncTransport) -> List[Hardware]:
    """Send what `build` returns, return what `parse` reads."""
    return parse(await transport.request(**build()))
