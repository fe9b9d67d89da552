"""The `http_client=` of 2.x: requests go through an httpx client that the user has made."""

from __future__ import annotations

from typing import Any, Optional

import httpx

from .._http.request import FOREIGN

HTTPX_TIMEOUT = httpx.Timeout(5.0)
"""The time-outs of a client for which none were chosen."""


def transport_of(client: Any, *, is_async: bool) -> httpx.BaseTransport | httpx.AsyncBaseTransport:
    """Return a transport that sends through a client, with its hooks and proxies.

    Its headers, cookies, parameters and `auth` are for the API: no other host gets them.

    Raises:
        TypeError: It is not the client for this kind of calls.
    """
    if is_async and isinstance(client, httpx.AsyncClient):
        return _AsyncThrough(client)
    if not is_async and isinstance(client, httpx.Client):
        return _Through(client)
    kind = "AsyncClient" if is_async else "Client"
    raise TypeError(f"http_client must be an httpx.{kind}, not {type(client).__name__}")


def timeout_of(client: Any) -> Optional[httpx.Timeout]:
    """Return the time-outs that were chosen for a client."""
    chosen: httpx.Timeout = client.timeout
    return None if chosen == HTTPX_TIMEOUT else chosen


class _Through(httpx.BaseTransport):
    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._client.send(request, **_options(self._client, request))

    def close(self) -> None:
        self._client.close()


class _AsyncThrough(httpx.AsyncBaseTransport):
    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self._client.send(request, **_options(self._client, request))

    async def aclose(self) -> None:
        await self._client.aclose()


def _options(client: httpx.Client | httpx.AsyncClient, request: httpx.Request) -> dict[str, Any]:
    """Add to a request what the client adds to all that it builds; return how to send it."""
    how: dict[str, Any] = {"stream": True, "follow_redirects": False}  # who asks follows them
    if FOREIGN in request.extensions:
        return {**how, "auth": None}
    for name, value in client.headers.items():
        request.headers.setdefault(name, value)
    request.url = request.url.copy_merge_params(client.params)
    client.cookies.set_cookie_header(request)
    return how
