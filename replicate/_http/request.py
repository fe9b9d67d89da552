"""The one place that talks HTTP.

Everything above sends through `HTTP`, which blocks or suspends as its caller does (see
`_blocking`). It puts the token on requests to the API's origin and on no others, repeats what
is safe to repeat, keeps to the deadline, and raises this package's errors.
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
from .._log import logger
from .._secrets import Secret
from ..exceptions import APIConnectionError, NotFoundError, ReplicateError
from . import direct, errors, retry
from .address import API_PATH, is_stored_file, joined, origin, parsed
from .body import ENOUGH, Body, FileBody
from .connections import Connections
from .deadline import CLOCK_MARGIN, check_deadline, deadline_exceeded, remaining
from .subjects import without_query
from .template import Template

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .session import Session

    Build = Callable[[], dict[str, Any]]


USER_AGENT = f"replicate-python/{__version__}"

LONGEST_HOLD = 60.0
"""Seconds that the server holds a request for with a plain `Prefer: wait`."""

_HOLD = re.compile(r"wait(?:=(\d+))?")

MAX_REDIRECTS = 10

HARMLESS_HEADERS = ("accept", "accept-encoding", "connection", "user-agent")
"""Headers of every request that other hosts than the API get too."""

OF_CONTENT = ("cache-control", "if-range", "last-event-id", "range")
"""Headers that say which part of a file or stream is wanted: a redirect leads to the same one."""

FOREIGN = "replicate_foreign"
"""An extension of requests that get neither the token nor anything else that is for the API."""


class HTTP:
    """Requests of one client."""

    def __init__(self, owner: Session) -> None:
        self._owner = owner
        self._connections_or_none: Connections | None = None
        self._template: Template | None = None

    @property
    def connections(self) -> Connections:
        """The connections. An option that httpx refuses is an error of the first call."""
        connections = self._connections_or_none
        if connections is None:
            # No lock, as for `Session._http`.
            connections = vars(self).setdefault("_connections", Connections(self._owner._options()))
            self._connections_or_none = connections
        return connections

    def transport(self, *, safe: bool | None = None) -> Transport:
        """Return what sends the requests of generated operations; for `safe` see `send`."""
        return Transport(self, safe=safe)

    def close(self) -> None:
        """Close the connections of blocking calls."""
        if self._connections_or_none is not None:
            self._connections_or_none.close()

    async def aclose(self) -> None:
        """Close the connections of blocking calls and of the running event loop."""
        if self._connections_or_none is not None:
            await self._connections_or_none.aclose()

    async def request(self, method: str, url: str, **kwargs: Any) -> httpx.Response:
        """Send a request and return the whole response.

        Args:
            method: HTTP method.
            url: Absolute, or a path below the base URL.
            kwargs: The options of `send`, and what `httpx.Client.build_request` takes.

        Raises:
            ReplicateError: The answer was 400 or above.
            APIConnectionError: There was no answer.
            DeadlineExceededError: The deadline came first.
        """
        options = {name: kwargs.pop(name) for name in _OPTIONS & kwargs.keys()}
        response: httpx.Response = await self.send(
            lambda: {"method": method, "url": url, **kwargs}, **options
        )
        return response

    async def open(self, method: str, url: str, **kwargs: Any) -> Body:
        """Send a request and return the response with its body unread. The caller closes it."""
        options = {name: kwargs.pop(name) for name in _OPTIONS & kwargs.keys()}
        body: Body = await self.send(
            lambda: {"method": method, "url": url, **kwargs}, stream=True, **options
        )
        return body

    async def send(
        self,
        build: Build,
        *,
        stream: bool = False,
        safe: bool | None = None,
        retries: int | None = None,
        on_send: Callable[[bool], None] | None = None,
        of_output: bool = False,
    ) -> Any:
        """Send a request, again where that is safe and may help.

        Args:
            build: Returns the request. It is called when there is a connection, so that headers
                with a time, such as `Cancel-After`, are right.
            stream: Whether to return a `Body`, which is still to be read.
            safe: Whether the request may be repeated; by default GET and DELETE may, POST not.
            retries: How often the request is repeated; by default `max_retries` of the client.
            on_send: Called with True just before the request goes out, and with False if an answer
                says that it had no effect.
            of_output: Whether the address is part of a model's output.
        """
        if retries is None:
            retries = self._owner.max_retries
        attempt, started, in_doubt = 0, monotonic(), False
        while True:
            attempt += 1
            check_deadline()
            try:
                answer = await self._attempt(build, stream, on_send, of_output)
                if not isinstance(answer, ReplicateError):
                    return answer
                raise answer  # here, to keep tracebacks short
            except ReplicateError as error:
                request = errors.request_of(error)
                method = request.method if request is not None else ""
                if in_doubt and method == "DELETE" and isinstance(error, NotFoundError):
                    # The attempt whose answer was lost has deleted it.
                    return httpx.Response(204, request=request)
                errors.tried(error, attempt, monotonic() - started)
                in_doubt = in_doubt or errors.may_have_happened(error)
                if on_send is not None and not in_doubt:
                    on_send(False)
                left = remaining()
                if left is not None and left < CLOCK_MARGIN:
                    raise deadline_exceeded() from error
                is_safe = method in retry.SAFE_METHODS if safe is None else safe
                if attempt > retries or not errors.may_repeat(error, safe=is_safe):
                    raise
                wait = retry.wait_before(attempt, error.retry_after)
                if left is not None and wait >= left:
                    raise
                place = without_query(str(request.url)) if request is not None else ""
                reason = error.status or type(error).__name__
                logger.info("%s %s: %s; again in %.1f s", method, place, reason, wait)
            await sleep(wait)

    async def _attempt(
        self,
        build: Build,
        stream: bool,
        on_send: Callable[[bool], None] | None,
        of_output: bool,
    ) -> httpx.Response | Body | ReplicateError:
        """Send a request once, and return the answer, or the error for an answer that is a refusal.

        Any other failure is raised, as an error of this package.
        """
        connections = self.connections
        pool = await connections.pool()
        try:
            lease = await pool.enter(stream=stream, patience=connections.patience)
        except httpx.PoolTimeout as error:
            raise errors.lost(self._owner, error) from None
        body: Body | None = None
        began = monotonic()
        try:
            response = await self._follow(
                lease.client, on_send, stream=stream, of_output=of_output, **build()
            )
            if stream:
                body = Body(self._owner, response, lease)
        finally:
            if body is None:
                lease.leave()
        if logger.isEnabledFor(logging.DEBUG):
            place, seconds = without_query(str(response.url)), monotonic() - began
            logger.debug(
                "%s %s: %d in %.3f s", response.request.method, place, response.status_code, seconds
            )
        if response.is_success:
            return body or response
        if body is not None:
            await body.read_all(ENOUGH)
        return errors.refused(self._owner, response)

    async def _follow(
        self,
        client: Any,
        on_send: Callable[[bool], None] | None,
        *,
        method: str,
        url: str,
        stream: bool,
        of_output: bool,
        **kwargs: Any,
    ) -> httpx.Response:
        """Send a request. Follow redirects of a GET or HEAD, with a new request for each.

        A request has the token only if all addresses so far are the API's: a redirect from another
        host to the API is followed without it. Headers that the caller has added, such as the key
        of a gateway, do not go along to another host. Of the addresses in a model's output, only
        those of stored files get the token. Else a model could output `/v1/account`, and its user
        would save the answer as a file.
        """
        own = True
        for hops in itertools.count():
            try:
                is_direct = self.connections.may_be_direct and not direct.is_watched(client)
                if is_direct and self._owner._shown:
                    is_direct = not direct.is_set_up(client)
                request: httpx.Request | None = None
                if is_direct and hops == 0 and not of_output:
                    request = self._from_template(client, method, url, **kwargs)
                if request is None:
                    place = parsed(self._absolute(url))
                    own = own and origin(place) == origin(httpx.URL(self._owner._base()))
                    own = own and (not of_output or is_stored_file(place, self._owner._base()))
                    if own and place.userinfo:  # httpx would send it in place of the token
                        place = place.copy_with(username=None, password=None)
                    request = self._build(client, method, place, own=own, **kwargs)
                    is_direct = is_direct and not request.url.userinfo
                if on_send is not None:
                    on_send(True)
                response = await self._exchange(
                    client, request, stream=stream, own=own, is_direct=is_direct
                )
                if method not in {"GET", "HEAD"} or response.is_success:
                    return response
                if not response.has_redirect_location:
                    return response
                if stream:
                    await direct.close(response)
                if hops == MAX_REDIRECTS:
                    raise httpx.TooManyRedirects(f"more than {hops} redirects", request=request)
                url = joined(request.url, response.headers["location"])
                if origin(parsed(url)) != origin(request.url):
                    kwargs = {
                        "headers": _some_of(kwargs.get("headers"), HARMLESS_HEADERS + OF_CONTENT),
                        "timeout": kwargs.get("timeout", httpx.USE_CLIENT_DEFAULT),
                    }
            except APIConnectionError:
                raise  # a transport or hook of the user's has failed, and the error says so
            except httpx.TransportError as error:
                raise errors.lost(self._owner, error) from None  # it says all that httpx said
            except (httpx.RequestError, httpx.InvalidURL, UnicodeError) as error:
                # httpx looks into redirects that are not followed, and fails at odd hosts.
                raise errors.unsendable(error, method, url) from error
            kwargs.pop("params", None)  # they were part of the address that led here
        raise AssertionError  # the loop has no end

    def _absolute(self, url: str) -> str:
        if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", url):
            return url
        return f"{self._owner._base()}/{url.lstrip('/')}"

    def _from_template(
        self,
        client: Any,
        method: str,
        url: str,
        *,
        headers: Mapping[str, Any] | None = None,
        json: Any = None,
        timeout: Any = httpx.USE_CLIENT_DEFAULT,
        params: Any = None,
        **kwargs: Any,
    ) -> httpx.Request | None:
        """Make a request to the API from the template; None if httpx has to make it."""
        if params or kwargs:
            return None
        base = self._owner._base()
        template = self._template
        if template is None or not template.fits(client, base):
            template = self._template = Template(client, base)
        if not template.is_usable:
            return None
        headers = {**headers} if headers else {}
        content: bytes | None = None
        if json is not None:
            content = dumps(json)
            headers.setdefault("Content-Type", "application/json")
        phases = _phases(_timeout_of(client, timeout), headers.get("Prefer"))
        if not self._owner._brings_authorization:
            headers["Authorization"] = self._authorization()
        return template.request(method, url, headers, content, phases)

    def _authorization(self) -> str:
        owner = self._owner
        header = owner._header_of_script(blocking=is_blocking()) if owner._shown else None
        return Secret(header or f"Bearer {owner._token()}")

    def _build(
        self, client: Any, method: str, url: httpx.URL, *, own: bool, **kwargs: Any
    ) -> httpx.Request:
        timeout = _timeout_of(client, kwargs.pop("timeout", httpx.USE_CLIENT_DEFAULT))
        headers = httpx.Headers(kwargs.pop("headers", None))
        if kwargs.get("json") is not None:
            # The same bytes whatever the version of httpx, which has changed its mind twice.
            kwargs["content"] = dumps(kwargs.pop("json"))
            headers.setdefault("Content-Type", "application/json")
        phases = _phases(timeout, headers.get("prefer"))
        if own:
            if not self._owner._brings_authorization:
                headers["Authorization"] = self._authorization()
            request: httpx.Request = client.build_request(
                method, url, headers=headers, extensions={"timeout": phases}, **kwargs
            )
        else:
            # The headers of the client are meant for the API, and may be secret.
            harmless = _some_of(client.headers, HARMLESS_HEADERS)
            harmless.update(headers)
            extensions = {"timeout": phases, FOREIGN: True}
            request = httpx.Request(method, url, headers=harmless, extensions=extensions, **kwargs)
        if kwargs.get("files"):
            request.stream = FileBody(request.stream)
        return request

    async def _exchange(
        self, client: Any, request: httpx.Request, *, stream: bool, own: bool, is_direct: bool
    ) -> httpx.Response:
        async def exchange() -> httpx.Response:
            response = await direct.send(client, request, own=own, direct=is_direct)
            if not stream:
                await direct.read(response)
            return response

        try:
            left = None if is_blocking() else remaining()
            if left is None:
                return await exchange()
            import anyio

            try:
                with anyio.fail_after(left):
                    return await exchange()
            except TimeoutError as error:
                raise httpx.ReadTimeout("the answer came too slowly", request=request) from error
        except (httpx.InvalidURL, AssertionError):
            raise
        except Exception as error:
            if isinstance(request.stream, FileBody) and error is request.stream.error:
                raise
            if isinstance(error, httpx.RequestError) and _is_about(error, request, client):
                raise
            if isinstance(error, httpx.HTTPStatusError):  # `raise_for_status` in a hook
                refusal = error.response
                if refusal._request is request and not refusal.is_success:
                    if not hasattr(refusal, "_content"):
                        refusal._content = b""  # httpx has closed it
                    return refusal
            failed = errors.transport_failed(self._owner, error, request)
            if failed is None:
                raise
            raise failed from error


_REQUESTS = ("_request", "_async_request")
"""What all operations go through, where a program has replaced it."""

_OPTIONS = frozenset({"safe", "retries", "on_send", "of_output"})


class Transport:
    """Sends the requests of generated operations: below `/v1`, and again where that is safe."""

    def __init__(self, http: HTTP, *, safe: bool | None = None) -> None:
        self._http = http
        self._safe = safe

    async def request(self, method: str, url: str, **kwargs: Any) -> httpx.Response:
        """Send an operation's request. If its answer cannot be read, the error is one of ours."""
        options = {name: kwargs.pop(name) for name in _OPTIONS & kwargs.keys()}
        return await self.send(lambda: {"method": method, "url": url, **kwargs}, **options)

    async def send(self, build: Build, **options: Any) -> httpx.Response:
        """Send a request that is built when there is a connection to send it on."""

        def with_path() -> dict[str, Any]:
            request = build()
            return {**request, "url": API_PATH + request["url"]}

        options = {"safe": self._safe, **options}
        owner = self._http._owner
        cls = type(owner)
        is_ours = (cls._request, cls._async_request) == owner._requests
        response: httpx.Response
        if is_ours and owner.__dict__.keys().isdisjoint(_REQUESTS):
            response = await self._http.send(with_path, **options)
        else:
            response = await self._send(with_path, options)
        response.extensions[ERROR] = partial(errors.unreadable, self._http._owner)
        return response

    async def _send(self, build: Build, options: dict[str, Any]) -> httpx.Response:
        """Send by the method of the client, which a program has replaced."""
        owner = self._http._owner
        replaced: Any = owner._request if is_blocking() else owner._async_request
        request, on_send = build(), options.get("on_send")
        if on_send is not None:
            on_send(True)
        try:
            answer = replaced(request.pop("method"), request.pop("url"), **request)
            if hasattr(answer, "__await__"):
                answer = await answer
        except ReplicateError as error:
            if on_send is not None and not errors.may_have_happened(error):
                on_send(False)
            raise
        if isinstance(answer, httpx.Response):
            return answer
        return httpx.Response(200, json=answer.json())  # a mock, of which 1.0.7 read no more


