"""Which addresses are the API's own. Pure decisions, no I/O.

The token goes to one origin only, the one of the client's base URL. Addresses that come
from outside (output files, streams, cursors, redirects) are compared or rebased here.
"""

from __future__ import annotations

import os
import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, Optional, Tuple
from urllib.parse import urlsplit

from replicate_api import SERVER_URL

from .._guards import text_of
from ..exceptions import InvalidArgumentError

if TYPE_CHECKING:
    import httpx

_SERVER = urlsplit(SERVER_URL)

DEFAULT_BASE_URL = f"{_SERVER.scheme}://{_SERVER.netloc}"
API_PATH = _SERVER.path.rstrip("/")
"""The path of all operations below the base URL: `/v1`."""

Origin = Tuple[str, str, Optional[int]]

_DEFAULT_PORTS = {"http": 80, "https": 443}

LONGEST_LABEL = 63
"""Characters of a part of a host name (RFC 1035, 2.3.4)."""

LAST_PORT = 65535

# RFC 3986, appendix B.
_PARTS = re.compile(r"(?:([^:/?#]+):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?", re.DOTALL)


class Parts(NamedTuple):
    """The parts of a URL, empty where it has none."""

    scheme: str
    netloc: str
    path: str
    query: str


def parts_of(url: str) -> Parts:
    """Split a URL that comes from outside; unlike `urlsplit` this never raises."""
    match = _PARTS.match(url)
    assert match is not None  # each part may be empty
    return Parts(*match.groups(""))


def base_url(given: str | None) -> str:
    """Return the base URL to use, without a trailing slash and without `/v1`.

    1.x takes a base URL without `/v1`, the other official clients take one with it: both work
    here. A path is kept, such as that of a gateway: `https://gateway.example/replicate`.
    """
    return _base_of(text_of(given or os.environ.get("REPLICATE_BASE_URL") or DEFAULT_BASE_URL))


@lru_cache(maxsize=64)
def _base_of(given: str) -> str:
    url = given.strip().rstrip("/")
    if not _is_base(url):
        raise InvalidArgumentError(
            f"base_url must be an absolute http or https URL such as {DEFAULT_BASE_URL}, "
            f"got {shown_wrong(url)!r}"
        )
    return url[: -len(API_PATH)] if url.endswith(API_PATH) else url


def _is_base(url: str) -> bool:
    try:
        parts = urlsplit(url)
        reachable = parts.scheme in _DEFAULT_PORTS and parts.hostname and parts.port != 0
    except ValueError:  # half an IPv6 address, a port that is none
        return False
    return bool(reachable) and url.isprintable() and not {"?", "#"}.intersection(url)


def origin(url: httpx.URL) -> Origin:
    """Return scheme, host and port of a URL as httpx will connect to it."""
    return url.scheme, url.host, url.port or _DEFAULT_PORTS.get(url.scheme)


def is_stored_file(url: httpx.URL, base: str) -> bool:
    """Say whether a URL is that of a file which the API stores, such as a model's output."""
    from replicate_api.api.files import download, get

    path = url.raw_path.decode("ascii").partition("?")[0]
    id = path.rpartition(get.build("-")["url"][:-1])[2].partition("/")[0]
    if not re.fullmatch(r"\w[\w.-]*", id, re.ASCII):
        return False
    root = urlsplit(base).path + API_PATH
    signed = download.build(id, owner="", expiry=0, signature="")
    return path in (root + get.build(id)["url"], root + signed["url"])


def is_kept_by_replicate(url: str, base: str) -> bool:
    """Say whether Replicate serves the file of a URL: from its file servers, or from the API."""
    import httpx

    host = parsed(url).host
    return f".{host}".endswith(".replicate.delivery") or host == httpx.URL(base).host


def parsed(url: str) -> httpx.URL:
    """Parse a URL that comes from outside.

    Raises:
        httpx.InvalidURL: Nothing can connect to it. httpx itself would raise other errors, and
            later: of encodings or of sockets.
    """
    import httpx

    try:
        found = httpx.URL(url)
        host = found.host  # which is decoded only now
        name = found.raw_host.decode("ascii")
        labels = (name[:-1] if name.endswith(".") else name).split(".")
    except UnicodeError as error:
        raise httpx.InvalidURL(str(error)) from None
    if ":" not in host and not all(len(label) <= LONGEST_LABEL for label in labels):
        raise httpx.InvalidURL(f"a part of the host name {host[:100]!r}... is too long")
    if ":" not in host and host and not all(labels):
        raise httpx.InvalidURL(f"the host name {host!r} has an empty part")
    if not 0 <= (found.port or 0) <= LAST_PORT:
        raise httpx.InvalidURL(f"there is no port {found.port}")
    return found


def joined(base: httpx.URL, reference: str) -> str:
    """Return the URL that a redirect from another URL leads to.

    Raises:
        httpx.InvalidURL: The redirect is malformed.
    """
    import httpx

    try:
        return str(base.join(reference))
    except UnicodeError as error:
        raise httpx.InvalidURL(str(error)) from None


def shown(url: str) -> str:
    """Return a URL for messages: without user name and password."""
    return re.sub(r"(?<=//)[^/?#]*@", "", url)


def shown_wrong(text: str) -> str:
    """Return for messages what is no URL, but should be one: a password may be anywhere in it."""
    return re.sub(
        r"^((?:https?:|[a-z]+://)?[/\\]*).*@", r"\1", text, flags=re.DOTALL | re.IGNORECASE
    )


def rebase(cursor: str) -> str:
    """Turn a cursor into a path below `/v1`.

    Cursors arrive as absolute URLs, and not always with our host or scheme: behind a proxy
    they name the real API, and published examples say `http:`. Only path and query count.
    """
    parts = parts_of(cursor)
    path = parts.path
    if parts.scheme or parts.netloc or path.startswith(f"{API_PATH}/"):
        path = re.sub(rf"^.*?{re.escape(API_PATH)}(?=/)", "", path)
    if not path.startswith("/"):
        path = f"/{path}"
    return f"{path}?{parts.query}" if parts.query else path
