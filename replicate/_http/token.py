"""Where the API token comes from, and how it is kept out of sight."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, Dict, Optional, Union, cast

from ..exceptions import AuthenticationError

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    TokenSource = Union[str, Callable[[], Optional[str]]]

VARIABLE = "REPLICATE_API_TOKEN"

SHORTEST = 8
"""Characters of a token that is worth hiding; less would be found in any text."""


class Secret(str):
    """A string that does not show in a repr, a `vars()`, or a traceback with locals."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'**********'"


class SecretBytes(bytes):
    """What somebody took for a token; the error that says so must not show it either."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "b'**********'"


def hidden(token: Any) -> Any:
    """Return a token in a form that does not show; anything else as it is."""
    if isinstance(token, str):
        return Secret(token)
    return SecretBytes(token) if isinstance(token, bytes) else token


def from_environment() -> str | None:
    """Return the token of cog's current scope, else of `REPLICATE_API_TOKEN`.

    Inside a Cog model every prediction carries the token of the user who runs it. A scope
    that has the key wins over the variable; `resolve` lets an empty value give way to it.
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


def resolve(source: TokenSource | None) -> Secret:
    """Return the token to send now: what the caller gave, else what the environment has.

    It is asked for every request, so that a changed variable, another Cog scope or a
    callable's fresh value counts at once. White space and quotes around it, which come
    with files and with `set` on Windows, are dropped.

    Raises:
        AuthenticationError: There is no token, or one that no HTTP header can hold.
    """
    value = cast("object", hidden(source() if callable(source) else source))
    if value is not None and not isinstance(value, str):
        raise TypeError(f"the API token must be a string, not of type {type(value).__name__}")
    if not value:
        # Inside a model cog is loaded; to look for it elsewhere would take longer than the rest.
        scoped = hidden(from_environment()) if sys.modules.get("cog") else None
        value = scoped or hidden(os.environ.get(VARIABLE))
    token = Secret(str(value or "").strip().strip("\"'").strip())
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


def hide(request: httpx.Request, response: httpx.Response | None = None) -> None:
    """Remove the token from what an error holds on to, and what so gets logged.

    Args:
        request: A request that was sent.
        response: Its response, which was read or closed: below it is what it was read from, and
            that has the request as it went out.
    """
    import httpx

    if response is not None:
        response.next_request = None  # that of a redirect which is not followed
    if "authorization" in request.headers:
        request.headers["Authorization"] = "Bearer [hidden]"
    if response is not None and response.is_closed:
        response.stream = httpx.ByteStream(b"")


def redact(response: httpx.Response) -> None:
    """Remove the token from an error's body, into which a server or gateway may copy requests."""
    sent = response.request.headers.get("authorization", "").rpartition(" ")[2]
    if len(sent) >= SHORTEST and response.is_closed and hasattr(response, "_content"):
        response._content = response.content.replace(sent.encode(), b"**********")
