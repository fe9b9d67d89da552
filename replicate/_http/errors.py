"""Making errors of this package from answers that are refusals, and from lost connections."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import httpx

from replicate_api import errors as _generated

from .. import connection_errors as _errors
from .._interruptions import comes_from_outside
from .._secrets import hide, hide_in, redact
from ..exceptions import (
    APIConnectionError,
    InvalidArgumentError,
    InvalidResponseError,
    ReplicateError,
)
from . import hints
from . import retry as _retry
from .address import shown
from .subjects import without_query

if TYPE_CHECKING:
    from .session import Session

# An argument that no path can hold, such as an empty id, is refused before it is sent.
_generated.invalid_argument = InvalidArgumentError

NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
GATEWAY_STATUS_CODES = frozenset({502, 504, 520, 524})
"""Statuses of gateways that have passed a request on: RFC 9110, 15.6, and Cloudflare
(https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/)."""

_USELESS_TO_REPEAT = (httpx.UnsupportedProtocol, httpx.LocalProtocolError)

_PHASES: dict[type[httpx.TimeoutException], tuple[str, str]] = {
    httpx.ConnectTimeout: ("connect", "no connection"),
    httpx.ReadTimeout: ("read", "no answer"),
    httpx.WriteTimeout: ("write", "nothing more could be sent"),
    httpx.PoolTimeout: ("pool", "no free connection"),
}
"""For each kind of time-out: the name of the phase in httpx, and what was missing."""

_NO_WORDS = {"", "timed out", "The read operation timed out", "The write operation timed out"}

_CLASSES: dict[type[BaseException], type[APIConnectionError]] = {
    httpx.TransportError: _errors.APITransportError,
    httpx.TimeoutException: _errors.APITimeoutException,
    httpx.ConnectTimeout: _errors.APIConnectTimeout,
    httpx.ReadTimeout: _errors.APIReadTimeout,
    httpx.WriteTimeout: _errors.APIWriteTimeout,
    httpx.PoolTimeout: _errors.APIPoolTimeout,
    httpx.NetworkError: _errors.APINetworkError,
    httpx.ConnectError: _errors.APIConnectError,
    httpx.ReadError: _errors.APIReadError,
    httpx.WriteError: _errors.APIWriteError,
    httpx.CloseError: _errors.APICloseError,
    httpx.ProtocolError: _errors.APIProtocolError,
    httpx.LocalProtocolError: _errors.APILocalProtocolError,
    httpx.RemoteProtocolError: _errors.APIRemoteProtocolError,
    httpx.ProxyError: _errors.APIProxyError,
    httpx.UnsupportedProtocol: _errors.APIUnsupportedProtocol,
}


def connection_error(error: httpx.TransportError, message: str) -> APIConnectionError:
    """Create our error for one of httpx's; a transport may have derived a class of its own."""
    kind = next(_CLASSES[base] for base in type(error).__mro__ if base in _CLASSES)
    ours = kind(message, request=error._request)  # the property raises where there is none
    ours.about = dict(getattr(error, "about", {}))
    return ours


def lost(session: Session, error: httpx.TransportError) -> APIConnectionError:
    """Create the error for a request that got no answer: it names the request."""
    reason = f"{type(error).__name__}: {_said_of(error)}".rstrip(": ")
    request = error._request
    if request is None:
        return connection_error(error, reason)
    hide(request)
    place = f"{request.method} {without_query(str(request.url))}"
    ours = connection_error(error, f"{place}: {reason}")
    ours.about = hints.of_lost(session, request, error, reason)
    return ours


def _said_of(error: BaseException) -> str:
    """Return the most exact words for a failure: those of the operating system, if there are any.

    The libraries above it say less, such as "All connection attempts failed". For a time-out httpx
    says nothing, or "timed out": then the words are ours.
    """
    if isinstance(error, httpx.TimeoutException) and str(error) in _NO_WORDS:
        phase, lack = next(
            (value for kind, value in _PHASES.items() if isinstance(error, kind)), ("", "")
        )
        extensions: Any = getattr(error._request, "extensions", {})
        limits: Any = extensions.get("timeout") or {}
        seconds: float | None = limits.get(phase)
        return f"{lack} in {seconds:g} s" if seconds is not None else ""
    inner: BaseException | None = error
    while inner is not None:
        if isinstance(inner, ConnectionError) and inner.errno:
            return f"[Errno {inner.errno}] {os.strerror(inner.errno)}"  # asyncio has other words
        if isinstance(inner, OSError) and inner.errno:
            return str(inner)
        group: Any = getattr(inner, "exceptions", None)
        inner = group[0] if group else inner.__cause__ or inner.__context__
    return str(error)


