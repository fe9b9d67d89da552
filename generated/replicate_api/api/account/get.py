# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""GET /account"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from ... import answer
from ...models.account import Account

if TYPE_CHECKING:
    from ...types import AsyncTransport, Request, Response, SyncTransport

__all__ = ("AccountGetOptions", "asyncio", "build", "parse", "sync")


class AccountGetOptions(TypedDict, total=False):
    """The optional arguments of the operation, but for headers."""


def build() -> Request:
    """Get the account that the token belongs to."""
    return {"method": "GET", "url": "/account"}


def parse(response: Response) -> Account:
    """Read the response, or raise UnexpectedResponse."""
    return Account.from_dict(answer.json_object(response))


def sync(transport: SyncTransport) -> Account:
    """Send what `build` returns, return what `parse` reads."""
    return parse(transport.request(**build()))


async def asyncio(transport: AsyncTransport) -> Account:
    """Send what `build` returns, return what `parse` reads."""
    return parse(await transport.request(**build()))
