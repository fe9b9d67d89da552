"""What a program sets for some of its calls: `with_options`, and the extra arguments of a call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, Dict, Mapping, NamedTuple, Optional, Tuple

import httpx

from .._http.address import API_PATH
from .._http.request import HTTP
from ..client import Client
from ..exceptions import InvalidArgumentError

if TYPE_CHECKING:
    from .._http.connections import Connections


class NotGiven:
    """The type of `NOT_GIVEN` and `omit`, which stand for an argument that is not given."""

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "NOT_GIVEN"


NOT_GIVEN = NotGiven()


def given(arguments: Mapping[str, Any]) -> Dict[str, Any]:
    """Return the arguments that are given."""
    return {name: value for name, value in arguments.items() if not isinstance(value, NotGiven)}


def authorizes(headers: Optional[Mapping[str, str]]) -> bool:
    """Say whether there is a token in headers."""
    return any(name.lower() == "authorization" for name in headers or ())


class Options(NamedTuple):
    """What is added to requests to the API. Files on other hosts are fetched without it."""

    timeout: Any = NOT_GIVEN
    max_retries: Optional[int] = None
    headers: Mapping[str, str] = {}
    query: Mapping[str, Any] = {}
    body: Mapping[str, Any] = {}

    @classmethod
    def taken_from(cls, arguments: Mapping[str, Any]) -> Tuple[Options, Dict[str, Any]]:
        """Part the arguments of a call: the options among them, and those of the operation.

        Raises:
            InvalidArgumentError: A header would take the place of the token.
        """
        rest = given(arguments)
        if authorizes(rest.get("extra_headers")):
            raise InvalidArgumentError(
                "extra_headers cannot replace the token: use with_options(bearer_token=...)"
            )
        timeout = rest.pop("timeout", NOT_GIVEN)
        extras = [rest.pop(f"extra_{name}", None) for name in ("headers", "query", "body")]
        return cls(timeout, None, *({} if extra is None else extra for extra in extras)), rest

    def and_then(self, other: Options) -> Options:
        """Return both; what the other one says counts."""
        return Options(
            self.timeout if other.timeout is NOT_GIVEN else other.timeout,
            self.max_retries if other.max_retries is None else other.max_retries,
            *({**mine, **new} for mine, new in zip(self[2:], other[2:])),
        )

    def added_to(self, request: Mapping[str, Any]) -> Dict[str, Any]:
        """Return a request with all of it. Pure."""
        changed = {**request}
        if not str(request["url"]).startswith(API_PATH):
            return changed
        if self.headers:
            mine = {name.title(): value for name, value in self.headers.items()}
            headers: Mapping[str, str] = request.get("headers") or {}
            kept = {name: value for name, value in headers.items() if name.title() not in mine}
            changed["headers"] = {**kept, **mine}
        if self.query:
            changed["params"] = {**(request.get("params") or {}), **self.query}
        if self.body:
            changed["json"] = {**(request.get("json") or {}), **self.body}
        if self.timeout is not NOT_GIVEN:
            changed["timeout"] = httpx.Timeout(self.timeout)
        return changed

    def applied_to(self, client: Client) -> Client:
        """Return a client that is the same but for the options; connections are shared."""
        if self == Options():
            return client
        view = Client.__new__(Client)
        vars(view).update(vars(client))
        view._http_or_none = _View(client, self)
        return view


class _View(HTTP):
    """The requests of a client, with options."""

    def __init__(self, client: Client, options: Options) -> None:
        super().__init__(client)
        self._options = options

    @property
    def connections(self) -> Connections:
        """Those of the client."""
        return self._owner._http.connections

    async def send(self, build: Callable[[], Dict[str, Any]], **options: Any) -> Any:
        """Send a request with what is added to it."""
        if options.get("retries") is None:
            options["retries"] = self._options.max_retries
        return await self._owner._http.send(lambda: self._options.added_to(build()), **options)
