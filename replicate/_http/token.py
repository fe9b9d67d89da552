"""Where the API token comes from."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, Dict, Optional, Union, cast

from .._interruptions import comes_from_outside
from .._secrets import Secret, hidden
from ..exceptions import AuthenticationError, InvalidArgumentTypeError, ReplicateException

if TYPE_CHECKING:
    from collections.abc import Callable

    TokenSource = Union[str, Callable[[], Optional[str]]]

VARIABLE = "REPLICATE_API_TOKEN"

TOKENS_PAGE = "https://replicate.com/account/api-tokens"


def from_environment() -> str | None:
    """Return the token of cog's current scope, else of `REPLICATE_API_TOKEN`.

    Inside a Cog model, each prediction has the token of the user who runs it in its scope. The
    scope goes before the variable. If its token is empty, `resolve` takes the variable.
    """
    try:
        import cog  # type: ignore[import-not-found]  # pyright: ignore[reportMissingImports]

        scope = cast("Any", cog).current_scope()
        for key, value in cast("Dict[str, Optional[str]]", scope.context).items():
            if key.upper() == VARIABLE:
                return value
    except Exception:  # noqa: BLE001, S110 - no cog, one without scopes, or no prediction running
        pass
    return os.environ.get(VARIABLE)


def described(source: TokenSource | None) -> str:
    """Return the origin of the token that `resolve` returns, for messages."""
    if callable(source):
        return "the function given as api_token"
    if source:
        return "the argument api_token of the client"
    scoped = from_environment() if sys.modules.get("cog") else None
    if scoped and scoped != os.environ.get(VARIABLE):
        return "the scope of the Cog model"
    return f"the environment variable {VARIABLE}"


def _called(source: Callable[[], Optional[str]]) -> Optional[str]:
    try:
        return source()
    except Exception as error:
        if comes_from_outside(error) or isinstance(error, ReplicateException):
            raise
        raise AuthenticationError(
            title="No API token",
            detail=f"The function given as api_token failed: {type(error).__name__}: {error}",
        ) from error


def resolve(source: TokenSource | None) -> Secret:
    """Return the token to send now: what the caller gave, else what the environment has.

    This is called for every request, so that a changed variable, another Cog scope or a new value
    of a function counts at once. White space and quotes around the token, which come from files
    and from `set` on Windows, are removed.

    Raises:
        AuthenticationError: There is no token, or it has characters that no HTTP header can hold.
        InvalidArgumentTypeError: The token is no text.
    """
    value = cast("object", hidden(_called(source) if callable(source) else source))
    if value is not None and not isinstance(value, str):
        raise InvalidArgumentTypeError(
            f"the API token must be a string, not of type {type(value).__name__}"
        )
    if not value:
        # Inside a model cog is loaded. Elsewhere, to try to import it would take too long.
        scoped = hidden(from_environment()) if sys.modules.get("cog") else None
        value = scoped or hidden(os.environ.get(VARIABLE))
    token = Secret(str(value or "").strip().strip("\"'").strip())
    if not token:
        raise AuthenticationError(
            title="No API token",
            detail=f"Set the environment variable {VARIABLE}, or pass Client(api_token=...). "
            f"Create a token at {TOKENS_PAGE}",
        )
    if not (token.isascii() and token.isprintable()):
        raise AuthenticationError(
            title="Malformed API token",
            detail=f"The token holds characters that no HTTP header can carry. Check {VARIABLE}.",
        )
    return token
