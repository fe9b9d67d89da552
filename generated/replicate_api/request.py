# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""Write requests: paths, query and header values, JSON and multipart bodies."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping as MappingABC
from datetime import datetime
from typing import Any, Dict, List, Mapping, Optional, Tuple, Union
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from . import errors
from .base import UNSET, Json, plain

__all__ = (
    "as_json",
    "cookies",
    "deep",
    "encoded",
    "form",
    "joined",
    "json_fields",
    "json_text",
    "moment",
    "nullable",
    "page",
    "pairs",
    "path",
    "piped",
    "spaced",
    "spread",
    "strings",
    "urlencoded",
)

_NULL = object()

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def path(template: str, /, **segments: Any) -> str:
    """Fill in a path; every value is one segment of it, whatever characters it has.

    Raises:
        ValueError: If a value is None or empty, or `.` or `..`, which lead to another resource, or
            if it has half a character, a lone surrogate, for which there are no bytes.
    """
    quoted: Dict[str, str] = {}
    for name, value in segments.items():
        text = "" if value is None else str(_string(value))
        if text in ("", ".", ".."):
            raise errors.invalid_argument(f"{name} must name something, not {value!r}")
        try:
            quoted[name] = quote(text, safe="")
        except UnicodeEncodeError as error:
            raise errors.invalid_argument(f"{name} cannot be part of an address: {error}") from None
    return template.format(**quoted)


def strings(values: Mapping[str, Any]) -> Dict[str, Any]:
    """Return query parameters or headers as strings, without those that are None."""
    return {name: _string(value) for name, value in values.items() if _is_sent(value)}


def page(values: Mapping[str, Any], cursor: Any) -> Dict[str, Any]:
    """Return query parameters for a page of a list.

    Args:
        values: The parameters of the first page.
        cursor: What another page has as `next` or `previous`: a URL, whose query counts, or a
            text without one. What is no text, such as None, leads to the first page.
    """
    parameters = strings(values)
    if not isinstance(cursor, str):
        return parameters
    if cursor.startswith(("http:", "https:", "/", "?")):
        return {**parameters, **parse_qs(urlsplit(cursor).query, keep_blank_values=True)}
    return {**parameters, "cursor": cursor}


def json_fields(values: Mapping[str, Any]) -> Dict[str, Any]:
    """Return the fields of a JSON body, without those that are not to be sent."""
    return {
        name: None if value is _NULL else plain(value)
        for name, value in values.items()
        if _is_sent(value)
    }


def json_text(value: Any) -> bytes:
    """Return a JSON body as it is sent, whatever it is: HTTP clients take None for no body."""
    return json.dumps(plain(value)).encode()


def nullable(value: Any) -> Any:
    """Return a value of which None is sent as null."""
    return _NULL if value is None else value


def form(values: Mapping[str, Any], files: Mapping[str, Any]) -> List[Tuple[str, Any]]:
    """Return the parts of a form, without those that are None: first plain values, then files.

    Parts without a file name get no content type either: that is how the API's own clients send
    them. A list of files is a part for each.

    Raises:
        ValueError: If the name or the media type of a file does not end on its line.
    """
    parts: List[Tuple[str, Any]] = []
    for name, value in values.items():
        if _is_sent(value):
            text = value if isinstance(value, str) else json.dumps(plain(value))
            parts.append((name, (None, text.encode())))
    for name, file in files.items():
        several = file if file.__class__ is list else [file]
        parts += [(name, _one_line(name, one)) for one in several if _is_sent(one)]
    return parts


def _one_line(name: str, file: Any) -> Any:
    """Check what httpx writes into the head of a part: name, media type and headers."""
    parts: Tuple[Any, ...] = file if issubclass(type(file), tuple) else ()
    for text in (*parts[:1], *parts[2:]):
        if _CONTROL.search(text if isinstance(text, str) else _of(text)):
            raise errors.invalid_argument(
                f"the name and the media type of {name} must not have control characters such as "
                f"line ends: {text!r:.100}"
            )
    return file


def _of(headers: Optional[Mapping[str, str]]) -> str:
    return "".join(part for item in (headers or {}).items() for part in item)


def urlencoded(values: Mapping[str, Any]) -> bytes:
    """Return the fields of a form as `a=1&b=2`, without those that are None."""
    return urlencode(strings(values), doseq=True).encode()


def encoded(text: Optional[str]) -> bytes:
    """Return a text in UTF-8; None is empty."""
    return (text or "").encode()


def as_json(value: Any) -> Optional[str]:
    """Return a parameter as JSON."""
    return None if value is None else json.dumps(plain(value))


def joined(value: Any) -> Optional[str]:
    """Return a list, or the keys and values of a mapping, with commas between them."""
    return None if value is None else ",".join(_flat(value))


def spaced(value: Any) -> Optional[str]:
    """Return a list with spaces between its items."""
    return None if value is None else " ".join(_flat(value))


def piped(value: Any) -> Optional[str]:
    """Return a list with vertical lines between its items."""
    return None if value is None else "|".join(_flat(value))


def pairs(value: Any) -> Optional[str]:
    """Return a mapping as `a=1,b=2`."""
    return None if value is None else ",".join(f"{k}={v}" for k, v in strings(value).items())


def spread(name: str, value: Any) -> Dict[str, Any]:
    """Return a mapping as parameters of their own."""
    return {} if value is None else dict(value)


def deep(name: str, value: Any) -> Dict[str, Any]:
    """Return a mapping as parameters such as `filter[status]`."""
    if not _is_mapping(value):
        return {} if value is None else {name: value}
    found: Dict[str, Any] = {}
    for key, item in value.items():
        found.update(deep(f"{name}[{key}]", item))
    return found


def cookies(values: Mapping[str, Any]) -> Optional[str]:
    """Return a `Cookie` header, None without cookies."""
    found = strings(values)
    return "; ".join(f"{name}={quote(value)}" for name, value in found.items()) or None


def moment(name: str, value: Any) -> Any:
    """Return a point in time, or each one of a list, as text. Text stays as it is.

    Raises:
        TypeError: It is neither.
        ValueError: It has no time zone.
    """
    if value is None or isinstance(value, str):
        return value
    items: Any = value
    if isinstance(value, (list, tuple)):
        return [moment(name, each) for each in items]
    if not isinstance(value, datetime):
        raise TypeError(f"{name} must be a datetime or a text such as '2024-10-01T12:00:00Z'")
    if value.tzinfo is None:
        raise errors.invalid_argument(f"{name} must have a time zone")
    return value.isoformat()


def _string(value: Union[Json, Tuple[Any, ...], datetime]) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return [_string(item) for item in value]
    if isinstance(value, str):
        return str.__str__(value)  # the `str` of an enumeration's member is its name
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _flat(value: Any) -> List[str]:
    if _is_mapping(value):
        return [text for item in strings(value).items() for text in item]
    texts = [_string(item) for item in value]
    return [text if isinstance(text, str) else json.dumps(text) for text in texts]


def _is_mapping(value: Any) -> bool:
    return isinstance(value, MappingABC)


def _is_sent(value: Any) -> bool:
    return value is not None and value is not UNSET
