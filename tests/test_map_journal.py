"""The journal of a batch: nothing that was paid for is paid for again."""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import List

import pytest

from replicate import exceptions
from replicate._batch import journal as _journal
from replicate._runs import lost
from replicate.helpers import FileOutput
from replicate.sandbox import File, current_prediction

ROOT = Path(__file__).parent.parent


@pytest.fixture
def journal(tmp_path):
    return tmp_path / "batch.sqlite"


@pytest.fixture(autouse=True)
def models(sandbox):
    @sandbox.model("me/square", official=True)
    def square(n: int, delay: float = 0.0) -> int:
        current_prediction().sleep(delay)
        if n < 0:
            raise ValueError(f"{n} is negative")
        return n * n

    @sandbox.model("me/files", official=True)
    def files(n: int) -> List[File]:
        return [File(b"%d" % n, f"{n}.txt")]

    @sandbox.model("me/reader", official=True)
    def reader(document: Path) -> str:
        return document.read_text()


def inputs(numbers, **more):
    return [{"n": n, **more} for n in numbers]


def select(journal, statement):
    with contextlib.closing(sqlite3.connect(journal)) as file:
        return file.execute(statement).fetchall()


def rows(journal):
    return select(journal, "SELECT position, state, id, owner FROM runs ORDER BY position")


def finished(journal):
    """Count the runs that are done; another process may not have made the journal yet."""
    if not journal.exists():
        return 0
    try:
        return [state for _, state, *_ in rows(journal)].count("done")
    except sqlite3.OperationalError:
        return 0


def change(journal, statement, *values):
    file = sqlite3.connect(journal)
    file.execute(statement, values)
    file.commit()
    file.close()


def run_numbers(sandbox):
    return sorted(run.input["n"] for run in sandbox.predictions)


def forget_creates():
    """Let this process know of no create, as a process does that was just started."""
    lost._shared.clear()


def until(condition):
    end = time.monotonic() + 10
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    assert condition()


def test_a_second_call_pays_for_nothing(call, sandbox, client, journal):
    first = call.list(client.map, "me/square", inputs(range(4)), journal=journal)
    again = call.list(client.map, "me/square", inputs(range(6)), journal=str(journal))
    assert (first, again) == ([0, 1, 4, 9], [0, 1, 4, 9, 16, 25])
    assert run_numbers(sandbox) == [0, 1, 2, 3, 4, 5]
    assert [path.name for path in journal.parent.iterdir()] == [journal.name]
    assert b"r8_" not in journal.read_bytes()
    assert sandbox.token.encode() not in journal.read_bytes()


def test_another_input_model_or_place_is_another_run(call, sandbox, client, journal):
    call.list(client.map, "me/square", [{"n": 1, "delay": 0}], journal=journal)
    same = [{"delay": 0, "n": 1}]
    assert call.list(client.map, "me/square", same, journal=journal) == [1]
    assert len(sandbox.predictions) == 1
    for ref, other in [("me/square", inputs([2])), ("me/files", inputs([1]))]:
        call.list(client.map, ref, other, journal=journal)
    call.list(client.map, "me/square", [*inputs([3]), *same], journal=journal)
    assert len(sandbox.predictions) == 5


def test_files_are_known_by_their_content(call, sandbox, client, journal, tmp_path):
    path = tmp_path / "document.txt"
    path.write_text("one", encoding="utf-8")
    for document in (path, b"one", io.BytesIO(b"one"), path.open("rb")):
        with client:
            found = call.list(client.map, "me/reader", [{"document": document}], journal=journal)
        assert found == ["one"]
        if hasattr(document, "close"):
            assert document.read() in {b"one", b""}
            document.close()
    assert len(sandbox.predictions) == 1
    path.write_text("two", encoding="utf-8")
    assert call.list(client.map, "me/reader", [{"document": path}], journal=journal) == ["two"]


def test_what_can_be_read_once_is_known_and_sent(call, client, journal):
    reading, writing = os.pipe()
    os.write(writing, b"from a pipe")
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        found = call.list(client.map, "me/reader", [{"document": pipe}], journal=journal)
    assert found == ["from a pipe"]


def test_outputs_are_given_out_as_run_gives_them(call, sandbox, client, journal):
    for _ in range(2):
        ((file,),) = call.list(client.map, "me/files", inputs([7]), journal=journal)
        assert type(file) is FileOutput
        assert call.read(file) == b"7"
    assert len(sandbox.predictions) == 1


