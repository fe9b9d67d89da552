"""How the thread of a model sleeps on the sandbox's clock."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Optional

if TYPE_CHECKING:
    from .timeline import Timeline, Timer


class Nap:
    """The sleep of a thread on the clock. All but `wait` happens on the sandbox's loop."""

    def __init__(self, clock: Timeline, seconds: float) -> None:
        self._clock = clock
        self._seconds = seconds
        self._timer: Optional[Timer] = None
        self._over = threading.Event()

    def begin(self) -> None:
        """Begin, unless it has been ended before."""
        if not self._over.is_set():
            self._timer = self._clock.call_later(self._seconds, self.end)
            self._clock.work(-1)

    def end(self) -> None:
        """Wake the sleeper."""
        if self._timer is not None and not self._over.is_set():
            self._timer.cancel()
            self._clock.work(1)
        self._over.set()

    def wait(self) -> None:
        """Sleep."""
        self._over.wait()
