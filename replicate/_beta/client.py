"""The clients of the 2.x beta."""

from __future__ import annotations

import copy
import re
from functools import partial
from typing import TYPE_CHECKING, Any, Dict, Mapping, Optional, TypedDict, Union, cast

import httpx

from .._blocking import block
from .._http.address import API_PATH
from .._http.session import DEFAULT_MAX_RETRIES
from .._secrets import hidden, without_token
from ..client import Client
from ..exceptions import InvalidArgumentError
from ..prediction import RunParams
from .files import with_async_files
from .http_client import timeout_of, transport_of
from .operations import GROUPS, Caller, Groups, Operations
from .options import NOT_GIVEN, NotGiven, Options, authorizes, given

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from typing_extensions import Self, Unpack

    from .._http.httpx_options import Timeout
    from .._http.token import TokenSource
    from ..identifier import Reference
    from .typed import Awaited, Blocking
    from .typed import Groups as Declared

    _Blocking = Declared[Blocking]
    _Awaited = Declared[Awaited]
else:
    _Blocking = _Awaited = object  # the operations are found by their names

SHARED = frozenset({"timeout", "max_retries", "default_headers", "default_query"})
"""Options that a client can have of its own and share its connections with others."""

REQUEST_OPTIONS = ("headers", "params", "timeout")
"""What the `options` of `get`, `post` and their siblings can have."""


class Settings(TypedDict, total=False):
    """The options of a client, and of `with_options`."""

    bearer_token: Optional[TokenSource]
    base_url: Union[str, httpx.URL, None]
    timeout: Union[Timeout, NotGiven, None]
    max_retries: Union[int, NotGiven]
    default_headers: Optional[Mapping[str, str]]
    set_default_headers: Optional[Mapping[str, str]]
    default_query: Optional[Mapping[str, Any]]
    set_default_query: Optional[Mapping[str, Any]]
    http_client: Optional[Any]


class RunArguments(RunParams, total=False):
    """What `run` takes besides reference and input."""

    use_file_output: Optional[bool]
    prefer: str
    extra_headers: Optional[Mapping[str, str]]
    extra_query: Optional[Mapping[str, Any]]
    extra_body: Optional[Mapping[str, Any]]


class Verb(TypedDict, total=False):
    """What `get`, `post` and their siblings take."""

    cast_to: Any
    """`httpx.Response` for the answer as it came, a class of this package, or anything else."""

    body: Any
    """What to send as JSON."""

    options: Mapping[str, Any]
    """`headers`, `params`, `timeout` of the request."""


