# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from typing import TYPE_CHECKING, Optional

from .. import base

if TYPE_CHECKING:
    from .account_type import AccountType

__all__ = ("Account",)


@base.model
class Account(base.ApiModel):
    """The account that made the release."""

    type: AccountType
    """Whether it is a person or an organization."""
    username: str
    """The unique name, as in the URLs of the account's models."""
    avatar_url: Optional[str] = None
    """The URL of the account's picture."""
    github_url: Optional[str] = None
    """The account's page on GitHub."""
    name: Optional[str] = None
    """The name that is shown for the account."""
