# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""Bind the operations of the group `webhooks` to transports."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...models.webhook_secret import WebhookSecret
    from ...types import AsyncTransport, SyncTransport

__all__ = ("WebhooksOperations",)


class WebhooksOperations:
    """The operations of the group `webhooks`."""

    def __init__(self, sync_transport: SyncTransport, async_transport: AsyncTransport) -> None:
        self._sync = sync_transport
        self._async = async_transport

    def default_secret_get(self) -> WebhookSecret:
        """Get the secret that webhooks are signed with."""
        from . import default_secret_get as operation

        return operation.sync(self._sync)

    async def async_default_secret_get(self) -> WebhookSecret:
        """Get the secret that webhooks are signed with."""
        from . import default_secret_get as operation

        return await operation.asyncio(self._async)