def test_what_failed_is_run_again_by_the_next_call(call, sandbox, client, journal):
    numbers = inputs([1, -2, 3])
    for calls in (1, 2):
        found = call.list(client.map, "me/square", numbers, journal=journal, return_errors=True)
        assert (found[0], found[2]) == (1, 9)
        assert isinstance(found[1], exceptions.ModelError)
        assert len(sandbox.predictions) == 2 + calls
    assert [state for _, state, *_ in rows(journal)] == ["done", "failed", "done"]


def test_after_an_error_the_next_call_takes_up_what_runs(call, sandbox, client, journal):
    numbers = [*inputs([-1]), *inputs([2], delay=1.0)]
    found, error = call.collect(client.map, "me/square", numbers, journal=journal)
    assert (found, error.index) == ([], 0)
    found = call.list(
        client.map, "me/square", numbers, journal=journal, return_errors=True, concurrency=1
    )
    assert found[1] == 4
    assert run_numbers(sandbox) == [-1, -1, 2]


def test_what_was_canceled_is_run_anew(call, sandbox, client, journal):
    numbers = inputs(range(3), delay=0.3)
    if call.is_async:
        results = client.map("me/square", numbers, journal=journal)
        thread = threading.Thread(
            target=lambda: (until(lambda: sandbox.predictions), results.close())
        )
        thread.start()
        with pytest.raises(exceptions.ClosedError):
            next(results)
        thread.join()
    else:
        with client.map("me/square", numbers, journal=journal, concurrency=2) as results:
            assert next(results) == 0
    assert call.list(client.map, "me/square", numbers, journal=journal) == [0, 1, 4]
    succeeded = [run.input["n"] for run in sandbox.predictions if run.status == "succeeded"]
    assert sorted(succeeded) == [0, 1, 2]


def test_a_run_whose_result_was_not_kept_is_taken_up(call, sandbox, client, journal):
    call.list(client.map, "me/square", inputs([0]), journal=journal)
    prediction = client.predictions.create(model="me/square", input={"n": 5})
    change(journal, "UPDATE runs SET state = 'created', id = ?, owner = 'dead'", prediction.id)
    assert call.list(client.map, "me/square", inputs([0]), journal=journal) == [25]
    assert len(sandbox.predictions) == 2


@pytest.mark.parametrize("reason", ["unknown", "failed", "removed"])
def test_a_run_that_is_of_no_use_is_run_anew(call, sandbox, client, journal, reason):
    call.list(client.map, "me/square", inputs([3]), journal=journal)
    prediction = client.predictions.create(model="me/square", input={"n": -1})
    prediction.wait()
    id = {"unknown": "x" * 26, "failed": prediction.id}.get(reason, sandbox.predictions[0].id)
    if reason == "removed":
        sandbox.clock.advance(3601)
    change(journal, "UPDATE runs SET state = 'created', changed = changed - 60, id = ?", id)
    assert call.list(client.map, "me/square", inputs([3]), journal=journal) == [9]
    assert run_numbers(sandbox) == [-1, 3, 3]


def test_a_create_whose_answer_nobody_has_read_is_looked_for(call, sandbox, client, journal, waits):
    numbers = [{"n": 3, "delay": 0.0}]
    call.list(client.map, "me/square", numbers, journal=journal)
    change(journal, "UPDATE runs SET state = 'sent', id = NULL, owner = NULL")
    client.predictions.create(model="me/square", input={"n": 4})
    forget_creates()
    assert call.list(client.map, "me/square", numbers, journal=journal) == [9]
    assert run_numbers(sandbox) == [3, 4]


def test_a_create_that_has_made_nothing_is_sent_again(call, sandbox, client, journal, waits):
    call.list(client.map, "me/square", inputs([3]), journal=journal)
    change(journal, "UPDATE runs SET state = 'sent', id = NULL, changed = changed + 60")
    assert call.list(client.map, "me/square", inputs([3]), journal=journal) == [9]
    assert run_numbers(sandbox) == [3, 3]


