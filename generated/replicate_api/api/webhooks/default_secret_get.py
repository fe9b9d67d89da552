# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""GET /webhooks/default/secret"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from ... import answer
from ...models.webhook_secret import WebhookSecret

if TYPE_CHECKING:
    from ...types import AsyncTransport, Request, Response, SyncTransport

__all__ = ("WebhooksDefaultSecretGetOptions", "asyncio", "build", "parse", "sync")


class WebhooksDefaultSecretGetOptions(TypedDict, total=False):
    """The optional arguments of the operation, but for headers."""


def build() -> Request:
    """Get the secret that webhooks are signed with."""
    return {"method": "GET", "url": "/webhooks/default/secret"}


def parse(response: Response) -> WebhookSecret:
    """Read the response, or raise UnexpectedResponse."""
    return WebhookSecret.from_dict(answer.json_object(response))


def sync(transport: SyncTransport) -> WebhookSecret:
    """Send what `build` returns, return what `parse` reads."""
    return parse(transport.request(**build()))


async def asyncio(transport: AsyncTransport) -> WebhookSecret:
    """Send what `build` returns, return what `parse` reads."""
    return parse(await transport.request(**build()))
