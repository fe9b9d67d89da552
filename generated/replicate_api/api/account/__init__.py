# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""Bind the operations of the group `account` to transports."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...models.account import Account
    from ...types import AsyncTransport, SyncTransport

__all__ = ("AccountOperations",)


class AccountOperations:
    """The operations of the group `account`."""

    def __init__(self, sync_transport: SyncTransport, async_transport: AsyncTransport) -> None:
        self._sync = sync_transport
        self._async = async_transport

    def get(self) -> Account:
        """Get the account that the token belongs to."""
        from . import get as operation

        return operation.sync(self._sync)

    async def async_get(self) -> Account:
        """Get the account that the token belongs to."""
        from . import get as operation

        return await operation.asyncio(self._async)
