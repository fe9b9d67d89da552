"""Where a sandbox is: as it knows itself, and as whoever asks it knows it.

A sandbox keeps all URLs as it knows itself. What leaves it is translated to the host that was
asked, so that a program in a container, or on another machine, can follow what it reads.
"""

from __future__ import annotations

import re
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, List, MutableMapping, Optional
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import Scope

FILES_PATH = "/_files"
"""Below this path the API's own host serves files and streams, behind a public URL."""

_HOST = re.compile(r"([\w.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?", re.ASCII)


@dataclass(frozen=True)
class Place:
    """The URLs of a sandbox, without a slash at their end.

    Attributes:
        api: The base URL of the API, without `/v1`.
        files: The base URL of output files and streams.
    """

    api: str = ""
    files: str = ""


@dataclass(frozen=True)
class View:
    """A sandbox as one client sees it."""

    own: Place
    asked: Place

    def translate(self, data: bytes) -> bytes:
        """Put the client's URLs into JSON, or into server-sent events."""
        if self.own == self.asked:
            return data
        for own, asked in ((self.own.api, self.asked.api), (self.own.files, self.asked.files)):
            for before in ('"', "data: "):
                data = data.replace(f"{before}{own}/".encode(), f"{before}{asked}/".encode())
        return data

    def translated(self, response: Response) -> Response:
        """Put the client's URLs into an answer, if it is JSON."""
        if self.own != self.asked and "json" in response.headers.get("content-type", ""):
            response.body = self.translate(bytes(response.body))
            response.headers["content-length"] = str(len(response.body))
        return response


_UNMOVED = View(Place(), Place())
_view: ContextVar[View] = ContextVar("replicate_sandbox_view", default=_UNMOVED)


def current_view() -> View:
    """Return how the client of the request that is being answered sees the sandbox."""
    return _view.get()


class Addresses:
    """The URLs of a sandbox.

    Attributes:
        own: As the sandbox knows itself.
        names: Other names by which clients may know it.
    """

    def __init__(self, public_url: Optional[str] = None) -> None:
        self.own: Place = Place()
        self._public: Optional[Place] = None
        self.names: List[str] = ["host.docker.internal"]
        if public_url is not None:
            public = check_public_url(public_url)
            self._public = Place(public, public + FILES_PATH)
            self.names.append(urlsplit(public).hostname or "localhost")

    def enter(self, scope: Scope) -> View:
        """Learn from a request where its sender knows the sandbox.

        From here on the request looks as if it had been sent to the sandbox's own address.
        """
        asked = self._public or self._asked(scope)
        view = View(self.own, asked)
        _view.set(view)
        own = urlsplit(self.own.api).netloc.encode()
        scope["headers"] = [
            (name, own if name == b"host" else value) for name, value in scope["headers"]
        ]
        return view

    def _asked(self, scope: MutableMapping[str, Any]) -> Place:
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        match = _HOST.fullmatch(hosts[0].decode("latin-1")) if len(hosts) == 1 else None
        if match is None:
            return self.own
        name = match.group(1).lower()
        # The two ports are known, whichever of them was asked; a port that something in
        # between has changed is known for the host that was asked only.
        return Place(
            _replace(self.own.api, name, match.group(), scope),
            _replace(self.own.files, name, match.group(), scope),
        )


def _replace(own: str, name: str, host: str, scope: MutableMapping[str, Any]) -> str:
    parts = urlsplit(own)
    server = scope.get("server") or ("", 0)
    if server[1] == parts.port:
        return f"{parts.scheme}://{host.lower()}"
    return f"{parts.scheme}://{name}:{parts.port}"


def check_public_url(url: str) -> str:
    """Return a public URL without the slash and the `/v1` at its end.

    Raises:
        ValueError: if it is no absolute http or https URL.
    """
    text = url.strip().rstrip("/")
    text = text[: -len("/v1")] if text.endswith("/v1") else text
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        good = False
        parts = urlsplit("")
    if not good or parts.query or parts.fragment:
        raise ValueError(f"a public URL looks like https://sandbox.example.com, not {url!r}")
    return text


def is_loopback(host: str) -> bool:
    """Tell whether a host, as a URL or a socket names it, is this machine."""
    name = host.strip("[]").lower()
    return (
        name in ("localhost", "::1") or re.fullmatch(r"(::ffff:)?127(\.\d+){3}", name) is not None
    )
