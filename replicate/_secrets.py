"""Tokens that do not show, and their removal from requests and answers that errors hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._guards import text_of

if TYPE_CHECKING:
    import httpx

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
        return Secret(text_of(token))
    return SecretBytes(token) if isinstance(token, bytes) else token


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


def hide_in(response: httpx.Response) -> httpx.Response:
    """Remove the token from an answer's request, where it has one, and return the answer."""
    if response._request is not None:  # the property raises where there is none
        hide(response._request, response)
    return response


def without_token(response: httpx.Response) -> httpx.Response:
    """Remove the token from an answer that the user gets as it came, and return the answer."""
    if response._request is not None:  # as in `hide_in`
        redact(response)
    return hide_in(response)


def redact(response: httpx.Response) -> None:
    """Remove the token from an answer, into which a server or gateway may copy requests."""
    import httpx

    sent = response.request.headers.get("authorization", "").rpartition(" ")[2].encode()
    if len(sent) < SHORTEST:
        return
    headers = [(name, value.replace(sent, b"**********")) for name, value in response.headers.raw]
    response.headers = httpx.Headers(headers)
    if response.is_closed and hasattr(response, "_content"):
        response._content = response.content.replace(sent, b"**********")
