"""What an error is about: which request, and which model, prediction or file."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from replicate_api.answer import loads

from .._guards import is_object
from .address import shown

if TYPE_CHECKING:
    import httpx

NAMED_IN_BODIES = ("model", "version", "destination")
"""Fields of a request's body that name what it is about."""

LONGEST_BODY = 1024 * 1024
"""Longest body of a request, in bytes, that is searched. A longer one has a file in it."""


def facts_of(request: httpx.Request, base: str) -> dict[str, str]:
    """Return the request in words, and the things that it names.

    Args:
        request: The request, as it was sent.
        base: The client's base URL.

    Returns:
        For example `{"request": "POST /v1/models/a/b/predictions", "model": "a/b"}`.
    """
    url = without_query(str(request.url))
    if not url.startswith(base + "/"):
        return {"request": f"{request.method} {url}"}
    path = url[len(base) :]
    return {"request": f"{request.method} {path}", **_in_path(path), **_in_body(request)}


def without_query(url: str) -> str:
    """Return a URL for messages: neither its query nor a password is in it."""
    return shown(str(url).split("?", 1)[0])


def _in_path(path: str) -> dict[str, str]:
    match = next(filter(None, (pattern.fullmatch(path) for pattern in _patterns())), None)
    found: dict[str, str] = {}
    for parameter, segment in match.groupdict().items() if match else ():
        kind = parameter.rpartition("_")[0] or parameter  # model_owner and model_name: a model
        text = unquote(segment)
        text = text if text.isprintable() else segment
        found[kind] = f"{found[kind]}/{text}" if kind in found else text
    return found


@lru_cache(maxsize=None)
def _patterns() -> list[re.Pattern[str]]:
    """Return the paths of all operations as patterns, from the API's own description."""
    import pkgutil

    document: Any = json.loads(pkgutil.get_data("replicate_api", "openapi.json") or "{}")
    root = urlsplit(str(document["servers"][0]["url"])).path.rstrip("/")
    return [
        re.compile(root + re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(path)))
        for path in document["paths"]
    ]


def _in_body(request: httpx.Request) -> dict[str, str]:
    content: bytes = getattr(request, "_content", b"")
    if not content.startswith(b"{") or len(content) > LONGEST_BODY:
        return {}
    try:
        body = loads(content)
    except ValueError:
        return {}
    fields = body if is_object(body) else {}
    values = {name: fields.get(name) for name in NAMED_IN_BODIES}
    return {
        name: value
        for name, value in values.items()
        if isinstance(value, str) and value.isprintable()
    }
