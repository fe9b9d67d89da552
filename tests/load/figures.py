"""What this process uses, as far as the operating system tells."""

from __future__ import annotations

import gc
import os
import sys
import threading
import time
from pathlib import Path

PROC = Path("/proc/self")
HAS_PROC = (PROC / "fd").is_dir()


def memory(field="VmRSS"):
    """Return a figure of the memory in use, in bytes; `VmHWM` is the highest so far."""
    for line in (PROC / "status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) * 1024
    raise LookupError(field)


def blocks():
    """Return how many blocks of memory Python's objects have, 0 where that cannot be known.

    Unlike the memory in use it has nothing of what the allocator keeps for later: an object
    that each call leaves behind is one block more for each call.
    """
    gc.collect()
    return getattr(sys, "getallocatedblocks", int)()


def descriptors():
    """Return what each open file descriptor is, by its number."""
    found = {}
    for name in os.listdir(PROC / "fd"):
        try:
            found[int(name)] = os.readlink(PROC / "fd" / name)
        except FileNotFoundError:  # closed meanwhile, as that of this listing always is
            continue
    return found


def sockets():
    """Return the number of open sockets, 0 where that cannot be known."""
    if not HAS_PROC:
        return 0
    return sum(target.startswith("socket:") for target in descriptors().values())


def settled(measure, bound, seconds=10.0):
    """Return a figure when it is no longer above a bound, or what it still is in the end.

    What was closed goes when the other side, or an idle thread, hears of it.
    """
    end = time.monotonic() + seconds
    while True:
        gc.collect()
        figure = measure()
        if figure <= bound or time.monotonic() > end:
            return figure
        time.sleep(0.02)


class Peak:
    """Measures again and again, in a thread, while a `with` block runs; `.value` is the highest."""

    def __init__(self, measure, every=0.01):
        self.value = 0
        self._measure, self._every = measure, every
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def _watch(self):
        while not self._done.wait(self._every):
            self.value = max(self.value, self._measure())

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._done.set()
        self._thread.join()
