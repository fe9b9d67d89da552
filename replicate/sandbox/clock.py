"""The time of a sandbox, as tests and clients see it."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Callable, Optional

from replicate import _blocking
from replicate._http.deadline import remaining

from . import wire
from .client_time import across, clients, running_loop
from .timeline import FOREVER, GLANCE, Timeline, resolve, to_nanoseconds

if TYPE_CHECKING:
    from concurrent.futures import Future


class Clock(Timeline):
    """The clock of a sandbox, `sandbox.clock`.

    These run on the clock: `current_prediction().sleep` in models, cold starts, `Cancel-After`,
    held requests, rate limits, pauses between webhooks, the removal of data after an hour, and the
    pauses and deadlines of this package's clients. These run in real time: code, `time.sleep` in a
    model, the delays of faults, and the timeouts of connections.

    Example:
        ```python
        with Sandbox() as sandbox:
            sandbox.clock.drive()
            client = sandbox.client()
            client.run("sandbox/primes", input={"limit": 10, "delay": 5})  # at once
            sandbox.clock.advance(3600)  # the data of the prediction is gone
        ```
    """

    # --- for everyone --------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        """The time, in UTC."""
        return wire.EPOCH + timedelta(microseconds=self.nanoseconds() // 1000)

    def drive(self, *, auto: bool = True) -> None:
        """Stop the clock, and move it from now on only when somebody waits.

        The pauses and deadlines of all clients in this process follow the clock.

        Args:
            auto: Whether the clock jumps ahead when somebody waits. Otherwise only `advance`
                moves it.

        Raises:
            RuntimeError: Another sandbox in this process drives the pauses of the clients.
        """

        def drive() -> None:
            if self._loop is not None:
                clients.take(self)
            self._stop(auto=auto)

        self._call(drive)

    def release(self) -> None:
        """Let the clock run again, from its present time."""
        self._call(self._go_on)
        clients.give_back(self)

    def advance(self, seconds: float) -> None:
        """Move the clock, and wait until everything that happens in that time has happened.

        A clock that is not driven moves too. In a coroutine use `aadvance`.

        Raises:
            RuntimeError: The sandbox is not running, or an event loop runs in this thread.
        """
        self._future(self._pass(to_nanoseconds(seconds)), "aadvance").result()

    async def aadvance(self, seconds: float) -> None:
        """Move the clock, and wait until everything that happens in that time has happened."""
        await across(self._future(self._pass(to_nanoseconds(seconds))))

    def sleep(self, seconds: float) -> None:
        """Sleep on this clock. In a test, replace `time.sleep` of an app by this method."""
        future = self._future(self._pause(to_nanoseconds(seconds), None), "asleep")
        try:
            future.result()
        except BaseException:
            future.cancel()
            raise

    async def asleep(self, seconds: float) -> None:
        """Sleep on this clock. In a test, replace `asyncio.sleep` of an app by this method."""
        await across(self._future(self._pause(to_nanoseconds(seconds), None)))

    # --- for clients of this process -----------------------------------------------------------

    async def pause(self, seconds: float) -> None:
        """Pause a client, in a blocking call without suspending.

        While nothing happens in the sandbox a pause between two polls lasts on, up to the
        deadline of the call: the poll would find nothing new.
        """
        left = remaining()
        limit = None if left is None else to_nanoseconds(max(left, seconds))
        try:
            future = self._future(self._pause(to_nanoseconds(seconds), limit, stretch=True))
        except RuntimeError:  # the sandbox has just stopped: the client will notice
            return
        if not _blocking.is_blocking():
            await across(future)
            return
        try:
            while not future.done() and _blocking.napped(GLANCE):
                pass  # what ends such pauses, ends this one
            future.result()
        except BaseException:
            future.cancel()
            raise

    # --- for the sandbox, on its loop ----------------------------------------------------------

    def open(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin, on the sandbox's loop."""
        self._loop = loop
        self._busy = self._waiting = self._awake = 0
        if self.driven:
            clients.take(self)
            self._start_engine()

    async def close(self) -> None:
        """End, and let go of who still waits."""
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.cancel()
            await asyncio.gather(engine, return_exceptions=True)
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        self._loop = None
        self._fire([timer for timer in self._timers if timer.limit is not None])
        self._timers.clear()
        targets, self._targets = self._targets, []
        for _, future in targets:
            future.cancel()
        clients.give_back(self)

    async def _pass(self, nanoseconds: int) -> None:
        """Move by a number of nanoseconds, one event after the other."""
        self.took_over()
        was_driven, auto = self.driven, self._auto
        if not was_driven:
            self._stop(auto=False)
        done = asyncio.get_running_loop().create_future()
        self._targets.append((self._moment().steady + nanoseconds, done))
        self._poke()
        try:
            await done
            await self._settled()
        finally:
            self.handed_over()
            if not (was_driven or self._targets):
                self._auto = auto
                self._go_on()

    async def _pause(self, length: int, limit: Optional[int], *, stretch: bool = False) -> None:
        self.took_over()
        done = asyncio.get_running_loop().create_future()

        def end() -> None:
            if resolve(done):
                self.handed_over()

        last = FOREVER if limit is None else self._moment().steady + limit
        at = self._moment().steady + length
        timer = self._add(length, end, last if stretch else at)
        try:
            with self.awaited():
                await done
        finally:
            timer.cancel()

    # --- threads -------------------------------------------------------------------------------

    def _call(self, function: Callable[[], None]) -> None:
        loop = self._loop
        if loop is None or running_loop() is loop:
            function()
            return

        async def call() -> None:
            function()

        asyncio.run_coroutine_threadsafe(call(), loop).result()

    def _future(self, coroutine: Any, instead: Optional[str] = None) -> Future[None]:
        reason = None
        if self._loop is None:
            reason = "the sandbox is not running: use it inside `with sandbox:`"
        elif instead is not None and running_loop() is not None:
            reason = f"an event loop runs in this thread: use `await sandbox.clock.{instead}()`"
        if self._loop is None or reason is not None:
            coroutine.close()
            raise RuntimeError(reason)
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)
