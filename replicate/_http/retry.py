"""Which failures are worth another attempt, and after how long. Pure decisions, no I/O.

A request that may have started a prediction is never sent twice: Replicate has no
idempotency key, so a repeated create can be a second paid run.
"""

from __future__ import annotations

import random

SAFE_METHODS = frozenset({"GET", "HEAD", "DELETE", "QUERY", "OPTIONS"})
"""Methods that can be repeated: they create nothing."""

TRANSIENT_STATUS_CODES = frozenset({408, 429, 500, 502, 503, 504})
"""Statuses of failures that may have passed when the request is repeated."""

MAX_WAIT = 60.0
"""Longest pause before an attempt, in seconds. If a server asks for more, the call ends at once."""

FIRST_WAIT = 0.25
"""Upper bound of the first pause, in seconds, if the server asks for none; it doubles each time."""


def may_repeat(status: int, *, safe: bool) -> bool:
    """Say whether a request that was answered with this status can be sent again.

    429 means that the server did not look at the request: even a create has started nothing.
    """
    return status == 429 or (safe and status in TRANSIENT_STATUS_CODES)


def wait_before(attempt: int, advised: float | None = None) -> float:
    """Return the seconds to pause before attempt number `attempt` (the first retry is 1).

    The server's advice is taken as it is. Without one the pause is exponential with full
    jitter, which spreads clients out best
    (https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/).
    """
    if advised is not None:
        return advised
    bound = min(FIRST_WAIT * 2 ** min(attempt - 1, 30), MAX_WAIT)
    return random.uniform(0, bound)  # noqa: S311 - spreads load, keeps no secret
