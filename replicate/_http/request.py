"""The one place that talks HTTP.

Everything above sends through `HTTP.request` and `HTTP.stream`, which block or suspend as
their caller does (see `_blocking`). They put the token on requests to the API's origin and
on no others, retry what is safe to retry, keep to the deadline, and raise this package's errors.
"""

from __future__ import annotations

import itertools
import json
import logging
import re
from functools import partial
from typing import TYPE_CHECKING, Any

import httpx

from replicate_api.errors import ERROR

from ..__about__ import __version__
from .._blocking import block, is_blocking, monotonic, sleep
from .._files.uploads import ThreadedStream, TimedStream
from ..exceptions import InvalidResponseError, NotFoundError, ReplicateError
from . import retry as _retry
from .address import API_PATH, is_stored_file, joined, origin, parsed
from .body import Streamed, close, read, read_in_time
from .connections import Pools
from .deadline import CLOCK_MARGIN, check_deadline, deadline_exceeded, remaining
from .errors import lost, may_have_happened, may_repeat, refused, tried, unreadable
from .subjects import without_query

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..client import Client

logger = logging.getLogger("replicate")

USER_AGENT = f"replicate-python/{__version__}"

LONGEST_HOLD = 60.0
"""Seconds that the server holds a request for with a plain `Prefer: wait`."""

MAX_REDIRECTS = 10

QUEUE_PATIENCE = 600.0
"""Seconds that a request waits for one of the client's connections to come free."""

HARMLESS_HEADERS = ("accept", "accept-encoding", "connection", "user-agent")
"""Headers of every request that other hosts than the API get too."""


class HTTP:
    """Requests of one client."""

    def __init__(self, client: Client) -> None:
        self._owner = client
        self.pools = Pools(client._options())

    async def request(self, method: str, url: str, **kwargs: Any) -> httpx.Response:
        """Send a request and return the whole response.

        Args:
            method: HTTP method.
            url: Absolute, or a path below the base URL.
            kwargs: `safe`, whether repeating the request does no harm (by default as its
                method says), `retries`, how often it is repeated then, `on_send`, which is
                called with True just before it goes out, and with False where that has had no
                effect, `of_output`, whether the address comes from a model, and what
                `httpx.Client.build_request` takes.

        Raises:
            ReplicateError: The answer was 400 or above.
            APIConnectionError: There was none.
            DeadlineExceededError: The deadline came first.
        """
        return await self._send(method, url, stream=False, **kwargs)

    def stream(self, method: str, url: str, **kwargs: Any) -> Streamed:
        """Send a request in an `async with` block, which has the response before its body."""
        return Streamed(self._send(method, url, stream=True, **kwargs), self.pools.abandon)

    async def _send(
        self,
        method: str,
        url: str,
        *,
        stream: bool,
        safe: bool | None = None,
        retries: int | None = None,
        **kwargs: Any,
    ) -> httpx.Response:
        if safe is None:
            safe = method in _retry.SAFE_METHODS
        if retries is None:
            retries = self._owner.max_retries
        on_send: Callable[[bool], None] | None = kwargs.get("on_send")
        attempt, started, in_doubt = 0, monotonic(), False
        while True:
            attempt += 1
            check_deadline()
            try:
                patience = QUEUE_PATIENCE - _elapsed(started)
                return await self._attempt(method, url, stream=stream, patience=patience, **kwargs)
            except ReplicateError as error:
                if in_doubt and method == "DELETE" and isinstance(error, NotFoundError):
                    # The attempt whose answer was lost has deleted it.
                    return httpx.Response(204, request=_request_of(error))
                tried(error, attempt, _elapsed(started))
                in_doubt = in_doubt or may_have_happened(error)
                if on_send is not None and not in_doubt:
                    on_send(False)
                left = remaining()
                if left is not None and left < CLOCK_MARGIN:
                    raise deadline_exceeded() from error
                if isinstance(error, httpx.PoolTimeout) and _elapsed(started) < QUEUE_PATIENCE:
                    attempt -= 1  # a queue of our own making is no failure
                    continue
                if attempt > retries or not may_repeat(error, safe=safe):
                    raise
                wait = _retry.wait_before(attempt, error.retry_after)
                if left is not None and wait >= left:
                    raise
                place, reason = without_query(url), error.status or type(error).__name__
                logger.info("%s %s: %s; again in %.1f s", method, place, reason, wait)
            await sleep(wait)

    async def _attempt(
        self, method: str, url: str, *, stream: bool, patience: float, **kwargs: Any
    ) -> httpx.Response:
        """Send a request once; whatever goes wrong is an error of ours."""
        try:
            queue = await self.pools.queue()
            send = partial(self._follow, method, url, stream=stream, **kwargs)
            response = await queue.send(send, patience, stream=stream)
        except httpx.TransportError as error:
            raise lost(self._owner, error) from error
        except (httpx.RequestError, httpx.InvalidURL) as error:
            raise InvalidResponseError(
                title=type(error).__name__, detail=f"{method} {without_query(url)}: {error}"
            ) from error
        if response.is_success:
            return response
        if stream:
            try:
                await read(response)
            finally:
                await close(response)
        raise refused(self._owner, response)

    async def _follow(
        self,
        method: str,
        url: str,
        *,
        stream: bool,
        on_send: Callable[[bool], None] | None = None,
        of_output: bool = False,
        **kwargs: Any,
    ) -> httpx.Response:
        """Send, and follow the redirects of reads; each hop is built, and authorized, anew.

        Who has sent us elsewhere does not send us back with the token, and an address that
        comes from a model gets it for a stored file only: else a model could have the answer
        to any request given out as the content of its output.
        """
        own = True
        for hops in itertools.count():
            place = parsed(self._absolute(url))
            own = own and self._is_own(place)
            own = own and (not of_output or is_stored_file(place, self._owner._base))
            request = await self._build(method, place, own=own, **kwargs)
            if on_send is not None:
                on_send(True)
            try:
                response = await self._exchange(request, stream=stream, own=own)
            except UnicodeError as error:  # httpx looks into redirects that are not followed
                raise httpx.InvalidURL(str(error)) from None
            if not response.has_redirect_location or method not in {"GET", "HEAD"}:
                return response
            await close(response)
            if hops == MAX_REDIRECTS:
                raise httpx.TooManyRedirects(f"more than {hops} redirects", request=request)
            url = joined(request.url, response.headers["location"])
            kwargs.pop("params", None)  # they were part of the address that led here
        raise AssertionError  # the loop has no end

    def _absolute(self, url: str) -> str:
        if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", url):
            return url
        return f"{self._owner._base}/{url.lstrip('/')}"

    async def _build(
        self, method: str, url: httpx.URL, *, own: bool, **kwargs: Any
    ) -> httpx.Request:
        client = await self._client()
        timeout = kwargs.pop("timeout", httpx.USE_CLIENT_DEFAULT)
        if timeout is httpx.USE_CLIENT_DEFAULT:
            timeout = client.timeout
        headers = httpx.Headers(kwargs.pop("headers", None))
        if kwargs.get("json") is not None:
            # The same bytes whatever the version of httpx, which has changed its mind twice.
            kwargs["content"] = dumps(kwargs.pop("json"))
            headers.setdefault("Content-Type", "application/json")
        timeout = _fit(timeout, headers.get("prefer"))
        if own:
            request = client.build_request(method, url, headers=headers, timeout=timeout, **kwargs)
            if not self._owner._brings_authorization:
                request.headers["Authorization"] = f"Bearer {self._owner._token()}"
            return request
        # What the client adds to every request is meant for the API, and may be secret.
        harmless = httpx.Headers(
            {name: client.headers[name] for name in HARMLESS_HEADERS if name in client.headers}
        )
        harmless.update(headers)
        extensions = {"timeout": timeout.as_dict()}
        return httpx.Request(method, url, headers=harmless, extensions=extensions, **kwargs)

    def _is_own(self, url: httpx.URL) -> bool:
        return origin(url) == origin(httpx.URL(self._owner._base))

    async def _exchange(self, request: httpx.Request, *, stream: bool, own: bool) -> httpx.Response:
        options: dict[str, Any] = {"follow_redirects": False}
        if not own:
            options["auth"] = None
        client = await self._client()
        left = remaining()
        if isinstance(client, httpx.Client):
            if left is None:
                return client.send(request, stream=stream, **options)
            request.stream = TimedStream(request.stream)
            if stream:
                return client.send(request, stream=stream, **options)
            return read_in_time(client.send(request, stream=True, **options))
        if request.headers.get("content-type", "").startswith("multipart/"):
            request.stream = ThreadedStream(request.stream)
        if left is None:
            return await client.send(request, stream=stream, **options)
        import anyio

        try:
            with anyio.fail_after(left):
                return await client.send(request, stream=stream, **options)
        except TimeoutError as error:
            raise httpx.ReadTimeout("the answer came too slowly", request=request) from error

    async def _client(self) -> httpx.Client | httpx.AsyncClient:
        return self.pools.sync() if is_blocking() else await self.pools.for_loop()


