"""A driven clock under the clients of this process."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import TYPE_CHECKING, Optional

from replicate import _blocking

if TYPE_CHECKING:
    from concurrent.futures import Future

    from .clock import Clock


class _Clients:
    """Puts a driven clock under the clients of this process: one at a time."""

    def __init__(self) -> None:
        self._clock: Optional[Clock] = None
        self._lock = threading.Lock()

    def take(self, clock: Clock) -> None:
        """Put a clock under the clients.

        Raises:
            RuntimeError: Another one is there.
        """
        with self._lock:
            if self._clock not in (None, clock):
                raise RuntimeError(
                    "another sandbox drives the time of this process's clients:"
                    " stop it, or call its clock.release(), before"
                )
            self._clock = clock
            _blocking.set_clock(self)

    def give_back(self, clock: Clock) -> None:
        """Give the clients the machine's time again."""
        with self._lock:
            if self._clock is clock:
                self._clock = None
                _blocking.set_clock(None)

    def monotonic(self) -> float:
        """Return seconds that only go up."""
        clock = self._clock
        return time.monotonic() if clock is None else clock.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Pause a client, in a blocking call without suspending."""
        clock = self._clock
        if clock is not None:
            await clock.pause(seconds)


clients: _Clients = _Clients()


def running_loop() -> Optional[asyncio.AbstractEventLoop]:
    """Return the event loop of asyncio that runs in this thread."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


async def across(future: Future[None]) -> None:
    """Await what another thread's loop does, in asyncio or Trio."""
    if running_loop() is not None:
        await asyncio.wrap_future(future)
        return
    import anyio.to_thread

    try:
        await anyio.to_thread.run_sync(future.result, abandon_on_cancel=True)
    finally:
        future.cancel()
