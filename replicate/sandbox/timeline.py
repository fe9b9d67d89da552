"""How the time of a sandbox goes on, and what happens in it.

A driven clock stands still. It moves on when somebody waits for it to do so (a client that
pauses between two polls, a request that is held, a reader of a stream, `settle`) and nobody has
anything left to do: then it jumps to the next moment at which something happens. So the order of
things is what it would be in real time, and nothing takes longer than its work.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from typing import Callable, Dict, Generator, List, NamedTuple, Optional, Tuple

from . import wire

TURNS = 12
"""Turns of the event loop in which what is ready to run has run, and what that made ready."""

QUIET = 0.02
"""Seconds that a client, which has just got an answer, has before time goes on without it."""

GLANCE = 0.004
"""The same for a reader of a stream after each piece: most only read on."""

PATIENCE = 2.0
"""Seconds that `advance` gives a model which computes."""

FOREVER = 1 << 62
"""Longer than everything, in nanoseconds."""


class Timer:
    """A call at some time. `limit` is set for pauses of clients, which may last longer."""

    __slots__ = ("_all", "at", "callback", "limit")

    def __init__(
        self,
        timers: Dict[Timer, None],
        at: int,
        callback: Callable[[], object],
        limit: Optional[int],
    ) -> None:
        self.at: int = at
        self.callback: Callable[[], object] = callback
        self.limit: Optional[int] = limit
        self._all = timers
        timers[self] = None

    def cancel(self) -> None:
        """Do not call."""
        self._all.pop(self, None)


class _Moment(NamedTuple):
    """Now, on the calendar and since some time in the past, in nanoseconds."""

    calendar: int
    steady: int


class Timeline:
    """A time, what is to happen in it, and what moves it. All on the sandbox's event loop."""

    def __init__(self) -> None:
        self._loop: Optional[asyncio.AbstractEventLoop] = None
        self._ahead = _Moment(0, 0)
        self._stopped_at: Optional[_Moment] = None
        self._auto = True
        self._timers: Dict[Timer, None] = {}
        self._alarm: Optional[asyncio.TimerHandle] = None
        self._alarm_at = 0
        self._engine: Optional[asyncio.Task[None]] = None
        self._change: Optional[asyncio.Future[None]] = None
        self._targets: List[Tuple[int, asyncio.Future[None]]] = []
        self._waiting = 0
        self._busy = 0
        self._awake = 0
        self._grace = QUIET
        self._since = 0.0

    @property
    def driven(self) -> bool:
        """Whether time stands still until somebody waits for it."""
        return self._stopped_at is not None

    def monotonic(self) -> float:
        """Return seconds that only go up."""
        return self._moment().steady / wire.NANOSECONDS

    def nanoseconds(self) -> int:
        """Return the time since the epoch."""
        return self._moment().calendar

    def call_later(self, seconds: float, callback: Callable[[], object]) -> Timer:
        """Call after some time."""
        return self._add(to_nanoseconds(seconds), callback, None)

    async def wait(self, seconds: float) -> None:
        """Wait inside the sandbox."""
        done = asyncio.get_running_loop().create_future()
        timer = self.call_later(seconds, lambda: resolve(done))
        try:
            with self.idle():
                await done
        finally:
            timer.cancel()

    @contextlib.contextmanager
    def busy(self) -> Generator[None, None, None]:
        """Keep the time while this is going on."""
        self.work(1)
        try:
            yield
        finally:
            self.work(-1)

    @contextlib.contextmanager
    def idle(self) -> Generator[None, None, None]:
        """Within `busy`: let time go on meanwhile, if somebody waits for it."""
        self.work(-1)
        try:
            yield
        finally:
            self.work(1)

    @contextlib.contextmanager
    def held(self) -> Generator[None, None, None]:
        """Within `busy`: let time go on meanwhile for the client of this request."""
        with self.idle(), self.awaited():
            yield

    @contextlib.contextmanager
    def awaited(self) -> Generator[None, None, None]:
        """Let time go on meanwhile: somebody outside of the sandbox waits for it."""
        self._waiting += 1
        self._poke()
        try:
            yield
        finally:
            self._waiting -= 1

    def took_over(self) -> None:
        """Note that a client has come back: with a request, or to wait."""
        self._awake = max(0, self._awake - 1)

    def handed_over(self, seconds: float = QUIET) -> None:
        """Note that a client got something, and may be about to do the next thing."""
        self._grace = max(self._grace, seconds) if self._awake else seconds
        self._awake += 1
        self._poke()

    # --- moving --------------------------------------------------------------------------------

    def _moment(self) -> _Moment:
        if self._stopped_at is not None:
            return self._stopped_at
        ahead = self._ahead
        return _Moment(time.time_ns() + ahead.calendar, time.monotonic_ns() + ahead.steady)

    def _stop(self, *, auto: bool) -> None:
        self._auto = auto
        if self._stopped_at is None:
            self._stopped_at = self._moment()
        if self._loop is not None:
            self._arm()
            self._start_engine()
        self._poke()

    def _go_on(self) -> None:
        moment, self._stopped_at = self._stopped_at, None
        if moment is not None:
            self._ahead = _Moment(
                moment.calendar - time.time_ns(), moment.steady - time.monotonic_ns()
            )
        if self._engine is not None:
            self._engine.cancel()
            self._engine = None
        if self._loop is not None:
            self._arm()

    def _start_engine(self) -> None:
        if self._engine is None:
            assert self._loop is not None
            self._engine = self._loop.create_task(self._run())

    async def _run(self) -> None:
        while True:
            if self._next() is None:
                await self._changed(None)
            elif await self._is_quiet():
                moment = self._next()
                if moment is not None:
                    self._move(moment)

    def _next(self) -> Optional[int]:
        """Return the moment that the clock should move to, if somebody wants it to move."""
        targets = [at for at, _ in self._targets]
        if not (targets or (self._auto and self._waiting)):
            return None
        now = self._moment().steady
        if any(timer.at <= now for timer in self._timers):
            return now
        events = [timer.at for timer in self._timers if timer.limit is None] + targets
        if self._busy or not events:  # a model that computes may put out something at any time
            return min([*targets, *(timer.at for timer in self._timers)], default=None)
        pauses = [max(t.at, min(t.limit, *events)) for t in self._timers if t.limit is not None]
        return min(events + pauses)

    async def _is_quiet(self) -> bool:
        """Wait until nobody has anything to do, or as long as that takes in real time too."""
        for _ in range(TURNS):
            await asyncio.sleep(0)
        if not (self._busy or self._awake):
            return True
        moment = self._next()
        if moment is None:
            return False
        if not self._busy:
            if not await self._changed(self._grace):
                self._awake = 0
            return False
        left = (moment - self._moment().steady) / wire.NANOSECONDS
        if self._targets:
            left = min(left, PATIENCE)
        return not await self._changed(self._since + left - time.monotonic())

    async def _changed(self, seconds: Optional[float]) -> bool:
        """Wait for a change; tell whether there was one in time."""
        self._change = asyncio.get_running_loop().create_future()
        try:
            await asyncio.wait_for(self._change, seconds)
        except asyncio.TimeoutError:
            return False
        finally:
            self._change = None
        return True

    def _poke(self) -> None:
        if self._change is not None and not self._change.done():
            self._change.set_result(None)

    def work(self, difference: int) -> None:
        """Note that more, or less, is going on in the sandbox."""
        if not self._busy:
            self._since = time.monotonic()
        self._busy += difference
        self._poke()

    def _move(self, steady: int) -> None:
        assert self._stopped_at is not None
        here = self._stopped_at
        way = max(0, steady - here.steady)
        self._stopped_at = _Moment(here.calendar + way, here.steady + way)
        self._since = time.monotonic()
        due = self._due()
        # A client that pauses until now is to find what happens now.
        self._fire([timer for timer in due if timer.limit is None] or due)
        if due:
            return
        for at, future in list(self._targets):
            if at <= self._stopped_at.steady:
                self._targets.remove((at, future))
                resolve(future)

    async def _settled(self) -> None:
        """Wait until what has just begun is done, but not for ever."""
        end = time.monotonic() + PATIENCE
        while True:
            for _ in range(TURNS):
                await asyncio.sleep(0)
            if not self._busy or time.monotonic() > end:
                return
            await asyncio.sleep(0.001)

    # --- timers --------------------------------------------------------------------------------

    def _add(self, length: int, callback: Callable[[], object], limit: Optional[int]) -> Timer:
        timer = Timer(self._timers, self._moment().steady + length, callback, limit)
        if self._alarm is None or timer.at < self._alarm_at:
            self._arm()
        self._poke()
        return timer

    def _due(self) -> List[Timer]:
        now = self._moment().steady
        return sorted((timer for timer in self._timers if timer.at <= now), key=lambda t: t.at)

    def _fire(self, timers: List[Timer]) -> None:
        for timer in timers:
            if timer in self._timers:  # not canceled by one before it
                timer.cancel()
                timer.callback()

    def _ring(self) -> None:
        self._fire(self._due())
        self._arm()

    def _arm(self) -> None:
        """On a clock that goes by itself, call back when the first timer is due."""
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        if self.driven or self._loop is None or not self._timers:
            return
        self._alarm_at = min(timer.at for timer in self._timers)
        left = (self._alarm_at - self._moment().steady) / wire.NANOSECONDS
        self._alarm = self._loop.call_later(max(0.0, left), self._ring)


def to_nanoseconds(seconds: float) -> int:
    """Return a length of time.

    Raises:
        ValueError: if it is negative, or none.
    """
    if math.isnan(seconds) or seconds < 0:
        raise ValueError(f"seconds must be a number of at least 0, not {seconds}")
    return int(min(seconds * wire.NANOSECONDS, FOREVER))


def resolve(future: asyncio.Future[None]) -> bool:
    """Wake who awaits a future; tell whether somebody could."""
    if future.done():
        return False
    future.set_result(None)
    return True
