"""Batches: many runs of one model, some of them at a time."""

from __future__ import annotations

import _thread
import asyncio
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Iterator

import anyio
import pytest

import replicate
from replicate import exceptions
from replicate.helpers import FileOutput
from replicate.sandbox import File, Input, current_prediction

NO_TIME = 0.02


@pytest.fixture
def models(sandbox):
    """Register models that tell how many of them run; return the numbers."""
    running = 0
    seen = []

    @sandbox.model("me/square", official=True)
    def square(n: int, delay: float = 0.0) -> int:
        nonlocal running
        running += 1
        seen.append(running)
        current_prediction().sleep(delay)
        running -= 1
        if n < 0:
            raise ValueError(f"{n} is negative")
        return n * n

    @sandbox.model("me/file", official=True)
    def file(n: int) -> File:
        return File(b"%d" % n, f"{n}.txt")

    @sandbox.model("me/reader", official=True)
    def reader(document: Path) -> str:
        return document.read_text()

    @sandbox.model("me/count", official=True)
    def count(to: int = Input(default=3)) -> Iterator[str]:
        for number in range(to):
            yield str(number)

    return seen


@pytest.fixture
def square(client, models):
    """Square numbers on the sandbox, by `map` of either form."""

    def inputs(numbers, **more):
        return [{"n": n, **more} for n in numbers]

    inputs.seen = models
    return inputs


def test_results_come_in_the_order_of_the_inputs(call, client, square):
    inputs = [*square([5], delay=0.3), *square(range(4))]
    assert call.list(client.map, "me/square", inputs, concurrency=3) == [25, 0, 1, 4, 9]


def test_results_come_as_they_are_done(call, client, square):
    inputs = [*square([5], delay=0.5), *square(range(4))]
    found = call.list(client.map, "me/square", inputs, concurrency=3, ordered=False)
    assert found[-1] == 25
    assert sorted(found[:-1]) == [0, 1, 4, 9]


def test_no_inputs(call, client, square):
    assert call.list(client.map, "me/square", []) == []


@pytest.mark.parametrize("concurrency", [1, 3])
def test_no_more_runs_than_asked_for(call, client, square, concurrency):
    call.list(client.map, "me/square", square(range(8), delay=0.05), concurrency=concurrency)
    assert max(square.seen) == concurrency


def test_inputs_are_read_when_they_are_needed(client, square):
    read = []

    def inputs():
        for n in range(100):
            read.append(n)
            yield {"n": n}

    with client.map("me/square", inputs(), concurrency=3) as results:
        assert read == []
        for index, result in enumerate(results):
            assert result == index**2
            assert len(read) <= index + 1 + 2 * 3
            if index == 10:
                break


def test_asynchronous_inputs(client, square):
    async def inputs():
        for n in range(5):
            await anyio.sleep(0.01)
            yield {"n": n}

    async def main():
        return [n async for n in await client.async_map("me/square", inputs(), concurrency=2)]

    assert anyio.run(main) == [0, 1, 4, 9, 16]


def test_results_do_not_wait_for_inputs_that_are_late(client, square):
    async def main():
        got = anyio.Event()

        async def inputs():
            yield {"n": 2}
            await got.wait()
            yield {"n": 3}

        found = []
        async for n in client.async_map("me/square", inputs()):
            found.append(n)
            got.set()
        return found

    assert anyio.run(main) == [4, 9]


def test_inputs_that_break_off(call, client, square):
    def inputs():
        yield from square([1, 2])
        raise LookupError("no more")

    found, error = call.collect(client.map, "me/square", inputs(), return_errors=True)
    assert found == [1, 4]
    assert isinstance(error, LookupError)


def test_asynchronous_inputs_that_break_off(client, square):
    async def inputs():
        yield {"n": 1}
        raise LookupError("no more")

    async def main():
        found = []
        with pytest.raises(LookupError, match="no more"):
            async for n in client.async_map("me/square", inputs()):
                found.append(n)
        return found

    assert anyio.run(main) == [1]


def test_trio(client, square):
    trio = pytest.importorskip("trio")

    async def inputs():
        for n in range(5):
            yield {"n": n}

    async def main():
        async with client.async_map("me/square", inputs(), concurrency=2) as results:
            found = [n async for n in results]
        slow = square(range(3), delay=30)
        async with client.async_map("me/square", slow) as results:
            with trio.move_on_after(0.3):
                await results.__anext__()
        return found

    assert trio.run(main) == [0, 1, 4, 9, 16]


