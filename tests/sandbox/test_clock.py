"""The time of the sandbox, and of the client whose pauses run on it."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Iterator, List

import anyio
import pytest

import replicate
from replicate import _blocking
from replicate._http.deadline import deadline, pause, remaining

SOURCES = Path(replicate.__file__).parent


class Counting:
    """A clock that goes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: List[float] = []

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def counting() -> Iterator[Counting]:
    clock = Counting()
    _blocking.set_clock(clock)
    yield clock
    _blocking.set_clock(None)


async def two_pauses() -> None:
    with deadline(100):
        await pause(30)
        assert remaining() == 70
        with pytest.raises(TimeoutError):
            await pause(80)


@pytest.mark.parametrize("run", [lambda f: _blocking.block(f()), anyio.run])
def test_the_clients_pauses_and_deadlines_run_on_one_clock(counting: Counting, run) -> None:
    run(two_pauses)
    assert counting.slept == [30, 70]


def test_nothing_else_in_the_client_looks_at_the_time_or_sleeps() -> None:
    found = {
        f"{path.relative_to(SOURCES)}: {node.value.id}.{node.attr}"
        for path in SOURCES.rglob("*.py")
        if "sandbox" not in path.parts and path.name != "_blocking.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and node.attr in ("sleep", "monotonic", "perf_counter")
        and isinstance(node.value, ast.Name)
        and node.value.id in ("time", "asyncio", "anyio", "trio")
    }
    assert found == set()
