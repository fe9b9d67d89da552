"""Two ways to send a request: by `httpx.Client.send`, or straight by the client's transport.

`httpx.Client.send` deals with redirects, authorization, cookies and event hooks. This package does
the first two itself. So if the user has asked httpx for none of the others, the request goes
straight to the transport, which is faster. respx, pytest-httpx, OpenTelemetry and transports of
the user's see it there too. If somebody would miss the call of `send`, it is called: httpx's
logger is switched on, or a method of the client was replaced (by vcrpy before 8, or by a test).
"""

from __future__ import annotations

import logging
import sys
from datetime import timedelta
from operator import attrgetter
from types import FunctionType
from typing import TYPE_CHECKING, Any

import httpx

from .._blocking import is_blocking, monotonic
from .pieces import is_as_sent, pieces_as_sent

if TYPE_CHECKING:
    from collections.abc import Mapping

_METHODS = (
    "build_request",
    "send",
    "_send_handling_auth",
    "_send_handling_redirects",
    "_send_single_request",
    "_transport_for_url",
)
"""The methods of `httpx.Client` that `send` calls on the way of a request."""

_methods = attrgetter(*_METHODS)

_OF_SEND = ("auth", "cookies", "event_hooks", "params")
"""Options of the user's for which `httpx.Client.send` is needed."""

_httpx_logger = logging.getLogger("httpx")


def _methods_of(kind: Any) -> tuple[Any, ...] | None:
    """Return the methods on the way through a client class; None if they are not httpx's own."""
    try:
        methods: tuple[Any, ...] = _methods(kind)
    except AttributeError:
        return None
    for method in methods:
        # A wrapper may have the `__class__` of the function that it wraps, but not its type.
        if type(method) is not FunctionType or method.__code__.co_filename != _httpx_file:
            return None
    return methods


_httpx_file = getattr(sys.modules.get("httpx._client"), "__file__", None)
_own_methods = {kind: _methods_of(kind) for kind in (httpx.Client, httpx.AsyncClient)}


def may_be_direct(options: Mapping[str, Any]) -> bool:
    """Say whether the user's options for httpx need nothing that `send` does. Pure."""
    return not any(options.get(name) for name in _OF_SEND)


def is_watched(client: Any) -> bool:
    """Say whether somebody would miss `httpx.Client.build_request` or `send`."""
    kind = client.__class__
    return (
        _own_methods.get(kind) != _methods(kind)
        or not client.__dict__.keys().isdisjoint(_METHODS)
        or _httpx_logger.isEnabledFor(logging.INFO)
        or bool(client.cookies.jar._cookies)
    )


def is_set_up(client: Any) -> bool:
    """Say whether a script has set something on an httpx client that needs `send`."""
    return bool(client.auth or client.params or any(client.event_hooks.values()))


async def send(client: Any, request: httpx.Request, *, own: bool, direct: bool) -> httpx.Response:
    """Send a request, and return the response before its body.

    Args:
        client: The client to send it with.
        request: The request.
        own: Whether the request goes to the API: the user's `auth=` is for no other host.
        direct: Whether to send it straight by the transport.
    """
    response: httpx.Response
    if not direct:
        auth = httpx.USE_CLIENT_DEFAULT if own else None
        sent = client.send(request, auth=auth, follow_redirects=False, stream=True)
        response = sent if is_blocking() else await sent
        return response
    transport = client._transport_for_url(request.url)
    began = monotonic()
    if is_blocking():
        response = transport.handle_request(request)
    else:
        response = await transport.handle_async_request(request)
    response.elapsed = timedelta(seconds=monotonic() - began)
    response.request = request
    response.default_encoding = client._default_encoding
    if "set-cookie" in response.headers:
        client.cookies.extract_cookies(response)
    return response


async def read(response: httpx.Response) -> None:
    """Read a response to its end and close it."""
    try:
        if is_as_sent(response) and not response.is_stream_consumed:
            response._content = await _content(response)
            response.is_stream_consumed = True
        elif is_blocking():
            response.read()
        else:
            await response.aread()
    except BaseException as error:
        await close(response)
        if not _is_told_by_status(response, error):
            raise
    else:
        await close(response)


async def _content(response: httpx.Response) -> bytes:
    source = pieces_as_sent(response)
    pieces: list[bytes] = []
    while True:
        piece = await source.read()
        if piece is None:
            return b"".join(pieces)
        pieces.append(piece)


async def close(response: httpx.Response) -> None:
    """Close a response."""
    if is_blocking():
        response.close()
    else:
        await response.aclose()


def _is_told_by_status(response: httpx.Response, error: BaseException) -> bool:
    """Say whether a body that broke off is that of a refusal: its status says enough."""
    if response.is_success or not isinstance(error, httpx.HTTPError):
        return False
    response._content = b""
    return True
