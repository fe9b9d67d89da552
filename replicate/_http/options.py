"""Checks of a client's options, made when the client is made and not by its first call."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import httpx

from ..exceptions import InvalidArgumentError
from .hints import proxy_of

if TYPE_CHECKING:
    from collections.abc import Mapping

OURS = ("api_token", "headers", "max_retries")
"""Options of `Client` that are not handed on to httpx."""


def check(options: Mapping[str, Any]) -> None:
    """Check the options for httpx.

    Raises:
        TypeError: httpx has no such option.
        InvalidArgumentError: httpx cannot connect to the address of the proxy.
    """
    known = {
        *inspect.signature(httpx.Client).parameters,
        *inspect.signature(httpx.AsyncClient).parameters,
    }
    for name in options:
        if name not in known:
            import difflib

            close = difflib.get_close_matches(name, [*known, *OURS], 1)
            hint = f"; did you mean {close[0]}?" if close else ""
            raise TypeError(f"Client() got an unexpected keyword argument {name!r}{hint}")
    if isinstance(options.get("proxy"), (str, httpx.URL)):
        check_proxy(options)


def check_proxy(options: Mapping[str, Any], url: str = "https://") -> None:
    """Check the proxy for a URL, whether an option or the environment names it.

    Raises:
        InvalidArgumentError: httpx cannot connect to the address of the proxy.
    """
    proxy, source = proxy_of(options, httpx.URL(url))
    try:
        if proxy:
            httpx.Proxy(proxy)
    except (ValueError, httpx.InvalidURL):
        scheme, there, rest = proxy.rpartition("://")
        host = rest.rpartition("@")[2]  # not the password
        raise InvalidArgumentError(
            f"{source} has the proxy {scheme + there + host!r}, which cannot be used: "
            f"write its scheme and host, such as 'http://{host or 'localhost:3128'}'"
        ) from None
