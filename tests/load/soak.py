"""Hours of work in small: `make soak`, or `python -m tests.load.soak --minutes 30`.

Rounds of everything that the library does, blocking in threads and asynchronous in an event
loop of each round's own, side by side on one client, with faults in between; iterators are
abandoned, exceptions keep frames alive, loops end in the middle of streams, another thread
collects garbage and a signal comes twenty times a second. After each round
the sandbox is asked what it was made to create: a run that got lost, or was made twice, ends
the soak; so does any error that was not asked for, and growth of what the process uses.
"""

from __future__ import annotations

import argparse
import asyncio
import collections
import concurrent.futures
import contextlib
import functools
import gc
import hashlib
import io
import itertools
import logging
import random
import signal
import tempfile
import threading
import time
from pathlib import Path

from replicate import exceptions
from tests.load import figures
from tests.load.process import SandboxProcess, content

THREADS = 6
TASKS = 30
"""How many operations a round does in each thread, and at once in the event loop."""

MAX_GROWTH = 20 * 1024 * 1024
"""Bytes by which the memory in use may grow after the warm-up, however long the soak is."""

MAX_MORE_BLOCKS = 10_000
"""Blocks of memory that Python's objects may have more than after the warm-up."""

KEPT = 20
"""Connections that may be open between rounds: as many as httpx keeps."""

KEPT_ERRORS = collections.deque(maxlen=5)
"""Exceptions, with the frames and the streams in them."""

FAULTS = (
    (("predictions.get",), {"status": 503}),
    (("predictions.get",), {"drop": "before"}),
    (("predictions.get",), {"drop": "after"}),
    (("predictions.get",), {"body": "<html>", "status": 200}),
    (("predictions.list",), {"status": 500}),
    (("files.get",), {"drop": "during"}),
    (("files.create",), {"status": 429, "headers": {"retry-after": "0"}}),
    (("models.predictions.create",), {"status": 429, "headers": {"retry-after": "0"}}),
    (("models.predictions.create",), {"drop": "after"}),
    (("models.predictions.create",), {"drop": "during"}),
    (("stream",), {"drop": "during"}),
    (("stream",), {"truncate": 100}),
    (("output",), {"truncate": 5000}),
    (("output",), {"status": 503}),
    (("output",), {"drop": "before"}),
)
"""What the library has to get over, so that its caller sees nothing of it."""

REFUSAL = ("models.predictions.create",), {"status": 500}
"""What it must not repeat, as it may have been billed: this one the caller sees."""


class Caller:
    """Calls either twin of a method, so that each operation is written once.

    Nothing in it suspends if it is blocking: one step takes an operation to its end.
    """

    def __init__(self, client, version, *, blocking):
        self.client, self.version, self.blocking = client, version, blocking

    async def __call__(self, owner, name, *args, **options):
        if self.blocking:
            return getattr(owner, name)(*args, **options)
        return await getattr(owner, f"async_{name}")(*args, **options)

    def stream(self, model, input):
        client = self.client
        return (client.stream if self.blocking else client.async_stream)(model, input)

    async def list(self, items):
        return list(items) if self.blocking else [item async for item in items]

    async def read(self, file):
        return file.read() if self.blocking else await file.aread()


# Each operation has a key of its own, which is in the input of the one prediction that it
# creates, and checks that what it gets belongs to that key.


async def run(call, key):
    delay = random.choice([0, 0.01])
    assert await call(call.client, "run", "load/echo", {"key": key, "delay": delay}) == key


async def poll(call, key):
    assert await call(call.client, "run", call.version, {"key": key}, wait=False) == key


async def stream(call, key):
    events = await call.list(call.stream("load/words", {"key": key}))
    text = "".join(str(event) for event in events if event.event == "output")
    assert text == "".join(f"{key}/{number} " for number in range(10)), text


async def stream_left_early(call, key):
    events = call.stream("load/words", {"key": key})
    first = next(events) if call.blocking else await events.__anext__()
    if call.blocking:
        events.close()
    else:
        await events.aclose()
    assert first.data.startswith(f"{key}/0 "), first  # or all of it, after a fault


async def stream_abandoned(call, key):
    """Leave a stream to the garbage collector, which finds it late: it is in a cycle."""
    events = call.stream("load/words", {"key": key})
    next(events) if call.blocking else await events.__anext__()
    events.itself = events


async def stream_kept_by_an_exception(call, key):
    events = call.stream("load/words", {"key": key})
    try:
        next(events) if call.blocking else await events.__anext__()
        raise ValueError(key)
    except ValueError as error:
        KEPT_ERRORS.append(error)  # its frame has the stream


async def stream_of_a_finished_loop(call, key):
    async def begin():
        await call.client.async_stream("load/words", {"key": key}).__anext__()

    if call.blocking:
        asyncio.run(begin())
    else:
        await begin()


