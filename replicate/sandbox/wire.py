"""How values look on the wire: ids, timestamps, durations, JSON, problems and pages."""

from __future__ import annotations

import base64
import json
import math
import re
import secrets
import time
from datetime import datetime, timedelta, timezone
from typing import (
    TYPE_CHECKING,
    Any,
    Callable,
    Dict,
    List,
    Mapping,
    Optional,
    Sequence,
    TypeVar,
    Union,
    cast,
)

from starlette.responses import JSONResponse, Response

if TYPE_CHECKING:
    from starlette.requests import Request

T = TypeVar("T")

NANOSECONDS = 1_000_000_000
BODY_LIMIT = 20 << 20
"""Larger bodies were refused when users reported it (2023 and 2024); no page documents it."""
DEPTH_LIMIT = 500
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|h|m|s)")


class Problem(Exception):  # noqa: N818 - the name of the media type it is sent as
    """An answer of the kind `application/problem+json`."""

    def __init__(
        self,
        status: int,
        detail: Optional[str] = None,
        *,
        title: Optional[str] = None,
        headers: Optional[Mapping[str, str]] = None,
        with_status: bool = True,
        **more: Any,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.headers = headers
        self.body: Dict[str, Any] = {}
        if title is not None:
            self.body["title"] = title
        if detail is not None:
            self.body["detail"] = detail
        if with_status:  # the files service leaves it out
            self.body["status"] = status
        self.body.update(more)

    def response(self) -> Response:
        """Render the problem, with the newline that the API puts at its end."""
        return Response(
            json.dumps(self.body, separators=(",", ":")) + "\n",
            self.status,
            self.headers,
            media_type="application/problem+json",
        )


def not_found() -> Problem:
    """Return the API's usual 404."""
    return Problem(404, "The requested resource could not be found.")


class Answer(JSONResponse):
    """JSON as the API sends it: not escaped, and able to hold what models put out."""

    def render(self, content: Any) -> bytes:
        """Encode compactly; lone surrogates, which UTF-8 has no bytes for, become `?`."""
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        return text.encode("utf-8", "replace")


async def json_object(request: Request) -> Dict[str, Any]:
    """Read the request's body as one JSON object."""
    raw, size = bytearray(), 0
    async for chunk in request.stream():  # to its end: who can't send it all sees another error
        size += len(chunk)
        if size <= BODY_LIMIT:
            raw += chunk
    if size > BODY_LIMIT:
        raise Problem(
            413,
            f"The request body is larger than {BODY_LIMIT >> 20} MiB: upload large files, or give"
            " their URLs.",
            title="Request entity too large",
        )
    try:
        body = parse_json(bytes(raw) or b"{}")
    except ValueError as error:
        raise Problem(
            400, f"The request body is not valid JSON: {error}", title="Bad request"
        ) from None
    if not isinstance(body, dict):
        raise Problem(400, "The request body must be a JSON object.", title="Bad request")
    return cast("Dict[str, Any]", body)


def parse_json(raw: Union[bytes, str]) -> Any:
    """Read JSON by its standard, which knows neither `NaN` nor numbers beyond a double.

    Raises:
        ValueError: if the text is no JSON, or so deep that nobody could write it back.
    """
    try:
        value = json.loads(raw, parse_constant=_finite, parse_float=_finite)
    except RecursionError:
        raise ValueError("exceeded max depth") from None
    layer: List[Any] = [value]
    for _ in range(DEPTH_LIMIT):
        layer = [inner for item in layer for inner in _inside(item)]
        if not layer:
            return value
    raise ValueError("exceeded max depth")


def _inside(value: Any) -> List[Any]:
    whole: Any = value
    if isinstance(value, dict):
        return list(whole.values())
    return whole if isinstance(value, list) else []


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is not a number of JSON")
    return number


def empty_dict() -> Dict[str, Any]:
    """Return a new dict; to type checkers `dict` alone is one of unknown things."""
    return {}


def empty_list() -> List[Any]:
    """Return a new list."""
    return []


def now() -> int:
    """Return the time in nanoseconds since the epoch."""
    return time.time_ns()


def timestamp(nanoseconds: int, digits: int = 9) -> str:
    """Write a time the way the API does: in UTC, without trailing zeros of the fraction."""
    seconds, rest = divmod(nanoseconds, NANOSECONDS)
    moment = EPOCH + timedelta(seconds=seconds)
    fraction = f"{rest:09d}"[:digits].rstrip("0")
    return f"{moment:%Y-%m-%dT%H:%M:%S}{'.' if fraction else ''}{fraction}Z"


def parse_timestamp(text: str) -> int:
    """Read an RFC 3339 time into nanoseconds since the epoch.

    Raises:
        ValueError: if the text is no such time.
    """
    match = re.match(
        r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|z|[+-]\d\d:?\d\d)?$",
        text.strip(),
    )
    if match is None:
        if re.match(r"\d{4}-\d\d-\d\d$", text):
            return parse_timestamp(f"{text}T00:00:00Z")
        raise ValueError(f"{text!r} is not an RFC 3339 time")
    day, clock, fraction, zone = match.groups()
    moment = datetime.strptime(f"{day}T{clock}+0000", "%Y-%m-%dT%H:%M:%S%z")
    seconds = (moment - EPOCH) // timedelta(seconds=1)
    if zone and zone not in "Zz":
        offset = 3600 * int(zone[1:3]) + 60 * int(zone[-2:])
        seconds -= offset if zone[0] == "+" else -offset
    return seconds * NANOSECONDS + int((fraction or "0").ljust(9, "0"))