def test_several_runs_that_a_create_may_have_made_are_named(call, sandbox, client, journal, waits):
    call.list(client.map, "me/square", inputs([3]), journal=journal)
    change(journal, "UPDATE runs SET state = 'sent', id = NULL")
    client.predictions.create(model="me/square", input={"n": 3})
    forget_creates()
    found, error = call.collect(client.map, "me/square", inputs([3]), journal=journal)
    assert found == []
    assert isinstance(error, exceptions.ConflictError)
    assert {run.id for run in error.candidates} == {run.id for run in sandbox.predictions}
    assert len(sandbox.predictions) == 2


@pytest.mark.parametrize("state", ["sent", "created"])
def test_what_cannot_be_found_out_now_is_not_forgotten(
    call, sandbox, client, journal, waits, state
):
    """A run that was paid for outlives a call that could not ask for it, and when it was sent."""
    numbers = [{"n": 3, "delay": 0.0}]
    call.list(client.map, "me/square", numbers, journal=journal)
    if state == "sent":
        change(journal, "UPDATE runs SET state = 'sent', id = NULL, owner = NULL")
    else:
        change(journal, "UPDATE runs SET state = 'created', owner = NULL")
    (sent_at,) = [each for (each,) in select(journal, "SELECT changed FROM runs")]
    operation = "predictions.list" if state == "sent" else "predictions.get"
    fault = sandbox.fault(operation, status=500, times=None)
    forget_creates()
    found, error = call.collect(client.map, "me/square", numbers, journal=journal)
    sandbox._state.faults.remove(fault)
    assert found == []
    assert isinstance(error, exceptions.InternalServerError)
    assert select(journal, "SELECT state, owner, changed FROM runs") == [(state, None, sent_at)]
    forget_creates()
    assert call.list(client.map, "me/square", numbers, journal=journal) == [9]
    assert len(sandbox.predictions) == 1


@pytest.mark.parametrize("timeout", [None, 1])
def test_a_create_that_is_in_doubt_is_looked_for_by_the_next_call(
    call, sandbox, client, journal, waits, timeout
):
    """The connection has gone with its answer, and with the answers to the search for it."""
    client.max_retries = 0
    create = sandbox.fault("predictions.create", drop="after")
    search = sandbox.fault("predictions.list", drop="before", times=None, delay=0.6)
    numbers = [{"n": 3, "delay": 0.0}]
    found, error = call.collect(client.map, "me/square", numbers, journal=journal, timeout=timeout)
    assert (found, create.fired, search.fired > 0) == ([], 1, True)
    assert isinstance(error, exceptions.APIConnectionError if timeout is None else TimeoutError)
    sandbox._state.faults.remove(search)
    forget_creates()
    assert call.list(client.map, "me/square", numbers, journal=journal) == [9]
    assert len(sandbox.predictions) == 1


def test_a_server_that_does_not_know_a_new_prediction_yet(call, sandbox, client, journal, waits):
    """It lags for some seconds after the create: the prediction is there."""
    call.list(client.map, "me/square", inputs([3]), journal=journal)
    change(journal, "UPDATE runs SET state = 'created', owner = NULL")
    sandbox.fault("predictions.get", status=404, times=2)
    assert call.list(client.map, "me/square", inputs([3]), journal=journal) == [9]
    assert len(sandbox.predictions) == 1


@pytest.mark.parametrize("name", [":memory:", " ", "file:batch?mode=memory"])
def test_names_that_mean_something_to_sqlite_are_names(
    call, client, sandbox, monkeypatch, tmp_path, name
):
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        assert call.list(client.map, "me/square", inputs([3]), journal=name) == [9]
    assert len(sandbox.predictions) == 1
    with pytest.raises(sqlite3.OperationalError):
        call.list(client.map, "me/square", inputs([3]), journal="")


@pytest.mark.parametrize(
    "row",
    [
        {"state": "odd"},
        {"prediction": "{"},
        {"prediction": "[" * 100_000},
        {"prediction": "[1]"},
        {"prediction": None},
        {"prediction": "{}"},
        {"prediction": '{"status": "failed"}'},
        {"prediction": b"\xff"},
        {"state": "failed", "prediction": "null"},
        {"state": "created", "id": None},
        {"state": "created", "changed": "yesterday"},
        {"state": "sent", "changed": float("-inf")},
    ],
    ids=lambda row: str(row)[:30],
)
def test_rows_that_no_batch_has_written(call, client, sandbox, journal, row):
    call.list(client.map, "me/square", inputs([3]), journal=journal)
    for name, value in row.items():
        change(journal, f"UPDATE runs SET owner = NULL, {name} = ?", value)

    results = call.list(
        client.map, "me/square", inputs([3, 4]), journal=journal, return_errors=True
    )

    assert isinstance(results[0], exceptions.InvalidArgumentError)
    assert f"{journal} has a row for input 0" in str(results[0])
    assert results[1] == 16
    assert len(sandbox.predictions) == 2