def test_whole_outputs_of_a_model_that_yields(call, sandbox, client, models):
    version = sandbox.models["me/count"].latest_version.id
    for ref in ("me/count", f"me/count:{version}"):
        assert call.list(client.map, ref, [{"to": 2}, {}]) == [["0", "1"], ["0", "1", "2"]]


def test_files(call, client, models):
    files = call.list(client.map, "me/file", [{"n": 1}, {"n": 2}])
    assert [type(file) for file in files] == [FileOutput, FileOutput]
    assert [call.read(file) for file in files] == [b"1", b"2"]
    urls = call.list(client.map, "me/file", [{"n": 1}], use_file_output=False)
    assert type(urls[0]) is str
    copies = call.list(client.map, "me/reader", [{"document": b"one"}, {"document": files[1]}])
    assert copies == ["one", "2"]
    assert client._token().encode() not in pickle.dumps(files)


def test_a_file_that_is_not_there(call, sandbox, client, models, tmp_path):
    """The run was paid for: the error says which one it is."""
    sandbox.fault("output", status=404)
    (error,) = call.list(
        client.map, "me/file", [{"n": 1}], download_to=tmp_path, return_errors=True
    )
    assert isinstance(error, exceptions.DownloadError)
    assert error.prediction.id == sandbox.predictions[0].id


@pytest.mark.parametrize("again", [False, True])
def test_a_time_limit_is_for_files_too(again, call, sandbox, client, models, tmp_path):
    """Also for those of a run that an earlier call has waited for."""
    journal = tmp_path / "journal" if again else None
    if again:
        call.list(client.map, "me/file", [{"n": 1}], journal=journal)
    sandbox.fault("output", headers={"X-Late": "yes"}, delay=30)
    (error,) = call.list(
        client.map,
        "me/file",
        [{"n": 1}],
        journal=journal,
        download_to=tmp_path / "files",
        timeout=1,
        return_errors=True,
    )
    assert isinstance(error, exceptions.DeadlineExceededError)
    assert [run.status for run in sandbox.predictions] == ["succeeded"]


# Errors.


def test_an_error_says_which_input_it_is_about(call, client, square):
    found, error = call.collect(client.map, "me/square", square([1, 2, -3, 4], delay=0))
    assert found == [1, 4]
    assert isinstance(error, exceptions.ModelError)
    assert str(error) == "-3 is negative"
    assert (error.index, error.input) == (2, {"n": -3, "delay": 0})
    if hasattr(error, "add_note"):
        assert "input 2" in error.__notes__[-1]
    copy = pickle.loads(pickle.dumps(error))
    assert (str(copy), copy.index) == (str(error), 2)


def test_an_error_ends_the_batch_and_cancels_what_runs(call, sandbox, client, square):
    inputs = [*square([-1], delay=0.2), *square(range(2, 9), delay=30)]
    found, error = call.collect(client.map, "me/square", inputs, concurrency=3)
    assert (found, error.index) == ([], 0)
    assert statuses(sandbox) == {-1: "failed", 2: "canceled", 3: "canceled"}


def test_an_error_ends_the_batch_for_good(client, square):
    results = client.map("me/square", square([-1, 2]), concurrency=1)
    with pytest.raises(exceptions.ModelError):
        next(results)
    with pytest.raises(exceptions.ClosedError):
        next(results)


def test_errors_in_the_place_of_results(call, client, square):
    inputs = [*square([1, -2]), {"n": object()}, "text", {"m": 1}, *square([5])]
    found = call.list(client.map, "me/square", inputs, return_errors=True)
    one, model, unsendable, no_mapping, refused, last = found
    assert (one, last) == (1, 25)
    assert isinstance(model, exceptions.ModelError)
    assert isinstance(unsendable, TypeError)
    assert isinstance(no_mapping, exceptions.InvalidArgumentTypeError)
    assert isinstance(refused, exceptions.UnprocessableEntityError)
    assert [error.index for error in found[1:5]] == [1, 2, 3, 4]
    assert [error.input for error in found[1:5]] == inputs[1:5]