async def download_abandoned(call, key):
    file = await call(call.client, "run", "load/file", {"key": key, "size": 1_000_000})
    pieces = iter(file) if call.blocking else file.__aiter__()
    next(pieces) if call.blocking else await pieces.__anext__()


async def download(call, key):
    size = random.choice([10, 10_000, 1_000_000])
    file = await call(call.client, "run", "load/file", {"key": key, "size": size})
    assert await call.read(file) == content(key, size)


async def save(call, key):
    file = await call(call.client, "run", "load/file", {"key": key, "size": 20_000})
    with tempfile.TemporaryDirectory() as folder:
        path = await call(file, "save", folder)
        assert path.read_bytes() == content(key, 20_000)
        assert list(Path(folder).iterdir()) == [path]


async def file_input(call, key):
    data = content(key, 100_000)
    output = await call(
        call.client, "run", "load/digest", {"key": key, "document": io.BytesIO(data)}
    )
    assert output == f"{key} {hashlib.sha256(data).hexdigest()}"


async def cancel(call, key):
    prediction = await call(
        call.client.predictions, "create", model="load/slow", input={"key": key}
    )
    await call(prediction, "cancel")
    await call(prediction, "wait")
    assert prediction.status == "canceled"


async def fail(call, key):
    try:
        await call(call.client, "run", "load/fail", {"key": key})
    except exceptions.ModelError as error:
        assert str(error) == f"{key} went wrong"
    else:
        raise AssertionError("a run that fails did not fail")


async def timeout(call, key):
    try:
        await call(call.client, "run", "load/slow", {"key": key}, timeout=4)
    except exceptions.DeadlineExceededError as error:
        assert error.prediction.input == {"key": key}
    else:
        raise AssertionError("a run that takes too long was not ended")


async def upload(call, key):
    data = content(key, 200_000)
    file = await call(call.client.files, "create", io.BytesIO(data), filename=key)
    assert file.checksums["sha256"] == hashlib.sha256(data).hexdigest()
    again = await call(call.client.files, "get", file.id)
    assert (again.id, again.name, again.size) == (file.id, key, len(data))
    assert await call(call.client.files, "delete", file.id)


async def listing(call, key):
    page = await call(call.client.predictions, "list")
    ids = [prediction.id for prediction in page]
    assert len(ids) == len(set(ids))


PREDICTING = {
    run: 8,
    poll: 4,
    stream: 4,
    stream_left_early: 1,
    stream_abandoned: 1,
    stream_kept_by_an_exception: 1,
    stream_of_a_finished_loop: 1,
    download_abandoned: 1,
    download: 3,
    save: 2,
    file_input: 2,
    cancel: 2,
    fail: 2,
    timeout: 0.1,
}
OTHERS = {upload: 2, listing: 1}
"""Operations, and how often each is chosen."""


def step(coroutine):
    """Run a coroutine that does not suspend."""
    try:
        coroutine.send(None)
    except StopIteration:
        return
    finally:
        coroutine.close()
    raise AssertionError("a blocking operation was suspended")


async def leftover_tasks():
    """Count the tasks beside this one, when those had time that close a stream left early."""
    for _ in range(500):
        left = len(asyncio.all_tasks()) - 1
        if not left:
            break
        await asyncio.sleep(0.01)
    return left


def collect_until(over):
    """Collect garbage again and again, as another thread of a program may at any moment."""
    while not over.wait(0.05):
        gc.collect()


@contextlib.contextmanager
def signals():
    """Let a signal interrupt the main thread twenty times a second, where there are such."""
    if (
        not hasattr(signal, "setitimer")
        or threading.current_thread() is not threading.main_thread()
    ):
        yield
        return
    before = signal.signal(signal.SIGALRM, lambda *_: None)
    signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


