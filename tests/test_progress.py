"""Progress: a function that is told of changes, and bars where somebody sees them."""

from __future__ import annotations

import io
import logging
import re
import sys
from functools import partial
from types import SimpleNamespace
from typing import Iterator

import httpx
import pytest

from replicate import _progress, exceptions
from replicate.sandbox import File, Input, current_prediction


@pytest.fixture(autouse=True)
def models(sandbox):
    @sandbox.model("me/steps", official=True)
    def steps(count: int = Input(default=3), fail: bool = False) -> File:
        current = current_prediction()
        for number in range(count):
            current.progress(number + 1, count)
            current.sleep(0.1)
        if fail:
            raise ValueError("no")
        return File(b"x" * 1000, "out.bin")

    @sandbox.model("me/pieces")
    def pieces() -> Iterator[str]:
        for number in range(3):
            current_prediction().sleep(0.05)
            yield str(number)


class Terminal(io.StringIO):
    def isatty(self):
        return True

    def clear(self):
        self.seek(0)
        self.truncate()


def stderr(monkeypatch, stream):
    """Let tqdm, and nobody else, write to a stream: pytest has its own in the place of `sys`'s."""
    monkeypatch.setattr(
        "tqdm.std.sys", SimpleNamespace(**{**vars(sys), "stderr": stream, "stdout": stream})
    )
    monkeypatch.setattr("tqdm.std.tqdm.monitor_interval", 0)  # no thread of its own
    every_change = partial(_progress.load_tqdm(), mininterval=0)
    monkeypatch.setattr(_progress, "load_tqdm", lambda: every_change)
    return stream


@pytest.fixture
def terminal(monkeypatch):
    """What is written to a terminal."""
    return stderr(monkeypatch, Terminal())


@pytest.fixture
def no_terminal(monkeypatch):
    return stderr(monkeypatch, io.StringIO())


class Updates(list):
    """Takes note of what a prediction was like each time."""

    def __call__(self, prediction):
        output = prediction.output is not None
        self.append((prediction.id, prediction.status, output, prediction.logs))

    @property
    def statuses(self):
        return [status for _, status, *_ in self]


def test_run_tells_of_changes(call, sandbox, client):
    updates = Updates()
    call(client.run, "me/steps", {}, on_update=updates)
    assert {id for id, *_ in updates} == {sandbox.predictions[0].id}
    assert updates.statuses[-1] == "succeeded"
    assert updates.statuses[0] in {"starting", "processing"}
    assert len(updates) == len(set(updates)) >= 3
    assert updates[-1][2]
    assert "100%" in updates[-1][3]


def test_failures_and_models_that_yield_are_told_of_too(call, sandbox, client):
    updates = Updates()
    with pytest.raises(exceptions.ModelError):
        call(client.run, "me/steps", {"fail": True}, on_update=updates)
    assert updates.statuses[-1] == "failed"
    updates.clear()
    version = sandbox.models["me/pieces"].latest_version.id
    found = call(client.run, f"me/pieces:{version}", {}, on_update=updates)
    assert list(found) == ["0", "1", "2"]
    assert updates.statuses[-1] in {"processing", "succeeded"}
    assert len(updates) >= 2


def test_a_hold_that_was_asked_for_is_kept_to(call, sandbox, client):
    updates = Updates()
    call(client.run, "me/steps", {"count": 1}, wait=10, on_update=updates)
    (create,) = [each for each in sandbox.requests if each.method == "POST"]
    assert create.headers["prefer"] == "wait=10"
    assert updates.statuses[-1] == "succeeded"


def test_wait_tells_of_changes(call, client):
    for _ in range(2):
        prediction = client.predictions.create(model="me/steps", input={})
        updates = Updates()
        call(prediction.wait, on_update=updates)
        assert updates.statuses[-1] == "succeeded"
    updates.clear()
    call(prediction.wait, 5, on_update=updates)  # at least once
    assert updates.statuses == ["succeeded"]


def test_map_tells_of_changes(call, sandbox, client):
    updates = Updates()
    call.list(client.map, "me/steps", [{"count": 1}, {"count": 2}], on_update=updates)
    for run in sandbox.predictions:
        assert [status for id, status, *_ in updates if id == run.id][-1] == "succeeded"