class BlockingTransport:
    """The same for the blocking methods of `client.api`."""

    def __init__(self, transport: Any) -> None:
        self._transport = transport

    def request(self, method: str, url: str, **kwargs: Any) -> httpx.Response:
        """Send an operation's request."""
        response: httpx.Response = block(self._transport.request(method, url, **kwargs))
        return response


def _is_about(error: httpx.RequestError, request: httpx.Request, client: Any) -> bool:
    """Say whether an error is about a request, and not about one that a hook sent for itself.

    A connection that a hook or a transport fails to make for itself says nothing of the request:
    it may have been answered. httpx notes in an error which request it is about; only a
    transport leaves that to its caller.
    """
    asked = error._request
    if asked is None and not any(client.event_hooks.values()):
        asked = error._request = request
    return asked is not None and (asked.method, asked.url) == (request.method, request.url)


def _some_of(headers: Any, names: tuple[str, ...]) -> httpx.Headers:
    given = httpx.Headers(headers)
    return httpx.Headers({name: given[name] for name in names if name in given})


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def dumps(value: Any) -> bytes:
    """Return a value as JSON, compact and in UTF-8."""
    return _encode(value).encode("utf-8")


def _timeout_of(client: Any, timeout: Any) -> httpx.Timeout:
    found = client.timeout if timeout is httpx.USE_CLIENT_DEFAULT else timeout
    return found if type(found) is httpx.Timeout else httpx.Timeout(found)


def _phases(timeout: httpx.Timeout, prefer: str | None) -> dict[str, float | None]:
    """Give a held request time to be held, and every request no more time than is left."""
    read = timeout.read
    if prefer and read is not None:
        hold = _HOLD.fullmatch(prefer)
        if hold:
            read += float(hold.group(1) or LONGEST_HOLD)
    phases = {
        "connect": timeout.connect,
        "read": read,
        "write": timeout.write,
        "pool": timeout.pool,
    }
    left = remaining()
    if left is None:
        return phases
    left = max(left, 0.001)
    return {
        phase: left if seconds is None else min(seconds, left) for phase, seconds in phases.items()
    }
