"""Rate limits: token buckets, and what the API says about them."""

from __future__ import annotations

import math
from typing import Dict, Optional

from .wire import Problem

_CREATES = frozenset(
    {"predictions.create", "models.predictions.create", "deployments.predictions.create"}
)


class RateLimit:
    """So many requests in so much time, after a burst of so many at once."""

    def __init__(self, requests: int, per: float, burst: Optional[int], *, header: bool) -> None:
        if not (requests > 0 and 0 < per < math.inf):
            raise ValueError(
                "a rate limit is a number of requests in a number of seconds, both above 0,"
                f" not {requests} in {per}"
            )
        if burst is not None and burst < 0:
            raise ValueError(f"burst is at least 0, not {burst}")
        self.requests = requests
        self.per = per
        self.burst: int = requests if burst is None else burst
        self.header = header
        self._tokens = float(self.burst)
        self._at: Optional[float] = None

    @property
    def remaining(self) -> int:
        """How many requests would pass now."""
        return int(self._tokens)

    def take(self, now: float) -> float:
        """Let a request pass, and return 0, or return in how many seconds one will."""
        rate = self.requests / self.per
        elapsed = 0.0 if self._at is None else now - self._at
        self._tokens = min(self.burst, self._tokens + elapsed * rate)
        self._at = now
        if self._tokens >= 1:
            self._tokens -= 1
            return 0.0
        return (1 - self._tokens) / rate


def pass_limit(limit: Optional[RateLimit], operation_id: str, now: float) -> Dict[str, str]:
    """Count a request and return the headers that tell about the limit.

    Raises:
        Problem: 429, if there were too many.
    """
    if operation_id.startswith("files."):
        return {}
    if operation_id not in _CREATES:
        allowed = 60000 if operation_id == "predictions.get" else 3000
        return {"ratelimit-remaining": str(allowed - 1), "ratelimit-reset": "1"}
    if limit is None:
        return {"ratelimit-remaining": "599", "ratelimit-reset": "1"}
    wait = limit.take(now)
    if wait:
        seconds = math.ceil(wait)
        minute = round(limit.requests * 60 / limit.per)
        raise Problem(
            429,
            "Request was throttled. Your rate limit for creating predictions is reduced to"
            f" {minute} requests per minute with a burst of {limit.burst} requests while you have"
            f" less than $5.0 in credit. Your rate limit resets in ~{seconds}s.",
            headers={"retry-after": str(seconds)} if limit.header else None,
            retry_after=seconds,
        )
    reset = math.ceil(limit.per / limit.requests)
    return {"ratelimit-remaining": str(limit.remaining), "ratelimit-reset": str(reset)}
