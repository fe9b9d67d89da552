"""The `http_client=` of 2.x: requests go through an httpx client that the user has made."""

from __future__ import annotations

from typing import Any, Optional

import httpx

HTTPX_TIMEOUT = httpx.Timeout(5.0)
"""The time-outs of a client for which none were chosen."""


def transport_of(client: Any, *, is_async: bool) -> httpx.BaseTransport | httpx.AsyncBaseTransport:
    """Return a transport that sends through a client, with its hooks, cookies and proxies.

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
        return self._client.send(_merged(self._client, request), stream=True)

    def close(self) -> None:
        self._client.close()


class _AsyncThrough(httpx.AsyncBaseTransport):
    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self._client.send(_merged(self._client, request), stream=True)

    async def aclose(self) -> None:
        await self._client.aclose()


def _merged(client: httpx.Client | httpx.AsyncClient, request: httpx.Request) -> httpx.Request:
    """Add what the client adds to each request that it builds."""
    for name, value in client.headers.items():
        request.headers.setdefault(name, value)
    request.url = request.url.copy_merge_params(client.params)
    client.cookies.set_cookie_header(request)
    return request