class _Replicate:
    """What both clients have: the options of 2.x, and a client of 1.x that does the work."""

    _is_async: bool

    def __init__(
        self,
        *,
        bearer_token: Optional[TokenSource] = None,
        base_url: Union[str, httpx.URL, None] = None,
        timeout: Union[Timeout, NotGiven, None] = NOT_GIVEN,
        max_retries: int = DEFAULT_MAX_RETRIES,
        default_headers: Optional[Mapping[str, str]] = None,
        default_query: Optional[Mapping[str, Any]] = None,
        http_client: Optional[Any] = None,
    ) -> None:
        """Create a client.

        Args:
            bearer_token: API token, or a function that returns an API token; by default
                `REPLICATE_API_TOKEN`.
            base_url: The URL of the API, with or without `/v1`; by default `REPLICATE_BASE_URL`.
            timeout: Seconds, or an `httpx.Timeout`, for each phase of an HTTP request; None means
                no end.
            max_retries: How often a request is sent again, if that is safe.
            default_headers: Headers to send to the API with each request.
            default_query: Parameters to send to the API with each request.
            http_client: An `httpx.Client`, or for `AsyncReplicate` an `httpx.AsyncClient`, that
                sends the requests.

        Raises:
            TypeError: A value is of the wrong type.
        """
        self._settings: Dict[str, Any] = {
            "bearer_token": hidden(bearer_token),
            "base_url": base_url,
            "timeout": timeout,
            "max_retries": max_retries,
            "default_headers": default_headers,
            "default_query": default_query,
            "http_client": http_client,
        }
        more: Dict[str, Any] = {}
        if http_client is not None:
            more["transport"] = transport_of(http_client, is_async=self._is_async)
        if default_query:
            more["params"] = default_query
        if isinstance(timeout, NotGiven):
            timeout = None if http_client is None else timeout_of(http_client)
        else:
            timeout = cast("Timeout", httpx.Timeout(cast("Any", timeout)))
        self._client = Client(
            bearer_token,
            base_url=None if base_url is None else str(base_url),
            timeout=timeout,
            headers=default_headers,
            max_retries=max_retries,
            **more,
        )
        self._settings["default_headers"] = self._client._headers  # with what is secret hidden
        self._options = Options()

    # Settings.

    def with_options(self, **settings: Unpack[Settings]) -> Self:
        """Return a client with other options. The options are those of the constructor.

        The clients share their connections, unless the token, the address or `http_client` is
        another. `default_headers` and `default_query` are added to the present headers and
        parameters; `set_default_headers` and `set_default_query` replace them.
        """
        changes = given(settings)
        new = copy.copy(self)
        if changes.keys() <= SHARED and not authorizes(changes.get("default_headers")):
            new._options = self._options.and_then(
                Options(
                    changes.get("timeout", NOT_GIVEN),
                    changes.get("max_retries"),
                    changes.get("default_headers") or {},
                    changes.get("default_query") or {},
                )
            )
            return new
        merged = {**self._settings, **changes}
        for name in ("default_headers", "default_query"):
            added: Dict[str, Any] = {**(self._settings[name] or {}), **(changes.get(name) or {})}
            merged[name] = merged.pop(f"set_{name}", added)
        new.__init__(**merged)  # type: ignore[misc]
        new._options = self._options
        return new

    copy = with_options

    @property
    def bearer_token(self) -> str:
        """The token of the next request."""
        return str(self._client._token())

    @property
    def base_url(self) -> httpx.URL:
        """The URL of the API."""
        return httpx.URL(f"{self._client._base()}{API_PATH}/")

    @property
    def max_retries(self) -> int:
        """How often a request is sent again, if that is safe."""
        own = self._options.max_retries
        return self._client.max_retries if own is None else own

    @property
    def poll_interval(self) -> float:
        """Longest pause between two looks at a running prediction, in seconds."""
        return self._client.poll_interval

    @poll_interval.setter
    def poll_interval(self, seconds: float) -> None:
        self._client.poll_interval = seconds

    # Operations.

    @property
    def _caller(self) -> Caller:
        return Caller(self._client, self._options, self._is_async)

    @property
    def with_raw_response(self) -> Any:
        """The same operations, which return raw answers: status, headers, `parse()`."""
        return Groups(self._caller._replace(is_raw=True))

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            if name in {"_client", "_options"} or name.startswith("__"):
                raise AttributeError(name)  # it is being made, or copied
            if name in GROUPS:
                return Operations(self._caller, name)
            of_1x = self._caller.configured
            if not self._is_async:
                return getattr(of_1x, name)
            if name == "use":
                return partial(of_1x.use, use_async=True)
            return getattr(of_1x, name if not hasattr(of_1x, f"async_{name}") else f"async_{name}")

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *dir(self._client), *dir(Groups(self._caller))})

    def __repr__(self) -> str:
        return repr(self._client).replace(Client.__name__, type(self).__name__, 1)

    def _result(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return coroutine if self._is_async else block(coroutine)

    def run(
        self,
        ref: Reference,
        input: Optional[Mapping[str, Any]] = None,
        **params: Unpack[RunArguments],
    ) -> Any:
        """Run a model and return its output, as `Client.run` does.

        Args:
            ref: The model, `owner/name` or `owner/name:version`.
            input: The model's inputs by name.
            params: Parameters of `Client.run`, and of 2.x: `prefer`, another form of `wait`;
                `cancel_after`; `extra_headers`, `extra_query` and `extra_body`, which are added
                to each request. `timeout` is for the whole run.

        Raises:
            ModelError: The model failed, or the prediction was canceled or aborted.
            ReplicateError: The API refused the request.
        """
        return self._result(self._run(ref, input, **params))

    async def _run(self, ref: Any, input: Any, **params: Any) -> Any:
        from ..run import async_run

        params = given(params)
        deadline = params.pop("timeout", None)  # for the whole run, not for each request
        options, params = Options.taken_from(params)
        prefer = params.pop("prefer", None)
        if prefer is not None:
            if "wait" in params:
                raise TypeError("run() takes wait= or prefer=, not both: they mean the same")
            params["wait"] = _wait_of(prefer)
        client = self._options.and_then(options).applied_to(self._client)
        client._need_token()
        output = await async_run(client, ref, input, timeout=deadline, **params)
        return with_async_files(output) if self._is_async else output

    # What has no method.

    def get(self, path: str, **more: Unpack[Verb]) -> Any:
        """Send a GET to a path of the API, and return the JSON of the answer."""
        return self._result(self._send("GET", path, **more))

    def post(self, path: str, **more: Unpack[Verb]) -> Any:
        """Send a POST to a path of the API, and return the JSON of the answer."""
        return self._result(self._send("POST", path, **more))

    def put(self, path: str, **more: Unpack[Verb]) -> Any:
        """Send a PUT to a path of the API, and return the JSON of the answer."""
        return self._result(self._send("PUT", path, **more))

    def patch(self, path: str, **more: Unpack[Verb]) -> Any:
        """Send a PATCH to a path of the API, and return the JSON of the answer."""
        return self._result(self._send("PATCH", path, **more))

    def delete(self, path: str, **more: Unpack[Verb]) -> Any:
        """Send a DELETE to a path of the API, and return the JSON of the answer."""
        return self._result(self._send("DELETE", path, **more))

    async def _send(
        self,
        method: str,
        path: str,
        *,
        cast_to: Any = object,
        body: Any = None,
        options: Optional[Mapping[str, Any]] = None,
    ) -> Any:
        request = {name: it for name, it in (options or {}).items() if name in REQUEST_OPTIONS}
        url = f"{API_PATH}/{path.lstrip('/')}"
        client = self._caller.configured
        client._need_token()
        response = await client._async_request(method, url, json=body, **request)
        if cast_to is httpx.Response:
            return without_token(response)
        value = response.json() if response.content else None
        of = getattr(cast_to, "_of", None)
        return value if of is None else of(value, client)


class Replicate(_Replicate, _Blocking):
    """A client with the options and methods of the 2.x beta, and those of 1.x."""

    _is_async = False

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncReplicate(_Replicate, _Awaited):
    """A client with the options and methods of the 2.x beta, which need `await`."""

    _is_async = True

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def _wait_of(prefer: str) -> Union[int, bool]:
    found = re.fullmatch(r"wait(?:=(\d+))?", prefer)
    if found is None:
        raise InvalidArgumentError(f"prefer must be 'wait' or 'wait=5', not {prefer!r}")
    return int(found[1]) if found[1] else True