class Transport:
    """What the generated operations send through: paths below `/v1`, and the retry rules."""

    def __init__(self, http: HTTP, *, safe: bool | None = None) -> None:
        self._http = http
        self._safe = safe

    async def request(self, method: str, url: str, **kwargs: Any) -> httpx.Response:
        """Send an operation's request; what cannot be read of the answer is an error of ours."""
        response = await self._http.request(method, API_PATH + url, safe=self._safe, **kwargs)
        response.extensions[ERROR] = partial(unreadable, self._http._owner)
        return response


class BlockingTransport:
    """The same for the blocking twins of `client.api`."""

    def __init__(self, http: HTTP) -> None:
        self._transport = Transport(http)

    def request(self, method: str, url: str, **kwargs: Any) -> httpx.Response:
        """Send an operation's request."""
        return block(self._transport.request(method, url, **kwargs))


def dumps(value: Any) -> bytes:
    """Return a value as JSON, compact and in UTF-8."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8")


def _fit(timeout: httpx.Timeout | float, prefer: str | None) -> httpx.Timeout:
    """Give a held request time to be held, and every request no more time than is left."""
    timeout = httpx.Timeout(timeout)
    read = timeout.read
    hold = re.match(r"wait(?:=(\d+))?$", prefer or "")
    if hold and read is not None:
        read += float(hold.group(1) or LONGEST_HOLD)
    left = remaining()
    if left is None:
        return httpx.Timeout(
            connect=timeout.connect, read=read, write=timeout.write, pool=timeout.pool
        )
    left = max(left, 0.001)

    def cap(seconds: float | None) -> float:
        return left if seconds is None else min(seconds, left)

    return httpx.Timeout(
        connect=cap(timeout.connect),
        read=cap(read),
        write=cap(timeout.write),
        pool=cap(timeout.pool),
    )


def _elapsed(since: float) -> float:
    return monotonic() - since


def _request_of(error: ReplicateError) -> httpx.Request | None:
    return error.response.request if error.response is not None else None
