"""A clock that tests drive."""

from __future__ import annotations

import pytest

from replicate import _blocking


class Clock:
    """Time that passes in pauses only."""

    def __init__(self):
        self.now = 1000.0
        self.pauses = []

    def monotonic(self):
        return self.now

    async def sleep(self, seconds):
        self.pauses.append(seconds)
        self.now += seconds


@pytest.fixture
def clock():
    clock = Clock()
    _blocking.set_clock(clock)
    yield clock
    _blocking.set_clock(None)