def test_a_time_limit_for_each_run(call, sandbox, client, square):
    inputs = [*square([1]), *square([2], delay=30), *square([3])]
    found = call.list(
        client.map, "me/square", inputs, concurrency=1, timeout=0.5, return_errors=True
    )
    assert (found[0], found[2]) == (1, 9)
    assert isinstance(found[1], exceptions.DeadlineExceededError)
    assert sandbox.predictions[1].status == "canceled"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"concurrency": 0}, "at least 1"),
        ({"concurrency": 2.5}, "must be an integer"),
        ({"concurrency": True}, "must be an integer"),
        ({"inputs": {"n": 1}}, "iterable of mappings"),
        ({"inputs": "text"}, "iterable of mappings"),
        ({"inputs": 3}, "iterable of mappings"),
        ({"ref": "nothing"}, "owner/name"),
        ({"timeout": "5"}, "timeout must be"),
        ({"concurency": 3}, "did you mean 'concurrency'"),
        ({"prompt": "x"}, "unexpected keyword argument 'prompt'"),
    ],
)
def test_wrong_arguments_are_told_at_once(call, client, change, message):
    arguments = {"ref": "me/square", "inputs": [], **change}
    with pytest.raises((TypeError, ValueError), match=message):
        call.twin(client.map)(**arguments)


def test_asynchronous_inputs_need_the_asynchronous_form(client):
    async def inputs():
        yield {}

    with pytest.raises(TypeError, match="iterable of mappings"):
        client.map("me/square", inputs())


def test_a_missing_token_is_told_at_once(call, monkeypatch):
    with pytest.raises(exceptions.AuthenticationError):
        call.twin(replicate.Client().map)("me/square", [])


# Rate limits and failures that pass.


def test_a_rate_limit_slows_the_batch_down(call, sandbox, client, square, waits):
    fault = sandbox.fault("predictions.create", status=429, times=6, body={"retry_after": 3})
    assert call.list(client.map, "me/square", square(range(8))) == [n**2 for n in range(8)]
    assert len(sandbox.predictions) == 8
    assert fault.fired == 6
    assert waits == [3.0] * 6  # what the server advises is heard


def test_a_real_rate_limit(call, sandbox, client, square):
    sandbox.rate_limit(3, per=1, burst=1)
    assert call.list(client.map, "me/square", square(range(3))) == [0, 1, 4]
    assert len(sandbox.predictions) == 3
    refused = [request for request in sandbox.requests if request.status == 429]
    assert len(refused) <= 3


def test_a_rate_limit_that_lets_nothing_through(call, sandbox, client, square, waits):
    sandbox.fault("predictions.create", status=429, times=None)
    found, error = call.collect(client.map, "me/square", square(range(3)), concurrency=1)
    assert found == []
    assert isinstance(error, exceptions.RateLimitError)
    assert len(waits) == 1 + client.max_retries


def test_a_server_that_cannot_be_reached(call, sandbox, client, square, waits):
    with sandbox.offline():
        found, error = call.collect(client.map, "me/square", square([2]))
    assert found == []
    assert isinstance(error, exceptions.APIConnectionError)
    assert len(waits) == 1 + client.max_retries


def test_a_server_that_is_away_for_a_moment(call, sandbox, client, square):
    gone = threading.Event()

    def away():
        with sandbox.offline():
            gone.set()
            time.sleep(0.2)

    thread = threading.Thread(target=away)
    thread.start()
    gone.wait()
    assert call.list(client.map, "me/square", square([2, 3])) == [4, 9]
    thread.join()


def test_files_are_uploaded_once_though_the_create_is_refused(call, sandbox, client, models, waits):
    sandbox.fault("predictions.create", status=429, times=2)
    handle = Path(__file__).open("rb")
    with handle:
        (text,) = call.list(client.map, "me/reader", [{"document": handle}])
    assert text == Path(__file__).read_text(encoding="utf-8")
    uploads = [request for request in sandbox.requests if request.path == "/v1/files"]
    assert len(uploads) == 1


# The end before the end.


def until(condition):
    end = time.monotonic() + 5
    while not condition() and time.monotonic() < end:
        time.sleep(NO_TIME)
    assert condition()


def statuses(sandbox):
    return {run.input["n"]: run.status for run in sandbox.predictions}


def only_first_succeeded(sandbox):
    """Say whether the first input, 1, was run, and those that were begun meanwhile are canceled."""
    found = statuses(sandbox)
    return found.pop(1) == "succeeded" and set(found.values()) == {"canceled"}


def all_canceled(sandbox, count):
    return [run.status for run in sandbox.predictions] == ["canceled"] * count


def test_leaving_a_with_block_cancels_what_runs(call, sandbox, client, square):
    inputs = [*square([1]), *square(range(2, 7), delay=30)]

    async def main():
        async with client.async_map("me/square", inputs, concurrency=3) as results:
            async for result in results:
                return result

    if call.is_async:
        assert anyio.run(main) == 1
    else:
        with client.map("me/square", inputs, concurrency=3) as results:
            assert next(results) == 1
    assert only_first_succeeded(sandbox)


