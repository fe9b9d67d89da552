"""Deciding how many runs of a batch may be under way, and when to create the next. Pure, no I/O.

The limit is halved when the API refuses a create for its rate limit. Accepted creates raise it: by
one after eight creates if it is eight. TCP controls congestion in the same way (RFC 5681, section
3.1). So the limit finds the rate that the account is allowed, and follows it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Optional

from .._http import retry

if TYPE_CHECKING:
    from collections.abc import Mapping


class Pace:
    """What is known of the rate limit."""

    def __init__(self, most: int, patience: int) -> None:
        """Create a pace.

        Args:
            most: How many runs may be under way at most.
            patience: How many rounds in which all creates are refused the batch endures.
        """
        self.limit: float = float(most)
        """How many runs may be under way now, rounded down."""
        self._most = most
        self._patience = patience
        self._rounds = 0
        """Rounds of refused creates since the last accepted one."""
        self._round_began = -math.inf
        self._resumes = -math.inf
        """When the API allows creates again, according to its refusals."""
        self._left = math.inf
        self._renewed = -math.inf
        """When the number of creates that are left is renewed, according to the API's headers."""

    def wait(self, running: int, now: float) -> Optional[float]:
        """Return the seconds until one more run may be created; None while too many run."""
        if running >= int(self.limit):
            return None
        allowed = max(self._resumes, self._renewed if self._left < 1 else -math.inf)
        return max(0.0, allowed - now)

    def sent(self) -> None:
        """Note that a create is about to be sent."""
        self._left -= 1

    def accepted(self, headers: Mapping[str, str], now: float) -> None:
        """Note that the API has accepted a create.

        Args:
            headers: The headers of the answer. `ratelimit-remaining` and `ratelimit-reset` say how
                many creates are left for how many seconds.
            now: The time.
        """
        self._rounds = 0
        self.limit = min(self._most, self.limit + 1 / self.limit)
        left, seconds = _number(headers, "remaining"), _number(headers, "reset")
        if left is None or seconds is None:
            return
        # Answers may overtake each other: within one period, the lowest number is the newest.
        self._left = min(left, self._left) if now < self._renewed else left
        self._renewed = now + min(seconds, retry.MAX_WAIT)  # a longer one may be a point in time

    def refused(self, sent_at: float, advised: Optional[float], now: float) -> bool:
        """Note that a create could not be sent, or was refused for the rate limit.

        Args:
            sent_at: When it was sent. Creates sent before the last refusal are of the same round.
            advised: Seconds for which the API asks to wait, if it does.
            now: The time.

        Returns:
            Whether to send it again.
        """
        if sent_at > self._round_began:
            self._rounds += 1
            self._round_began = now
            self.limit = max(1.0, self.limit / 2)
        self._resumes = max(self._resumes, now + retry.wait_before(max(1, self._rounds), advised))
        return self._rounds <= self._patience


def _number(headers: Mapping[str, str], name: str) -> Optional[float]:
    try:
        number = float(headers.get(f"ratelimit-{name}", ""))
    except ValueError:
        return None
    return number if math.isfinite(number) else None