def refused(session: Session, response: httpx.Response) -> ReplicateError:
    """Create the error for an answer that was read and is not a success."""
    redact(response)
    if response.has_redirect_location:
        error = ReplicateError(
            title="Unexpected redirect",
            status=response.status_code,
            detail=f"{response.request.method} {shown(str(response.request.url))} was redirected "
            f"to {shown(response.headers.get('location', ''))}. Check base_url.",
            response=hide_in(response),
        )
        error.about = hints.of_request(session, response.request)
    else:
        error = ReplicateError.from_response(response)
        error.about = hints.of_refusal(session, response.request, error)
    return error


def unreadable(session: Session, response: httpx.Response) -> InvalidResponseError:
    """Create the error for an answer of status 200 whose body is not that of the operation."""
    from replicate_api.errors import UnexpectedResponse

    redact(response)
    error = InvalidResponseError(
        title="Unreadable answer",
        status=response.status_code,
        detail=str(UnexpectedResponse(response)),
        response=hide_in(response),
    )
    error.about = hints.of_request(session, response.request)
    if "json" not in response.headers.get("content-type", ""):
        error.about.update(hints.of_stranger(session))
    return error


def tried(error: ReplicateError, attempts: int, seconds: float) -> None:
    """Note in an error how often a request was sent, and for how long in all."""
    if attempts > 1 or isinstance(error, APIConnectionError):
        hint = error.about.pop("hint", None)
        error.about["attempts"] = f"{attempts} in {seconds:.1f} s"
        if hint:
            error.about["hint"] = hint


def undecodable(error: httpx.DecodingError, response: httpx.Response) -> InvalidResponseError:
    """Create the error for a body that is not what its `Content-Encoding` says."""
    hide(response.request)
    encoding = response.headers.get("content-encoding")
    return InvalidResponseError(
        title="Unreadable answer",
        status=response.status_code,
        detail=f"the body cannot be decoded as {encoding}: {error}",
    )


def unsendable(error: Exception, method: str, url: str) -> InvalidResponseError:
    """Create the error for a request that httpx refuses to send, or whose answer it cannot read."""
    request = getattr(error, "_request", None)
    if request is not None:
        hide(request)
    return InvalidResponseError(
        title=type(error).__name__, detail=f"{method} {without_query(url)}: {error}"
    )


def transport_failed(
    session: Session, error: Exception, request: httpx.Request
) -> APIConnectionError | None:
    """Create the error for an exception of a transport, hook or auth of the user's.

    None for an exception that was raised into the call from outside: that one ends the caller.
    """
    if comes_from_outside(error):
        return None
    hide(request)
    place = f"{request.method} {without_query(str(request.url))}"
    ours = _errors.APITransportError(f"{place}: {type(error).__name__}: {error}", request=request)
    ours.about = hints.of_request(session, request)
    return ours


def request_of(error: ReplicateError) -> httpx.Request | None:
    """Return the request of an error, if the error has one."""
    if isinstance(error, APIConnectionError):
        return error._request
    return error.response._request if error.response is not None else None


def may_have_happened(error: ReplicateError) -> bool:
    """Say whether a request may have had its effect, though it ended with an error.

    If a gateway answered, the API's own answer was lost. Any other refusal is the API's own, and
    says that there was no effect.
    """
    if isinstance(error, APIConnectionError):
        return not isinstance(error, NOT_SENT)
    return isinstance(error, InvalidResponseError) or error.status_code in GATEWAY_STATUS_CODES


def may_repeat(error: ReplicateError, *, safe: bool) -> bool:
    """Say whether a request that ended with an error can be sent again."""
    if asks_for_too_long(error):
        return False
    if isinstance(error, httpx.PoolTimeout) and error._request is None:
        return False  # it has already waited for a connection as long as it may
    if isinstance(error, APIConnectionError):
        return isinstance(error, NOT_SENT) or (safe and not isinstance(error, _USELESS_TO_REPEAT))
    response = error.response
    return response is not None and _retry.may_repeat(response.status_code, safe=safe)


def asks_for_too_long(error: ReplicateError) -> bool:
    """Say whether a server asks to wait for longer than `MAX_WAIT`. The call then ends at once."""
    advised = error.retry_after
    return advised is not None and advised > _retry.MAX_WAIT