def test_a_loop_that_is_left_cancels_what_runs(call, sandbox, client, square):
    inputs = [*square([1]), *square(range(2, 7), delay=30)]

    async def main():
        async for result in client.async_map("me/square", inputs, concurrency=3):
            assert result == 1
            break
        while not only_first_succeeded(sandbox):
            await anyio.sleep(NO_TIME)

    if call.is_async:
        anyio.run(main)
    else:
        for result in client.map("me/square", inputs, concurrency=3):
            assert result == 1
            break
        until(lambda: only_first_succeeded(sandbox))


@pytest.mark.parametrize("asks", [False, True])
def test_a_driven_clock(asks, call, sandbox, client, square):
    """A batch that only waits for its rate limit moves the time on."""

    async def asynchronous(inputs):
        for input in inputs:
            yield input

    sandbox.clock.drive()
    sandbox.rate_limit(2, per=60)
    begun = sandbox.clock.now
    inputs = square(range(6))
    if asks and call.is_async:
        inputs = asynchronous(inputs)
    assert call.list(client.map, "me/square", inputs) == [0, 1, 4, 9, 16, 25]
    assert (sandbox.clock.now - begun).total_seconds() >= 120


def test_leaving_a_with_block_while_the_time_stands_still(sandbox, client, square):
    sandbox.clock.drive(auto=False)
    with client.map("me/square", [*square([1]), *square([2, 3], delay=1e6)]) as results:
        has_come = threading.Event()

        def advance():
            while not has_come.is_set():
                sandbox.clock.advance(1)

        thread = threading.Thread(target=advance)
        thread.start()
        assert next(results) == 1
        has_come.set()
        thread.join()
    assert only_first_succeeded(sandbox)


@pytest.fixture
def ctrl_c():
    """Let SIGINT be Ctrl-C, also where a shell has its background jobs ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield _thread.interrupt_main
    signal.signal(signal.SIGINT, before)


def test_ctrl_c_cancels_what_runs(sandbox, client, square, ctrl_c):
    def interrupt():
        until(lambda: len(sandbox.predictions) == 3)
        ctrl_c()

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        list(client.map("me/square", square(range(5), delay=30), concurrency=3))
    thread.join()
    assert all_canceled(sandbox, 3)


def test_a_task_that_is_canceled_cancels_what_runs(sandbox, client, square):
    async def read():
        inputs = square(range(5), delay=30)
        async for _ in client.async_map("me/square", inputs, concurrency=3):
            raise AssertionError

    async def main():
        task = asyncio.ensure_future(read())
        while len(sandbox.predictions) < 3:
            await asyncio.sleep(NO_TIME)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert all_canceled(sandbox, 3)

    asyncio.run(main())


def test_closing_from_elsewhere(sandbox, client, square):
    """While somebody waits for a result."""
    results = client.map("me/square", square(range(3), delay=30))

    def close():
        until(lambda: len(sandbox.predictions) == 3)
        results.close()

    thread = threading.Thread(target=close)
    thread.start()
    with pytest.raises(exceptions.ClosedError):
        next(results)
    thread.join()
    until(lambda: all_canceled(sandbox, 3))


def test_no_threads_are_left(client, square):
    before = threading.active_count()
    list(client.map("me/square", square(range(20))))
    until(lambda: threading.active_count() <= before)


class Given(BaseException):
    """What pytest's own outcomes are: no `Exception`."""


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt, Given])
def test_what_is_no_ordinary_exception_ends_the_batch(error, call, sandbox, client, square):
    """In a thread or task that is not the reader's, nobody would hear of it."""

    def tell(prediction):
        if prediction.input["n"] == 2:
            raise error("enough")

    inputs = square(range(5), delay=30)
    with pytest.raises(error, match="enough"):
        call.list(client.map, "me/square", inputs, concurrency=3, on_update=tell)
    assert all_canceled(sandbox, len(sandbox.predictions))


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt, Given])
def test_what_is_no_ordinary_exception_ends_the_batch_in_trio(error, client, square):
    def tell(_):
        raise error("enough")

    async def main():
        async for _ in client.async_map("me/square", square([1, 2]), on_update=tell):
            pass

    with pytest.raises(error, match="enough"):
        anyio.run(main, backend="trio")


