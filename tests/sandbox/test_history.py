"""A sandbox that runs for long forgets what is old."""

from __future__ import annotations

from pathlib import Path
from typing import Iterator

import httpx
import pytest

from replicate.sandbox import Sandbox
from replicate.sandbox.history import RequestLog, RunHistory
from replicate.sandbox.middleware import RecordedRequest

from .conftest import Api


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(history=3, webhook_retries=()) as sandbox:
        yield sandbox


def test_the_oldest_runs_are_forgotten_with_their_files(sandbox: Sandbox, api: Api) -> None:
    # The first success of a model is its example, and stays.
    made = [
        api.finish(sandbox, "sandbox/painter", prompt=str(number), width=16, height=16)
        for number in range(6)
    ]
    assert [run.id for run in sandbox.predictions] == [made["id"] for made in made[-3:]]
    assert [api.get(f"/predictions/{p['id']}").status_code for p in made] == [404] * 3 + [200] * 3
    assert [httpx.get(p["output"]).status_code for p in made] == [200, 404, 404, 200, 200, 200]
    assert [httpx.get(p["urls"]["stream"]).status_code for p in made[2:4]] == [404, 200]


def test_runs_under_way_are_kept(sandbox: Sandbox, api: Api) -> None:
    slow = api.create("sandbox/primes", limit=100_000, delay=5)
    for _ in range(5):
        api.create("sandbox/divider", denominator=1, wait="wait")
    assert api.get(f"/predictions/{slow['id']}").json()["status"] == "processing"
    assert len(sandbox.predictions) == 3
    api.post(f"/predictions/{slow['id']}/cancel")


def test_requests_and_webhooks_are_forgotten(sandbox: Sandbox, api: Api) -> None:
    for number in range(5):
        body = {
            "version": "sandbox/divider",
            "input": {"denominator": 1},
            "webhook": "http://127.0.0.1:9/",
            "webhook_events_filter": ["completed"],
        }
        api.post(f"/predictions?n={number}", json=body)
        sandbox.settle()
    assert [request.query for request in sandbox.requests] == ["n=2", "n=3", "n=4"]
    assert len(sandbox.webhooks) == 3
    webhooks = sandbox._state.webhooks
    assert (webhooks._waiting, webhooks._last, webhooks._tasks) == ({}, {}, {})


def test_uploads_are_forgotten(sandbox: Sandbox, api: Api) -> None:
    ids = [api.post("/files", files={"content": b"x"}).json()["id"] for _ in range(4)]
    assert [api.get(f"/files/{id}").status_code for id in ids] == [404, 200, 200, 200]
    stored = list(sandbox._state.files.uploads.values())
    assert len(list(Path(stored[0].path).parent.iterdir())) == 3


def test_bodies_are_bounded_together() -> None:
    log = RequestLog(100, size=1000)
    for _ in range(50):
        record = RecordedRequest("api", "POST", "/", "", {}, b"x" * 100)
        log.append(record)
        log.received(record)
    kept = sum(len(record.body) for record in log)
    assert 0 < kept <= 1000
    assert log[-1].body
    assert not log[0].body
    huge = RecordedRequest("api", "POST", "/", "", {}, b"x" * 5000)
    log.append(huge)
    log.received(huge)
    assert sum(len(record.body) for record in log) == 5000  # what was just seen can be looked at


def test_runs_are_bounded_by_what_they_hold(sandbox: Sandbox, api: Api) -> None:
    sandbox._state.history = RunHistory(sandbox._state, 100, size=30_000)
    for _ in range(20):
        api.finish(sandbox, "sandbox/reader", document="data:text/plain," + "x" * 5000)
    assert 1 <= len(sandbox.predictions) <= 3
    assert sandbox._state.history._used <= 36_000
    sandbox.reset()
    assert sandbox._state.history._used == 0


def test_a_history_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Sandbox(history=0)