def test_a_file_that_is_no_journal(call, client, journal):
    journal.write_bytes(b"not a database, but a text of some length" * 100)
    with pytest.raises(exceptions.InvalidArgumentError, match="no journal"):
        call.list(client.map, "me/square", inputs([1]), journal=journal)
    journal.unlink()
    change(journal, "CREATE TABLE runs (name TEXT)")
    with pytest.raises(exceptions.InvalidArgumentError, match="no journal that this version"):
        call.list(client.map, "me/square", inputs([1]), journal=journal)


def test_a_folder_that_is_not_there(call, client, tmp_path):
    with pytest.raises(sqlite3.OperationalError):
        call.list(client.map, "me/square", inputs([1]), journal=tmp_path / "no" / "batch.sqlite")


# Several at once.


def test_several_calls_share_the_work(sandbox, client, journal):
    """Each of them gives out everything, and nothing is run twice."""
    found = {}

    def work(name):
        numbers = [*inputs(range(12), delay=0.1), *inputs([-1])]
        found[name] = list(
            client.map("me/square", numbers, journal=journal, concurrency=3, return_errors=True)
        )

    threads = [threading.Thread(target=work, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for results in found.values():
        assert results[:12] == [n * n for n in range(12)]
        assert isinstance(results[12], exceptions.ModelError)
        assert results[12].index == 12
        assert str(results[12]) == "-1 is negative"
    assert run_numbers(sandbox) == [-1, *range(12)]
    assert len(found) == 3


PROGRAM = """
import json, signal, sys, replicate
signal.signal(signal.SIGINT, signal.default_int_handler)  # which background jobs ignore
inputs = [{"n": n, "delay": float(sys.argv[3])} for n in range(int(sys.argv[2]))]
print(json.dumps(list(replicate.map("me/square", inputs, journal=sys.argv[1], concurrency=4))))
"""


@pytest.fixture
def process(sandbox, journal):
    started = []

    def start(count, delay):
        paths = [str(ROOT), str(ROOT / "generated")]
        process = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", PROGRAM, str(journal), str(count), str(delay)],
            env={**os.environ, **sandbox.environment, "PYTHONPATH": os.pathsep.join(paths)},
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


def test_two_processes_share_the_work(sandbox, process):
    processes = [process(10, 0.3) for _ in range(2)]
    for each in processes:
        assert json.loads(each.communicate(timeout=60)[0]) == [n * n for n in range(10)]
    assert run_numbers(sandbox) == list(range(10))


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
def test_a_process_that_is_killed_loses_nothing(sandbox, process, journal, monkeypatch):
    first = process(4, 1.5)
    until(lambda: len(sandbox.predictions) == 4)
    until(lambda: [state for _, state, *_ in rows(journal)] == ["created"] * 4)
    first.send_signal(signal.SIGKILL)
    first.communicate()

    assert all(owner for *_, owner in rows(journal))
    monkeypatch.setattr(_journal, "SILENCE", 1.0)  # not ten seconds, as long as it takes usually
    with sandbox.client() as client:
        numbers = inputs(range(4), delay=1.5)
        assert list(client.map("me/square", numbers, journal=journal)) == [0, 1, 4, 9]
    assert run_numbers(sandbox) == [0, 1, 2, 3]


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
def test_ctrl_c_keeps_what_is_done(sandbox, process, journal):
    first = process(20, 0.4)
    until(lambda: finished(journal))
    first.send_signal(signal.SIGINT)
    first.communicate(timeout=20)
    assert all(run.status in {"succeeded", "canceled"} for run in sandbox.predictions)
    assert not [row for row in rows(journal) if row[3]]  # nobody owns anything
    done = sum(state == "done" for _, state, *_ in rows(journal))
    succeeded = sum(run.status == "succeeded" for run in sandbox.predictions)
    assert done == succeeded > 0
