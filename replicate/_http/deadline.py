"""The total time a call may take, seen by everything that runs inside it.

A deadline is ambient, like the blocking mode: `run(timeout=...)` opens one, and every
request, retry and poll below it ends in time without passing a number along.
"""

from __future__ import annotations

import math
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, TypeVar

from .._blocking import is_blocking, monotonic, sleep
from ..exceptions import DeadlineExceededError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Generator

T = TypeVar("T")

_deadline: ContextVar[float | None] = ContextVar("replicate_deadline", default=None)


CLOCK_MARGIN = 0.01
"""Seconds below which a deadline counts as reached: timers and clocks differ a little."""


def deadline_exceeded() -> DeadlineExceededError:
    """Create the error for a deadline that was reached."""
    return DeadlineExceededError(
        title="Deadline exceeded", detail="The time given as timeout= ran out."
    )


async def pause(seconds: float) -> None:
    """Sleep, but not past the deadline.

    Raises:
        DeadlineExceededError: The deadline comes first.
    """
    left = remaining()
    if left is not None and left - CLOCK_MARGIN <= seconds:
        await sleep(left)
        raise deadline_exceeded()
    await sleep(seconds)


def remaining() -> float | None:
    """Return the seconds left, at least 0, or None where there is no deadline."""
    end = _deadline.get()
    return None if end is None else max(0.0, end - monotonic())


def check_deadline() -> None:
    """Raise, before anything is sent that nobody would wait for.

    Raises:
        DeadlineExceededError: The deadline is reached.
    """
    left = remaining()
    if left is not None and left < CLOCK_MARGIN:
        raise deadline_exceeded()


async def within_deadline(step: Awaitable[T]) -> T:
    """Await something that may be waiting for ever; a blocking call looks at the time itself.

    Raises:
        DeadlineExceededError: The deadline comes first.
    """
    left = remaining()
    if left is None or is_blocking():
        return await step
    import anyio

    with anyio.move_on_after(left):
        return await step
    raise deadline_exceeded()


@contextmanager
def deadline(seconds: float | None) -> Generator[None, None, None]:
    """Let the enclosed calls take a number of seconds in all; an outer deadline still holds.

    With 0 or less, which is what is left of a time that is over, nothing is sent.

    Raises:
        TypeError: It is no number.
        ValueError: It is NaN.
    """
    if seconds is None or _number(seconds) == math.inf:
        yield
        return
    end = monotonic() + seconds
    outer = _deadline.get()
    token = _deadline.set(end if outer is None else min(end, outer))
    try:
        yield
    finally:
        _deadline.reset(token)


def _number(seconds: float) -> float:
    message = f"timeout must be a number of seconds or None, not {seconds!r}"
    try:
        if math.isnan(seconds):
            raise ValueError(message)
    except TypeError:
        raise TypeError(message) from None
    return seconds


@contextmanager
def no_deadline() -> Generator[None, None, None]:
    """Let clean-up that follows a missed deadline run in its own time."""
    token = _deadline.set(None)
    try:
        yield
    finally:
        _deadline.reset(token)