def test_a_callback_that_fails_costs_nothing(call, sandbox, client, caplog):
    def fail(prediction):
        raise LookupError("a mistake in the callback")

    file = call(client.run, "me/steps", {"count": 1}, on_update=fail)
    assert len(call.read(file)) == 1000
    assert sandbox.predictions[0].status == "succeeded"
    assert caplog.text.count("a mistake in the callback") >= 1
    assert f"on_update failed for Prediction {sandbox.predictions[0].id}" in caplog.text


def test_ctrl_c_in_a_callback_cancels(call, sandbox, client):
    def interrupt(prediction):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        call(client.run, "me/steps", {"count": 100}, on_update=interrupt)
    assert sandbox.predictions[0].status == "canceled"


def test_a_callback_may_cancel(call, sandbox, client):
    def stop(prediction):
        if "2/" in (prediction.logs or ""):
            prediction.cancel()

    with pytest.raises(exceptions.PredictionCanceledError):
        call(client.run, "me/steps", {"count": 100}, on_update=stop)


def test_a_coroutine_function_is_awaited(call, client):
    seen = []

    async def update(prediction):
        seen.append(prediction.status)

    if call.is_async:
        call(client.run, "me/steps", {"count": 1}, on_update=update)
        assert seen[-1] == "succeeded"
    else:
        with pytest.raises(TypeError, match="asynchronous twin"):
            client.run("me/steps", {}, on_update=update)


def test_what_is_no_function(call, sandbox, client):
    with pytest.raises(TypeError, match="on_update must be a function"):
        call(client.run, "me/steps", {}, on_update="print")
    assert sandbox.requests.total == 0


# Bars.


def test_a_bar_of_a_run(call, client, terminal):
    call(client.run, "me/steps", {}, progress=True)
    shown = terminal.getvalue()
    assert shown.startswith("\rsteps")
    assert re.search(r"steps: processing: +\d+%\|", shown)
    assert "steps: succeeded: 100%|" in shown
    assert shown.endswith("\n")


def test_a_bar_has_no_control_characters_of_a_server(call, mock, terminal):
    body = {"id": "a", "model": "a/b", "status": "new\x1b]0;title\x07", "input": {}}
    answers = iter([body, body])
    done = {**body, "status": "succeeded"}
    client = mock(lambda request: httpx.Response(200, json=next(answers, done)))

    call(client.predictions.get("a").wait, progress=True)

    assert "b: new\N{REPLACEMENT CHARACTER}]0;title" in terminal.getvalue()
    assert not {"\x1b", "\x07"} & set(terminal.getvalue())


def test_a_bar_of_a_run_without_percentages(call, client, terminal):
    call(client.run, "sandbox/divider", {"denominator": 2}, progress=True)
    assert "divider: succeeded [00:0" in terminal.getvalue()
    assert "%" not in terminal.getvalue()


def test_bars_of_uploads_and_downloads(call, client, terminal, tmp_path):
    document = tmp_path / "document.txt"
    document.write_bytes(b"word " * 50_000)
    facts = call(client.run, "sandbox/reader", {"document": document}, progress=True)
    assert facts["bytes"] == 250_000
    assert "document.txt: 100%|" in terminal.getvalue()
    assert "250k/250k" in terminal.getvalue()
    terminal.clear()
    call(client.run, "me/steps", {"count": 1}, progress=True, download_to=tmp_path)
    assert "out.bin: 100%|" in terminal.getvalue()


def test_bars_of_what_is_saved(call, client, terminal, tmp_path):
    prediction = client.predictions.create(model="me/steps", input={"count": 1})
    call(prediction.wait, progress=True)
    assert "steps: succeeded: 100%|" in terminal.getvalue()
    for save, place in [(prediction.save, "folder"), (prediction.output.save, "out.bin")]:
        terminal.clear()
        call(save, tmp_path / place)
        assert terminal.getvalue() == ""
        if place == "folder":
            for path in (tmp_path / place).iterdir():
                path.unlink()
        call(save, tmp_path / place, progress=True)
        assert "out.bin: 100%|" in terminal.getvalue()


def test_a_bar_of_an_upload_that_is_repeated(call, sandbox, client, terminal, waits):
    sandbox.fault("files.create", status=429)
    call(client.run, "sandbox/reader", {"document": b"x" * 300_000}, progress=True)
    assert "300k/300k" in terminal.getvalue()
    assert "600k" not in terminal.getvalue()


def test_a_bar_of_a_batch(call, client, terminal):
    call.list(client.map, "me/steps", [{"count": 1}] * 3, progress=True)
    assert "steps: 100%|" in terminal.getvalue()
    assert "3/3" in terminal.getvalue()


