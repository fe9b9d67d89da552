"""The total time a call may take, seen by everything that runs inside it.

A deadline is a context variable, like the blocking mode: `run(timeout=...)` sets it, and every
request, retry and poll inside reads it. No function passes a number along.
"""

from __future__ import annotations

import math
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Callable, Optional, TypeVar

from .._blocking import is_blocking, monotonic, set_back, sleep
from .._log import logger
from ..exceptions import DeadlineExceededError
from . import loops

if TYPE_CHECKING:
    from collections.abc import Awaitable, Coroutine, Generator

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


# Not a function in Python: every piece of a body asks.
deadline_or_none: Callable[[], Optional[float]] = _deadline.get
"""Return the deadline on the monotonic clock; None if there is none."""


def remaining() -> float | None:
    """Return the seconds left, at least 0, or None where there is no deadline."""
    end = _deadline.get()
    return None if end is None else max(0.0, end - monotonic())


def check_deadline() -> None:
    """Check, before something is sent, that its caller still waits for it.

    Raises:
        DeadlineExceededError: The deadline is reached.
    """
    left = remaining()
    if left is not None and left < CLOCK_MARGIN:
        raise deadline_exceeded()


async def within_deadline(step: Awaitable[T]) -> T:
    """Await something that may take for ever, but not past the deadline.

    In a blocking call, sockets keep to the deadline (see `timed.py`).

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


def end_of(seconds: float | None) -> float | None:
    """Return the time on the monotonic clock at which so many seconds from now are over.

    Raises:
        TypeError: It is no number.
        ValueError: It is NaN.
    """
    if seconds is None or _number(seconds) == math.inf:
        return None
    return monotonic() + seconds


class until:  # noqa: N801 - reads as a phrase: `with until(end):`
    """Let the enclosed calls end by a time on the monotonic clock; an outer deadline still holds.

    Once the time is over, nothing is sent.
    """

    __slots__ = ("_end", "_token")

    def __init__(self, end: float | None) -> None:
        self._end = end

    def __enter__(self) -> None:
        outer = _deadline.get()
        end = self._end
        if end is None or (outer is not None and outer < end):
            end = outer
        self._token = _deadline.set(end)

    def __exit__(self, *_: object) -> None:
        set_back(_deadline, self._token)


def deadline(seconds: float | None) -> until:
    """Let the enclosed calls take a number of seconds in all; an outer deadline still holds.

    Raises:
        TypeError: It is no number.
        ValueError: It is NaN.
    """
    return until(end_of(seconds))


def _number(seconds: float) -> float:
    message = f"timeout must be a number of seconds or None, not {seconds!r}"
    try:
        if math.isnan(seconds):
            raise ValueError(message)
    except TypeError:
        raise TypeError(message) from None
    return seconds


@contextmanager
def own_time(seconds: float) -> Generator[None, None, None]:
    """Let the enclosed calls take so many seconds, whatever deadline holds outside."""
    token = _deadline.set(monotonic() + seconds)
    try:
        yield
    finally:
        set_back(_deadline, token)


async def finish(action: Callable[[], Coroutine[Any, Any, None]], seconds: float) -> bool:
    """Do something, such as a cancel, though the caller is being ended.

    In asyncio the action is a task of its own. If the caller is canceled once more, the action goes
    on, and the cancellation is raised after it. If a loop that ends cancels the action too, it is
    started anew: so it must do no harm to run it twice.

    Args:
        action: What to do.
        seconds: How long it may take.

    Returns:
        Whether it was done. A failure is logged and not raised: the caller gets the error that
        ends it.
    """
    try:
        with own_time(seconds):
            if is_blocking():
                await action()
            elif loops.in_trio():
                import anyio

                with anyio.move_on_after(seconds, shield=True) as scope:
                    await action()
                return not scope.cancelled_caught
            else:
                await _finish_in_task(action)
    except Exception as failure:  # noqa: BLE001 - see above
        logger.info("clean-up failed: %s", failure)
        return False
    return True


async def _finish_in_task(action: Callable[[], Coroutine[Any, Any, None]]) -> None:
    import asyncio

    async def insist() -> None:
        while True:
            try:
                await within_deadline(action())
            except asyncio.CancelledError:  # noqa: PERF203 - as often as it takes
                check_deadline()
            else:
                return

    task = asyncio.ensure_future(insist())
    canceled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as again:  # noqa: PERF203 - as often as it comes
            canceled = again
    if canceled is not None:
        if not task.cancelled():
            task.exception()  # asyncio would log an exception that nobody looks at
        raise canceled
    task.result()
