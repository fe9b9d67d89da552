"""What this package adds to the text of errors: likely causes, and what to do. Pure, no I/O."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import httpx

from .._guards import is_object
from . import token as _token
from .address import DEFAULT_BASE_URL, shown, shown_wrong
from .subjects import facts_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..exceptions import ReplicateError
    from .session import Session

SAYS_NOTHING = {"", "not found", "the requested resource could not be found"}
"""The details of a 404 that do not say what was not found."""

PROBLEM = {"detail", "title", "status", "error"}
"""An error answer of the API, or of a model's server, has at least one of these fields."""

_NO_SUCH_HOST = re.compile(r"getaddrinfo|resolution|resolve|not known|No address", re.IGNORECASE)
_THIS_MACHINE = re.compile(r"localhost|127\.[\d.]+|::1")


def of_refusal(session: Session, request: httpx.Request, error: ReplicateError) -> dict[str, str]:
    """Return the lines for an answer that is an error."""
    lines = of_request(session, request)
    kinds = [name for name in lines if name not in {"request", "base_url"}]
    if error.retry_after is not None:
        lines["retry_after"] = f"{error.retry_after:g} s"
    if not _is_own(session, request):
        return lines
    if not is_problem(error) and (error.status_code or 0) < 500:
        return {**lines, **of_stranger(session)}
    if error.status_code == 401:
        lines["token"] = f"from {_source(session)}"
        lines["hint"] = (
            "Replicate does not accept this token: it is mistyped, or was deleted. "
            f"Your tokens are at {_token.TOKENS_PAGE}, where you can also create one."
        )
    elif error.status_code == 404 and _text(error.detail) in SAYS_NOTHING and kinds:
        lines["hint"] = f"There is no such {_listed(kinds)}, or the token's account may not see it."
    return lines


def of_request(session: Session, request: httpx.Request) -> dict[str, str]:
    """Return the lines that name a request."""
    base = session._base()
    lines = facts_of(request, base)
    if base != DEFAULT_BASE_URL and _is_own(session, request):
        lines["base_url"] = shown(base)
    return lines


def of_stranger(session: Session) -> dict[str, str]:
    """Return the lines for an answer of a server that is not Replicate's API."""
    base = session._base()
    where = "the argument base_url" if session._base_url else "the variable REPLICATE_BASE_URL"
    hint = "The server that answered is not Replicate's API."
    if base != DEFAULT_BASE_URL:
        hint += f" Check {where}: it is the address without /v1, by default {DEFAULT_BASE_URL}"
    return {"base_url": shown(base), "hint": hint}


def of_lost(
    session: Session, request: httpx.Request, error: httpx.TransportError, reason: str
) -> dict[str, str]:
    """Return the lines for a request that got no answer."""
    lines: dict[str, str] = {}
    base = session._base()
    if base != DEFAULT_BASE_URL and _is_own(session, request):
        lines["base_url"] = shown(base)
    proxy, source = proxy_of(session._client_kwargs, request.url)
    if proxy:
        lines["proxy"] = f"{shown_wrong(proxy)} ({source})"
    hint = _advice(error, reason, httpx.URL(proxy) if proxy else request.url)
    if hint:
        lines["hint"] = hint
    return lines


def _advice(error: httpx.TransportError, reason: str, to: httpx.URL) -> str:
    host = unquote(to.host)  # the zone of an IPv6 address may be quoted
    if "CERTIFICATE_VERIFY_FAILED" in reason:
        return (
            f"The certificate of {host} is not trusted here. Where a proxy opens TLS connections, "
            "set SSL_CERT_FILE to the file with its certificate."
        )
    if isinstance(error, httpx.ConnectError) and _NO_SUCH_HOST.search(reason):
        return f"The host {host} cannot be found: is this machine online, and the name right?"
    if isinstance(error, httpx.ConnectError) and _THIS_MACHINE.fullmatch(host):
        return (
            f"Nothing on this machine listens at {to.netloc.decode('ascii')}. "
            "Has a sandbox or a proxy ended, or another port now?"
        )
    if isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout)):
        return f"The host {host} cannot be reached: is it up, and let through by firewalls?"
    if isinstance(error, httpx.PoolTimeout):
        return (
            "Close what is open: streams and downloads hold connections. More: Client(limits=...)"
        )
    if isinstance(error, httpx.ReadTimeout):
        return "Client(timeout=...) takes the seconds to wait for an answer."
    return ""


def proxy_of(options: Mapping[str, Any], url: httpx.URL) -> tuple[str, str]:
    """Return the proxy for a URL, and the option or variable that names it; empty for none."""
    given = options.get("proxy")
    if given is not None:
        return str(getattr(given, "url", given)), "the argument proxy"
    if not options.get("trust_env", True) or {"transport", "mounts", "proxies"} & options.keys():
        return "", ""
    from urllib.request import getproxies, proxy_bypass

    proxies = getproxies()
    kind = next((kind for kind in (url.scheme, "all") if proxies.get(kind)), None)
    if kind is None or proxy_bypass(url.host):
        return "", ""
    proxy = proxies[kind]
    names = [name for name in (f"{kind}_proxy", f"{kind}_PROXY".upper()) if os.environ.get(name)]
    source = f"the variable {names[0]}" if names else "the settings of the system"
    return proxy if "://" in proxy else f"http://{proxy}", source


def is_problem(error: ReplicateError) -> bool:
    """Say whether an error's body is one that the API may have written."""
    return error.body == {} or (is_object(error.body) and bool(PROBLEM & error.body.keys()))


def _source(session: Session) -> str:
    if session._brings_authorization:
        named = "auth" if "auth" in session._client_kwargs else "headers"
        return f"the argument {named} of the client"
    return _token.described(session._api_token)


def _is_own(session: Session, request: httpx.Request) -> bool:
    return str(request.url).startswith(session._base() + "/")


def _text(detail: object) -> str:
    return str(detail or "").strip().rstrip(".").lower()


def _listed(kinds: list[str]) -> str:
    return " or ".join(filter(None, [", ".join(kinds[:-1]), kinds[-1]]))