@pytest.mark.parametrize("where", ["inputs", "on_update"])
def test_a_task_of_the_users_that_was_canceled(where, client, square, quick_looks):
    """Who awaits such a task gets its `CancelledError`, and is not canceled himself."""

    async def main():
        gone = asyncio.ensure_future(asyncio.sleep(60))
        gone.cancel()

        async def inputs():
            yield {"n": 1}
            if where == "inputs":
                await gone

        async def tell(_):
            if where == "on_update":
                await gone

        with pytest.raises(asyncio.CancelledError):
            async for _ in client.async_map("me/square", inputs(), on_update=tell):
                pass

    asyncio.run(main())


def test_an_interrupted_callback_does_not_keep_a_run_from_being_canceled(
    call, sandbox, client, square
):
    """The cancel of a run pauses and is sent again, though a pause inside `on_update` has ended."""

    def tell(prediction):
        prediction.wait()

    async def tell_async(prediction):
        await prediction.async_wait()

    async def main():
        async with client.async_map("me/square", inputs, on_update=tell_async) as results:
            async for result in results:
                return result

    inputs = [*square([1]), *square([2], delay=30)]
    sandbox.fault("predictions.cancel", status=503)
    if call.is_async:
        assert anyio.run(main) == 1
    else:
        with client.map("me/square", inputs, on_update=tell) as results:
            assert next(results) == 1
    assert only_first_succeeded(sandbox)


PROGRAM = """
import sys, threading, time, replicate

def fail():
    results = replicate.map("me/square", [{"n": 1}, *[{"n": 2, "delay": 60}] * 3])
    for result in results:
        raise ValueError("an error of the program, whose traceback keeps the batch")

def fail_late():
    time.sleep(0.3)  # the main thread has ended
    global kept
    try:
        fail()
    except ValueError as error:
        kept = error
        raise

def read(results, seconds):
    time.sleep(seconds)
    try:
        print(list(results))
    except replicate.exceptions.ClosedError as error:
        print(error)

how = sys.argv[1]
results = replicate.map("me/square", [{"n": 1}, {"n": 2, "delay": 1}, {"n": 3, "delay": 3}])
if how == "error":
    fail()
elif how == "error in thread":
    threading.Thread(target=fail_late).start()
elif how == "exit":
    import atexit
    atexit.register(read, results, 0)
elif how == "exit goes on":
    import atexit
    print(next(results))
    atexit.register(read, results, 0)
elif how == "thread":
    threading.Thread(target=read, args=[results, 0]).start()
    time.sleep(1)  # the batch begins before the main thread ends
elif how == "thread goes on":
    print(next(results))
    threading.Thread(target=read, args=[results, 1.5]).start()
elif how == "executor":
    from concurrent.futures import ThreadPoolExecutor
    ThreadPoolExecutor().submit(read, results, 0)
    time.sleep(1)
"""


def run_program(sandbox, *arguments):
    command = [sys.executable, "-c", PROGRAM, *arguments]
    environment = {**os.environ, **sandbox.environment, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=30, check=False
    )


begins_at_the_end = pytest.mark.skipif(
    sys.version_info >= (3, 12), reason="Python starts no thread after the end of the main thread"
)


@pytest.mark.slow
@pytest.mark.parametrize("how", ["error", pytest.param("error in thread", marks=begins_at_the_end)])
def test_a_program_that_fails_does_not_wait_for_what_nobody_reads(how, sandbox, square):
    done = run_program(sandbox, how)
    assert done.returncode == (how == "error")
    assert "an error of the program" in done.stderr
    assert sorted(run.status for run in sandbox.predictions) == [*["canceled"] * 3, "succeeded"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("how", "printed"),
    [("thread", "[1, 4, 9]\n"), ("thread goes on", "1\n[4, 9]\n"), ("executor", "[1, 4, 9]\n")],
)
def test_a_program_whose_main_thread_ends_reads_on_in_another_one(how, printed, sandbox, square):
    done = run_program(sandbox, how)
    assert (done.stdout, done.stderr, done.returncode) == (printed, "", 0)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("how", "printed"),
    [
        pytest.param("exit", "[1, 4, 9]\n", marks=begins_at_the_end),
        ("exit goes on", "1\nthe program has ended, and its batches with it\n"),
    ],
)
def test_a_program_that_reads_at_its_exit(how, printed, sandbox, square):
    """A batch that begins there is read to its end; one that has begun before says what it is."""
    done = run_program(sandbox, how)
    assert (done.stdout, done.returncode) == (printed, 0)
