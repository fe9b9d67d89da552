"""How long a server asks to wait. Pure, no I/O."""

from __future__ import annotations

import math
import re
import time
from typing import TYPE_CHECKING, Any

from ._guards import is_object

if TYPE_CHECKING:
    from collections.abc import Mapping


def advised_wait(headers: Mapping[str, str], body: Any = None) -> float | None:
    """Read how many seconds the server asks to wait: `Retry-After`, else the body.

    Replicate's own throttling says so in the body only, as `retry_after` in seconds.
    """
    wait = parse_retry_after(headers.get("retry-after"))
    if wait is None and is_object(body):
        value = body.get("retry_after")
        if isinstance(value, (int, float, str)) and not isinstance(value, bool):
            wait = parse_retry_after(str(value))
    if wait is None and is_object(body):
        detail = body.get("detail")
        match = re.search(r"resets in ~?([\d.]+)s", detail) if isinstance(detail, str) else None
        wait = parse_retry_after(match.group(1)) if match else None
    return wait


def parse_retry_after(value: str | None) -> float | None:
    """Parse a `Retry-After` value, seconds or an HTTP date (RFC 9110, 10.2.3), to seconds."""
    if not value:
        return None
    value = value.strip()
    if re.fullmatch(r"\d+(\.\d+)?", value, re.ASCII):
        seconds = float(value)
        return seconds if math.isfinite(seconds) else None
    from email.utils import parsedate_to_datetime

    try:
        date = parsedate_to_datetime(value)
        return max(0.0, date.timestamp() - time.time())
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
