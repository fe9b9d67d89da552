# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, Mapping, Optional

from attrs import define

from ..base import ApiModel

if TYPE_CHECKING:
    from .account_type import AccountType

__all__ = ("Account",)


@define(kw_only=True, eq=False, repr=False, slots=False)
class Account(ApiModel):
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

    @staticmethod
    def _read(data: Mapping[str, Any]) -> Dict[str, Any]:
        get = data.get
        return {
            "type": get("type"),
            "username": get("username"),
            "avatar_url": get("avatar_url"),
            "github_url": get("github_url"),
            "name": get("name"),
        }
