"""The part of a client that the lower floors use: settings, token, connections, operations."""

from __future__ import annotations

import os
from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Callable, ClassVar, Dict, Mapping, Optional, Tuple, TypeVar

from .._blocking import block, step
from .._secrets import hidden
from ..exceptions import ReplicateError
from . import token as _token

if TYPE_CHECKING:
    from collections.abc import Coroutine, Generator
    from types import TracebackType

    import httpx
    from typing_extensions import Concatenate, ParamSpec, Self

    from replicate_api.types import AsyncTransport

    from .httpx_options import Timeout
    from .request import HTTP, Transport
    from .token import TokenSource

    P = ParamSpec("P")

T = TypeVar("T")
C = TypeVar("C", bound="httpx.Client | httpx.AsyncClient")

DEFAULT_POLL_INTERVAL = 0.5
LONGEST_POLL_INTERVAL = 24 * 60 * 60


DEFAULT_MAX_RETRIES = 5


class Session:
    """A client without its namespaces. Scripts for 1.x read and set its private names too."""

    max_retries: int
    """How often a request that may safely be repeated is repeated. Default 5."""

    _base_url: Optional[str]
    _timeout: Optional[Timeout]
    _headers: Dict[str, str]
    _client_kwargs: Dict[str, Any]
    _poll_interval: Optional[float]
    _secret_token: Optional[TokenSource]
    _http_or_none: Optional[HTTP] = None
    _shown: Mapping[bool, Tuple[Any, str]] = MappingProxyType({})
    """The httpx clients that `_client` (True) and `_async_client` (False) have returned, and the
    `Authorization` header that each had then."""

    _versions: Dict[Tuple[str, str, str], Any]
    """Versions by owner, name and id. A version never changes."""

    _latest: Dict[Tuple[str, str], str]
    """The id of the latest version of a model that is not official, by owner and name."""

    @property
    def _api_token(self) -> Optional[TokenSource]:
        return self._secret_token

    @_api_token.setter
    def _api_token(self, token: Optional[TokenSource]) -> None:
        self._secret_token = hidden(token)

    @property
    def api_token(self) -> Optional[TokenSource]:
        """The token given to this client, if any. It can be changed at any time."""
        return self._api_token

    @api_token.setter
    def api_token(self, token: Optional[TokenSource]) -> None:
        self._api_token = token

    @property
    def poll_interval(self) -> float:
        """Longest pause between two looks at a running prediction, in seconds.

        By default the environment variable `REPLICATE_POLL_INTERVAL`, else 0.5, with shorter
        pauses at first. If you set a value, all pauses are as long.
        """
        fixed = self._fixed_poll_interval()
        return DEFAULT_POLL_INTERVAL if fixed is None else fixed

    @poll_interval.setter
    def poll_interval(self, seconds: float) -> None:
        self._poll_interval = seconds

    def _fixed_poll_interval(self) -> Optional[float]:
        if self._poll_interval is None:
            value = os.environ.get("REPLICATE_POLL_INTERVAL", "").strip()
            try:
                seconds = float(value) if value else None
            except ValueError:
                seconds = -1.0
            if seconds is None or 0 <= seconds <= LONGEST_POLL_INTERVAL:
                return seconds
            from .._log import logger

            logger.warning("ignoring REPLICATE_POLL_INTERVAL=%r: not a number of seconds", value)
        return self._poll_interval

    def _base(self) -> str:
        return self._base_of(self._base_url)

    @staticmethod
    def _base_of(url: Optional[str]) -> str:
        from . import address as _url

        return _url.base_url(url)

    def _token(self) -> str:
        return _token.resolve(self._api_token)

    def _need_token(self) -> None:
        """Check that there is a token, before anything is built or imported for a call.

        A function that returns the token is called when the request is sent, and not here.

        Raises:
            AuthenticationError: There is no token.
        """
        token = self._secret_token
        if callable(token):
            return
        try:
            _token.resolve(token)
        except ReplicateError:
            by_script = any(self._header_of_script(blocking=blocking) for blocking in self._shown)
            if not (by_script or self._brings_authorization):
                raise

    @property
    def _brings_authorization(self) -> bool:
        """Whether the user's own options authorize requests."""
        return "auth" in self._client_kwargs or any(
            name.lower() == "authorization" for name in self._headers
        )

    def _options(self) -> Dict[str, Any]:
        """Return the keyword arguments for the httpx clients."""
        import httpx

        from .options import check_proxy
        from .request import USER_AGENT

        check_proxy(self._client_kwargs, self._base())
        headers = httpx.Headers({"User-Agent": USER_AGENT})
        headers.update(self._headers)
        options = {**self._client_kwargs, "headers": headers}
        if self._timeout is not None:
            options["timeout"] = self._timeout
        return options

    # HTTP. Importing httpx waits until here.

    @property
    def _http(self) -> HTTP:
        http = self._http_or_none
        if http is None:
            from .request import HTTP

            # No lock: after a fork it could stay locked in the child. If two threads come here at
            # once, `setdefault` drops one of the two objects, which has opened nothing yet.
            http = vars(self).setdefault("_http_or_none", HTTP(self))
        return http

    @property
    def _transport(self) -> Transport:
        return self._http.transport()

    async def _call(
        self,
        operation: Callable[Concatenate[AsyncTransport, P], Coroutine[Any, Any, T]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Call the `asyncio` function of a generated operation."""
        self._need_token()
        return await operation(self._transport, *args, **kwargs)

    async def _call_safely(
        self,
        operation: Callable[Concatenate[AsyncTransport, P], Coroutine[Any, Any, T]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Call an operation that may be repeated though its method is POST, such as a cancel."""
        self._need_token()
        return await operation(self._http.transport(safe=True), *args, **kwargs)

    def _request(self, method: str, path: str, **kwargs: Any) -> httpx.Response:
        """Send a request to a path below the base URL; options are those of httpx."""
        return block(self._http.request(method, path, **kwargs))

    async def _async_request(self, method: str, path: str, **kwargs: Any) -> httpx.Response:
        """Send a request to a path below the base URL; options are those of httpx."""
        return await self._http.request(method, path, **kwargs)

    _requests: ClassVar[Tuple[Callable[..., Any], ...]] = (_request, _async_request)
    """The two as they are here."""

    # Scripts for 1.x use the next two: to read the header with the token or to set another one, to
    # send requests of their own, to listen to all requests.

    @property
    def _client(self) -> httpx.Client:
        with _missing_if_it_fails("_client"):
            client: httpx.Client = block(self._http.connections.pool()).first()
            return self._show(client, blocking=True)

    @property
    def _async_client(self) -> httpx.AsyncClient:
        with _missing_if_it_fails("_async_client"):
            client: httpx.AsyncClient = step(self._http.connections.loop_pool()).first()
            return self._show(client, blocking=False)

    def _show(self, client: C, *, blocking: bool) -> C:
        client.base_url = self._base()
        if self._header_of_script(blocking=blocking) is None and not self._brings_authorization:
            try:
                header = hidden(f"Bearer {self._token()}")
            except Exception:  # noqa: BLE001 - the next request raises it
                header = ""
            if header and client.headers.get("authorization") != header:
                # Two threads may be here at once: each changes a copy, so that there is one header.
                headers = client.headers.copy()
                headers["Authorization"] = header
                client.headers = headers
            self._shown = {**self._shown, blocking: (client, header)}
        return client

    def _header_of_script(self, *, blocking: bool) -> Optional[str]:
        """Return the `Authorization` that a script has set on an httpx client of this one."""
        client, header = self._shown.get(blocking, (None, ""))
        found: str = "" if client is None else client.headers.get("authorization", "")
        return None if found == header else found

    # Life.

    def close(self) -> None:
        """Close the connections of blocking calls."""
        if self._http_or_none is not None:
            self._http_or_none.close()

    async def aclose(self) -> None:
        """Close the connections of blocking calls and of the running event loop."""
        if self._http_or_none is not None:
            await self._http_or_none.aclose()

    def __copy__(self) -> Self:
        """Return a client of the same settings, with connections of its own."""
        copy = type(self).__new__(type(self))
        own = {"_http_or_none", "_shown"}
        vars(copy).update({name: value for name, value in vars(self).items() if name not in own})
        return copy

    def __deepcopy__(self, memo: Any) -> Self:
        return self.__copy__()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        await self.aclose()


@contextmanager
def _missing_if_it_fails(name: str) -> Generator[None, None, None]:
    """Let an attribute be missing where it can't be had: `Mock(spec=client)` reads them all."""
    try:
        yield
    except Exception as error:
        raise AttributeError(f"{name} can't be had here: {error}") from error
