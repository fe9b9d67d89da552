"""Many at once on one client: nothing lost, nothing doubled, nothing left over."""

from __future__ import annotations

import asyncio
import concurrent.futures
import random
import threading

import pytest

from replicate._http.rooms import WITHOUT_LIMITS
from tests.load import figures, soak
from tests.load.process import SandboxProcess

POOL = WITHOUT_LIMITS.requests
"""Connections that a client opens at most, without those for clean-up."""


@pytest.fixture(scope="module")
def process():
    with SandboxProcess() as process:
        yield process


@pytest.fixture
def remote(process):
    process.reset()
    before = figures.sockets(), threading.active_count()
    yield process
    assert figures.settled(figures.sockets, before[0]) == before[0]
    assert figures.settled(threading.active_count, before[1]) == before[1]


def request(remote, number):
    """Return one of the ways to run a model: held, polled, a version with its schema."""
    key = f"run-{number}"
    delay = random.Random(number).choice([0, 0, 0.01, 0.2])  # so that they end in another order
    return key, [
        (("load/echo", {"key": key, "delay": delay}), {}),
        (("load/echo", {"key": key, "delay": delay}), {"wait": False}),
        ((remote.version, {"key": key}), {}),
        (("load/community", {"key": key}), {}),
    ][number % 4]


def check(remote, results, keys):
    assert results == keys  # each call got the output of its own input
    assert sorted(remote.created()) == sorted(keys)  # and was billed once


@pytest.mark.slow
def test_a_thousand_async_runs_at_once(remote):
    count = 1000
    keys, requests = zip(*(request(remote, number) for number in range(count)))

    async def main():
        async with remote.client() as client:
            runs = [client.async_run(*args, **options) for args, options in requests]
            # Requests that queue may keep each other from getting on: that must not hang here.
            results = await asyncio.wait_for(asyncio.gather(*runs), 300)
            assert asyncio.all_tasks() == {asyncio.current_task()}
        return results

    before = figures.sockets()
    with figures.Peak(figures.sockets) as peak:
        results = asyncio.run(main())
    check(remote, results, list(keys))
    print(f"{peak.value - before} sockets at once")  # see it with -rP
    # The event loop has a pair of sockets to wake itself.
    assert peak.value - before <= POOL + 2


@pytest.mark.slow
def test_64_threads_at_once(remote):
    threads, each = 64, 8
    keys, requests = zip(*(request(remote, number) for number in range(threads * each)))
    barrier = threading.Barrier(threads)

    def work(thread):
        barrier.wait()
        mine = requests[thread * each : (thread + 1) * each]
        return [client.run(*args, **options) for args, options in mine]

    before = figures.sockets()
    with figures.Peak(figures.sockets) as peak, remote.client() as client:
        with concurrent.futures.ThreadPoolExecutor(threads) as pool:
            results = [result for part in pool.map(work, range(threads)) for result in part]
    check(remote, results, list(keys))
    print(f"{peak.value - before} sockets at once")  # see it with -rP
    assert peak.value - before <= min(POOL, threads)


@pytest.mark.slow
def test_a_client_that_nobody_closes_leaves_nothing_over(remote):
    async def main(client):
        return await asyncio.gather(
            *(client.async_run("load/echo", {"key": f"a{n}"}) for n in range(20))
        )

    client = remote.client()
    assert asyncio.run(main(client)) == [f"a{n}" for n in range(20)]
    assert asyncio.run(main(client)) == [f"a{n}" for n in range(20)]
    assert client.run("load/echo", {"key": "b"}) == "b"
    del client  # the fixture looks for what is left


@pytest.mark.slow
def test_short_soak():
    soak.main(["--minutes", "0.33"])
