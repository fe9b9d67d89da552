"""Requests to the API, made faster than httpx makes them.

httpx parses the address of a request four times, and checks each header several times. But this
package has built the address of an operation itself, and the headers of a client stay the same. So
a template keeps the parsed parts, and puts them together. The result is byte for byte what httpx
makes. A template checks that when it is made; if it is not so, as with a future httpx of another
structure, httpx makes the requests.
"""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, Any, List, Optional, Tuple

import httpx

if TYPE_CHECKING:
    from collections.abc import Mapping

    RawHeaders = List[Tuple[bytes, bytes, bytes]]

# No dot segments, nothing to be quoted, and nothing that is quoted.
_PLAIN = re.compile(r"((?:/[A-Za-z0-9_~-][A-Za-z0-9_.~-]*)+)(?:\?([A-Za-z0-9_.~=&-]+))?", re.ASCII)

_new_tuple: Any = getattr(tuple, "__new__")  # noqa: B009 - its type says too little
"""Makes a named tuple without running Python code."""

_EMPTY = httpx.ByteStream(b"")

_WITH_LENGTH = ("POST", "PUT", "PATCH")
"""Methods whose requests have `Content-Length: 0` if they have no body."""


class Template:
    """What the requests of one client have in common."""

    def __init__(self, client: Any, base: str) -> None:
        """Create a template.

        Args:
            client: An httpx client, with the headers that all requests have.
            base: The base URL.
        """
        self._base = base
        self.is_usable = False
        with contextlib.suppress(AttributeError, TypeError, ValueError):
            self._client_headers: RawHeaders = list(client.headers._list)
            self._take_apart(client)
            self.is_usable = self._makes_what_httpx_makes(client)

    def _take_apart(self, client: Any) -> None:
        url = httpx.URL(f"{self._base}/")
        self._parts: Any = url._uri_reference
        self._kind: Any = type(self._parts)
        self._prefix: str = self._parts.path[:-1]
        self._headers = httpx.Headers()
        if "host" not in client.headers:
            self._headers["Host"] = url.netloc.decode("ascii")
        self._headers._list += self._client_headers
        self._names = frozenset(name for _, name, _ in self._headers._list)

    def _makes_what_httpx_makes(self, client: Any) -> bool:
        if self._parts.userinfo:
            return False  # httpx makes a header of it
        timeout = client.timeout.as_dict()
        headers: dict[str, Any] = {"X-Some": "wait", "X-Other": b"Bearer t"}
        for method, path, content in (
            ("GET", "/v1/predictions?cursor=a", None),
            ("POST", "/v1/predictions", b"{}"),
            ("POST", "/v1/predictions/a/cancel", None),
        ):
            ours = self.request(method, path, headers, content, timeout)
            theirs = client.build_request(
                method, self._base + path, headers=headers, content=content
            )
            if ours is None or _insides(ours) != _insides(theirs):
                return False
        return True

    def fits(self, client: Any, base: str) -> bool:
        """Say whether this template is still right for a client and base URL."""
        if not self.is_usable:
            return self._base == base
        return self._base == base and bool(self._client_headers == client.headers._list)

    def request(
        self,
        method: str,
        path: str,
        headers: Mapping[str, Any],
        content: Optional[bytes],
        timeout: Mapping[str, Optional[float]],
    ) -> Optional[httpx.Request]:
        """Return a request; None if httpx has to make it.

        Args:
            method: HTTP method.
            path: A path below the base URL, perhaps with a query.
            headers: Further headers, text or bytes, none of which is there twice.
            content: The body.
            timeout: Seconds for each phase.
        """
        found = _PLAIN.fullmatch(path)
        if found is None:
            return None
        made: RawHeaders = []
        for name, value in headers.items():
            key = name.encode("ascii")
            lower = key.lower()
            if lower in self._names:
                return None
            made.append((key, lower, value if type(value) is bytes else value.encode("ascii")))
        scheme, userinfo, host, port, *_ = self._parts
        place, query = found.groups()
        url = httpx.URL.__new__(httpx.URL)
        url._uri_reference = _new_tuple(
            self._kind, (scheme, userinfo, host, port, self._prefix + place, query, None)
        )
        request = httpx.Request(
            method,
            url,
            headers=self._headers,
            stream=httpx.ByteStream(content) if content else _EMPTY,
            extensions={"timeout": timeout},
        )
        if content:
            made.append((b"Content-Length", b"content-length", b"%d" % len(content)))
        elif method in _WITH_LENGTH:
            request.headers._list.insert(1, (b"Content-Length", b"content-length", b"0"))
        request.headers._list += made
        request._content = content or b""
        return request


def _insides(request: httpx.Request) -> Tuple[Any, ...]:
    return (
        request.method,
        request.url.raw_scheme,
        request.url.raw_host,
        request.url.port,
        request.url.raw_path,
        str(request.url),
        request.headers._list,
        request.content,
        type(request.stream),
        b"".join(request.stream),  # type: ignore[arg-type]
        request.extensions,
        vars(request).keys(),
        vars(request.url).keys(),
        vars(request.headers).keys(),
    )
