"""What a client hands on to httpx, as types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, List, Mapping, Optional, Tuple, TypedDict, Union

if TYPE_CHECKING:
    import ssl

    import httpx

    AnyTransport = Union[httpx.BaseTransport, httpx.AsyncBaseTransport]

    Timeout = Union[float, "httpx.Timeout", Tuple[Optional[float], ...]]
    """Seconds, for each phase of a request or for all of them."""


class HttpxOptions(TypedDict, total=False):
    """What `httpx.Client` and `httpx.AsyncClient` take, but for what a client has itself.

    The text of each is httpx's: https://www.python-httpx.org/api/#client
    """

    auth: Any
    cert: Union[str, Tuple[str, str], Tuple[str, str, str], None]
    cookies: Any
    default_encoding: Union[str, Callable[[bytes], str]]
    event_hooks: Optional[Mapping[str, List[Callable[..., Any]]]]
    follow_redirects: bool
    http1: bool
    http2: bool
    limits: httpx.Limits
    max_redirects: int
    mounts: Optional[Mapping[str, Optional[AnyTransport]]]
    params: Any
    proxies: Any
    proxy: Union[str, httpx.URL, httpx.Proxy, None]
    transport: Optional[AnyTransport]
    trust_env: bool
    verify: Union[bool, str, ssl.SSLContext]
