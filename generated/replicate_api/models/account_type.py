# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from typing import Literal, Tuple, Union

__all__ = ("ACCOUNT_TYPE_VALUES", "AccountType")

#: Any string: the API may have values that this version does not know.
AccountType = Union[Literal["organization", "user"], str]

#: The values that this version knows.
ACCOUNT_TYPE_VALUES: Tuple[AccountType, ...] = ("organization", "user")