class Soak:
    """Rounds until the time is over."""

    def __init__(self, remote, seconds, write):
        self.remote, self.seconds, self.write = remote, seconds, write
        self.calls = collections.Counter()
        self.expected, self.unexpected = collections.Counter(), collections.Counter()
        self.keys = map("key-{}".format, itertools.count())
        self.created = []
        self.tasks = 0
        # Whoever runs the soak, a test session for example, may have some of its own.
        self.threads, self.sockets = threading.active_count(), figures.sockets() + KEPT

    def go(self):
        start = self.reported = time.monotonic()
        resting = None
        with self.remote.client(max_retries=8) as client:
            client.poll_interval = 0.05
            for number in itertools.count(1):
                self.round(client)
                self.check()
                rss = figures.memory() if figures.HAS_PROC else 0
                blocks = figures.blocks()
                now = time.monotonic()
                warm = now - start > min(self.seconds / 3, 120)
                if warm and resting is None:
                    resting, resting_blocks = rss, blocks
                over = now - start > self.seconds
                if over or now - self.reported >= 60:
                    self.report(number, now - start, rss, blocks)
                if resting is not None and rss - resting > MAX_GROWTH:
                    raise AssertionError(f"memory grew from {resting:,} to {rss:,} bytes")
                if resting is not None and blocks - resting_blocks > MAX_MORE_BLOCKS:
                    raise AssertionError(f"from {resting_blocks:,} to {blocks:,} blocks")
                if over:
                    return rss - resting, blocks - resting_blocks

    def round(self, client):
        """Do everything at once, and wait for it."""
        self.plan_faults()
        jobs = [self.job() for _ in range((THREADS + 1) * TASKS)]
        blocking = Caller(client, self.remote.version, blocking=True)
        asynchronous = Caller(client, self.remote.version, blocking=False)

        async def main():
            await asyncio.gather(*(self.attempt(asynchronous, *job) for job in jobs[-TASKS:]))
            self.tasks = await leftover_tasks()

        def work(mine):
            for job in mine:
                step(self.attempt(blocking, *job))

        with concurrent.futures.ThreadPoolExecutor(THREADS + 1) as pool, signals():
            collecting = threading.Event()
            collector = pool.submit(collect_until, collecting)
            working = [
                pool.submit(work, jobs[thread * TASKS : (thread + 1) * TASKS])
                for thread in range(THREADS)
            ]
            try:
                asyncio.run(main())
                for each in working:
                    each.result()
            finally:
                collecting.set()
            collector.result()
        KEPT_ERRORS.clear()
        gc.collect()

    def plan_faults(self):
        for target, options in random.sample(FAULTS, 4):
            self.remote.fault(
                *target, times=random.randint(1, 3), after=random.randrange(10), **options
            )
        target, options = REFUSAL
        self.remote.fault(*target, after=random.randrange(60), **options)

    def job(self):
        weights = {**PREDICTING, **OTHERS}
        [operation] = random.choices(list(weights), list(weights.values()))
        return operation, next(self.keys)

    async def attempt(self, call, operation, key):
        self.calls[operation.__name__] += 1
        try:
            await operation(call, key)
        except exceptions.InternalServerError as error:
            # It is not created; which call it hits is chance.
            if error.status != 500 or error.response.request.method != "POST":
                raise
            self.expected[type(error).__name__] += 1
            return
        except BaseException as error:
            self.unexpected[f"{operation.__name__}: {error!r}"] += 1
            raise
        if operation in PREDICTING:
            self.created.append(key)

    def check(self):
        """Compare what was created with what should have been, and look what is left over."""
        unfinished = self.remote.unfinished()
        assert not unfinished, f"still running: {unfinished}"
        created, wanted = collections.Counter(self.remote.created()), sorted(self.created)
        assert sorted(created.elements()) == wanted, {
            "lost": collections.Counter(wanted) - created,
            "too many": created - collections.Counter(wanted),
        }
        self.created.clear()
        self.remote.reset()
        assert not self.tasks, f"{self.tasks} tasks are left over"
        threads = figures.settled(threading.active_count, self.threads)
        assert threads <= self.threads, threading.enumerate()
        sockets = figures.settled(figures.sockets, self.sockets)
        assert sockets <= self.sockets, f"{sockets} sockets are open"

    def report(self, rounds, seconds, rss, blocks):
        self.reported = time.monotonic()
        self.write(
            f"{seconds / 60:5.1f} min  {rounds} rounds  {sum(self.calls.values()):,} calls  "
            f"failures: {sum(self.expected.values())} asked for, "
            f"{sum(self.unexpected.values())} not  "
            f"RSS {rss / 2**20:.1f} MiB, {blocks:,} blocks  {figures.sockets()} sockets  "
            f"{threading.active_count()} threads  {self.tasks} tasks"
        )


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m tests.load.soak")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    options = parser.parse_args(arguments)
    random.seed(options.seed)
    print(f"seed {options.seed}", flush=True)
    before = figures.sockets(), threading.active_count()
    with SandboxProcess() as remote:
        soak = Soak(remote, options.minutes * 60, functools.partial(print, flush=True))
        growth, more_blocks = soak.go()
    after = figures.settled(figures.sockets, before[0]), threading.active_count()
    assert after == before, f"sockets and threads: {before} before, {after} after"
    for name, count in soak.calls.most_common():
        print(f"{count:10,} {name}")
    print(
        f"memory grew by {growth / 2**20:.1f} MiB after the warm-up, "
        f"and by {more_blocks:,} blocks of Python's objects"
    )


if __name__ == "__main__":
    logging.getLogger("replicate").addHandler(logging.NullHandler())
    main()
