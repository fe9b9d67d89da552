"""Where the API token comes from, and how it is kept out of sight."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Optional, Union

from .exceptions import AuthenticationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    TokenSource = Union[str, Callable[[], Optional[str]]]

VARIABLE = "REPLICATE_API_TOKEN"


class Secret(str):
    """A string that does not show in a repr, a `vars()`, or a traceback with locals."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'**********'"


def from_environment() -> str | None:
    """Return the token of cog's current scope, else of `REPLICATE_API_TOKEN`.

    Inside a Cog model every prediction carries the token of the user who runs it. A scope
    that has the key wins over the variable, even with an empty value.
    """
    # Where code runs inside a Cog model, cog is loaded. Importing it elsewhere would cost
    # a search of the whole path for every request.
    cog = sys.modules.get("cog")
    if cog is not None:
        try:
            context: Mapping[str, str] = cog.current_scope().context
            for key, value in context.items():
                if key.upper() == VARIABLE:
                    return value
        except Exception as error:  # noqa: BLE001 - a cog without scopes, or no prediction running
            import logging

            logging.getLogger("replicate").debug("cog has no scope: %s", type(error).__name__)
    return os.environ.get(VARIABLE)


def resolve(source: TokenSource | None) -> Secret:
    """Return the token to send now: what the caller gave, else what the environment has.

    It is asked for every request, so that a changed variable, another Cog scope or a
    callable's fresh value counts at once. White space and quotes around it, which come
    with files and with `set` on Windows, are dropped.

    Raises:
        AuthenticationError: There is no token, or one that no HTTP header can hold.
    """
    value = source() if callable(source) else source
    if not value:
        value = from_environment() or os.environ.get(VARIABLE)
    token = Secret((value or "").strip().strip("\"'").strip())
    if not token:
        raise AuthenticationError(
            title="No API token",
            detail=f"Set the environment variable {VARIABLE}, or pass Client(api_token=...). "
            "Create a token at https://replicate.com/account/api-tokens",
        )
    if not (token.isascii() and token.isprintable()):
        raise AuthenticationError(
            title="Malformed API token",
            detail=f"The token holds characters that no HTTP header can carry. Check {VARIABLE}.",
        )
    return token