def test_a_bar_of_a_model_that_yields(call, sandbox, client, terminal):
    version = sandbox.models["me/pieces"].latest_version.id
    assert list(call(client.run, f"me/pieces:{version}", {}, progress=True)) == ["0", "1", "2"]
    assert "pieces: processing" in terminal.getvalue()
    assert terminal.getvalue().endswith("\n")


def test_nothing_is_shown_where_there_is_no_terminal(call, sandbox, client, no_terminal, tmp_path):
    call(client.run, "me/steps", {"count": 1}, progress=True, download_to=tmp_path)
    call.list(client.map, "me/steps", [{"count": 1}], progress=True)
    call(client.run, "sandbox/reader", {"document": b"x"}, progress=True)
    assert no_terminal.getvalue() == ""
    holds = [each.headers.get("prefer") for each in sandbox.requests if each.method == "POST"]
    assert "wait" in holds  # nobody looks on, so the request is held


def test_without_tqdm_the_error_says_how_to_install_it(call, sandbox, client, monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm", None)
    monkeypatch.delitem(sys.modules, "tqdm.auto", raising=False)
    for method, ref in [(client.run, "me/steps"), (client.map, "me/steps")]:
        with pytest.raises(ModuleNotFoundError, match=r"pip install 'replicate\[progress\]'"):
            call(method, ref, [] if method == client.map else {}, progress=True)
    assert sandbox.requests.total == 0


class Gone(Terminal):
    """A terminal that goes away."""

    is_gone = False
    errors = 0

    def flush(self):
        if self.is_gone:
            self.errors += 1
            raise OSError("the terminal is gone")


def test_a_terminal_that_goes_away_silences_no_callback(call, sandbox, client, monkeypatch, caplog):
    terminal = stderr(monkeypatch, Gone())
    updates = Updates()

    def update(prediction):
        updates(prediction)
        terminal.is_gone = True

    caplog.set_level(logging.INFO, "replicate")
    assert call(client.run, "me/steps", {}, progress=True, on_update=update).name == "out.bin"
    assert updates.statuses[-1] == "succeeded"
    assert "on_update failed" not in caplog.text
    assert caplog.text.count("a progress bar failed") == terminal.errors == 1


def test_a_terminal_that_goes_away_ends_no_batch_and_no_transfer(
    call, sandbox, client, terminal, monkeypatch, tmp_path
):
    def fail(*_):
        raise BrokenPipeError("the terminal is gone")

    for name in ("update", "reset"):
        monkeypatch.setattr(f"tqdm.std.tqdm.{name}", fail)
    inputs = [{"count": 1}] * 2
    files = call.list(client.map, "me/steps", inputs, progress=True, download_to=tmp_path)
    files.append(call(client.run, "me/steps", {"count": 1}, progress=True, download_to=tmp_path))
    assert [file.read_bytes() for file in files] == [b"x" * 1000] * 3
    assert call(client.run, "sandbox/reader", {"document": b"x"}, progress=True)
    assert {run.status for run in sandbox.predictions} == {"succeeded"}


# tqdm closes a bar that it could not begin, while it is freed.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("how", ["gone", "closed", "none"])
def test_a_terminal_that_was_never_there_costs_nothing(how, call, client, monkeypatch, tmp_path):
    terminal = stderr(monkeypatch, None if how == "none" else Gone())
    if how == "gone":
        terminal.is_gone = True
    elif how == "closed":
        terminal.close()
    updates = Updates()
    (file,) = call.list(client.map, "me/steps", [{"count": 1}], progress=True)
    assert call(file.save, tmp_path, progress=True).stat().st_size == 1000
    call(client.run, "me/steps", {"count": 1}, progress=True, on_update=updates)
    assert updates.statuses[-1] == "succeeded"
    assert call(client.run, "sandbox/reader", {"document": b"x"}, progress=True)


@pytest.mark.parametrize(
    ("logs", "percentage"),
    [
        (None, None),
        ("", None),
        ("loading", None),
        (" 45%|███", 45),
        ("  0%|          | 0/20 [00:00<?, ?it/s]\r  5%|▌         | 1/20", 5),
        ("100%|██████████| 4/4 [00:00<00:00]\nsaving 3% of it", 100),
        ("12% |#", 12),
        ("999%|", 100),
        ({"not": "text"}, None),
    ],
)
def test_percentages(logs, percentage):
    assert _progress.percentage_of(logs) == percentage
