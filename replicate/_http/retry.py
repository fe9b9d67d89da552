"""Which failures are worth another attempt, and after how long. Pure decisions, no I/O.

A request that may have started a prediction is never sent twice: Replicate has no
idempotency key, so a repeated create can be a second paid run.
"""

from __future__ import annotations

import math
import random
import re
import time
from typing import TYPE_CHECKING, Any

from .._guards import is_object

if TYPE_CHECKING:
    from collections.abc import Mapping

SAFE_METHODS = frozenset({"GET", "HEAD", "DELETE", "QUERY", "OPTIONS"})
"""Methods that can be repeated: they create nothing."""

TRANSIENT_STATUS_CODES = frozenset({408, 429, 500, 502, 503, 504})
"""Answers that a later attempt may not get."""

MAX_WAIT = 60.0
"""Longest pause before an attempt, in seconds, whatever the server asks for."""

FIRST_WAIT = 0.25
"""Upper bound of the first unadvised pause, in seconds; it doubles with each attempt."""


def may_repeat(status: int, *, safe: bool) -> bool:
    """Say whether a request that was answered with this status can be sent again.

    429 means that the request was turned away, so that even a create has not started.
    """
    return status == 429 or (safe and status in TRANSIENT_STATUS_CODES)


def wait_before(attempt: int, advised: float | None = None) -> float:
    """Return the seconds to pause before attempt number `attempt` (the first retry is 1).

    The server's advice is taken as it is, up to `MAX_WAIT`. Without one the pause is
    exponential with full jitter, which spreads clients out best
    (https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/).
    """
    if advised is not None:
        return min(advised, MAX_WAIT)
    bound = min(FIRST_WAIT * 2 ** min(attempt - 1, 30), MAX_WAIT)
    return random.uniform(0, bound)  # noqa: S311 - spreads load, keeps no secret


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
