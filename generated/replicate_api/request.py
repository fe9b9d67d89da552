# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
"""Write requests: paths, query and header values, JSON and multipart bodies."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any, Dict, List, Mapping, Optional, Tuple, Union
from urllib.parse import parse_qs, quote, urlsplit

from . import errors
from .base import Json, plain

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

__all__ = ("form", "json_fields", "moment", "page", "path", "strings")


def path(template: str, /, **segments: Any) -> str:
    """Fill in a path; every value is one segment of it, whatever characters it has.

    Raises:
        ValueError: If a value is None or empty, or `.` or `..`, which lead to another resource.
    """
    for name, value in segments.items():
        if value is None or str(value) in ("", ".", ".."):
            raise errors.invalid_argument(f"{name} must name something, not {value!r}")
    quoted = {name: quote(_string(value), safe="") for name, value in segments.items()}
    return template.format(**quoted)


def strings(values: Mapping[str, Any]) -> Dict[str, Any]:
    """Return query parameters or headers as strings, without those that are None."""
    return {name: _string(value) for name, value in values.items() if value is not None}


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
    """Return the fields of a JSON body, without those that are None."""
    return {name: plain(value) for name, value in values.items() if value is not None}


def form(values: Mapping[str, Any], files: Mapping[str, Any]) -> List[Tuple[str, Any]]:
    """Return the parts of a form, without those that are None: first plain values, then files.

    Parts without a file name get no content type either: that is how the API's own clients send
    them.

    Raises:
        ValueError: If the name or the media type of a file does not end on its line.
    """
    parts: List[Tuple[str, Any]] = []
    for name, value in values.items():
        if value is not None:
            text = value if isinstance(value, str) else json.dumps(plain(value))
            parts.append((name, (None, text.encode())))
    return parts + [(name, _one_line(name, f)) for name, f in files.items() if f is not None]


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


def moment(name: str, value: Any) -> Optional[str]:
    """Return a point in time as text; text, such as a `Timestamp`, as it is.

    Raises:
        TypeError: It is neither.
        ValueError: It has no time zone.
    """
    if value is None or isinstance(value, str):
        return value
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
    return value.isoformat() if isinstance(value, datetime) else str(value)