def parse_duration(text: str) -> float:
    """Read `90`, `90s`, `5m` or `1h30m45s` as seconds.

    Raises:
        ValueError: if the text is no such duration.
    """
    text = text.strip()
    if re.match(r"\d+(\.\d+)?$", text):
        return float(text)
    if not text or _DURATION.sub("", text):
        raise ValueError(f"{text!r} is not a duration")
    return sum(float(number) * _UNITS[unit] for number, unit in _DURATION.findall(text))


def new_id(size: int = 16) -> str:
    """Return a random id of lower-case letters and digits: 26 characters for 16 bytes."""
    return base64.b32encode(secrets.token_bytes(size)).decode().rstrip("=").lower()


def page(
    items: Sequence[T],
    request: Request,
    *,
    size: int,
    key: Callable[[T], str],
    render: Callable[[T], Any],
) -> Answer:
    """Answer with one page of a list.

    Cursors name the item they start beside rather than a position, so that a page stays
    where it is while new items arrive in front of it.
    """
    keys = [key(item) for item in items]
    start = 0
    cursor = request.query_params.get("cursor")
    if cursor is not None:
        start = _position(cursor, keys, size)
    stop = min(start + size, len(items))
    here = str(request.url.replace(query=None))
    links: List[Optional[str]] = [
        f"{here}?{_with_cursor(request, 'n', keys[stop - 1])}" if stop < len(items) else None,
        f"{here}?{_with_cursor(request, 'p', keys[start])}" if start > 0 else None,
    ]
    return Answer(
        {
            "next": links[0],
            "previous": links[1],
            "results": [render(item) for item in items[start:stop]],
        }
    )


def _position(cursor: str, keys: Sequence[str], size: int) -> int:
    try:
        direction, anchor = base64.urlsafe_b64decode(cursor).decode().split(":", 1)
        position = keys.index(anchor)
    except ValueError:
        raise Problem(400, "Invalid cursor", title="Bad request") from None
    return position + 1 if direction == "n" else max(position - size, 0)


def _with_cursor(request: Request, direction: str, key: str) -> str:
    cursor = base64.urlsafe_b64encode(f"{direction}:{key}".encode()).decode()
    return str(request.url.include_query_params(cursor=cursor).query)
