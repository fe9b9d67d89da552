# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""Bind the operations of the group `hardware` to transports."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import List

    from ...models.hardware import Hardware
    from ...types import AsyncTransport, SyncTransport

__all__ = ("HardwareOperations",)


class HardwareOperations:
    """The operations of the group `hardware`."""

    def __init__(self, sync_transport: SyncTransport, async_transport: AsyncTransport) -> None:
        self._sync = sync_transport
        self._async = async_transport

    def list(self) -> List[Hardware]:
        """List the hardware that models can run on."""
        from . import list as operation

        return operation.sync(self._sync)

    async def async_list(self) -> List[Hardware]:
        """List the hardware that models can run on."""
        from . import list as operation

        return await operation.asyncio(self._async)
