"""The account that a token belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from replicate_api import models

from ._blocking import block
from .resource import Namespace, Resource

__all__ = ["Account", "Accounts"]


class Account(Resource, models.Account):
    """A user or an organization."""


class Accounts(Namespace):
    """Operations on accounts."""

    def current(self) -> Account:
        """Get the account that the token belongs to."""
        return block(self.async_current())

    async def async_current(self) -> Account:
        """Get the account that the token belongs to."""
        from replicate_api.api.account import get

        return Account._of(await self._client._call(get.asyncio), self._client)


if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name.startswith("__"):  # the import system asks for such names
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from ._names import lookup

        return lookup(__name__, name)
