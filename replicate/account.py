"""The account that a token belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from replicate_api import models

from ._blocking import block
from ._guards import names_of
from .resource import Namespace, Resource

__all__ = ["Account", "Accounts"]


class Account(Resource, models.Account):
    """A user or an organization."""


class Accounts(Namespace):
    """Operations on accounts."""

    def current(self) -> Account:
        """Get the account that the token belongs to."""
        return block(self._ours.async_current())

    async def async_current(self) -> Account:
        """Get the account that the token belongs to."""
        from replicate_api.api.account import get

        return Account._of(await self._client._call(get.asyncio), self._client)


if not TYPE_CHECKING:
    __getattr__ = names_of(__name__)
