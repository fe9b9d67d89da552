"""Waiting for a run: the pauses, and which failures pass."""

from __future__ import annotations

import itertools
import logging
from types import SimpleNamespace

import httpx
import pytest

from replicate import exceptions
from replicate._blocking import block
from replicate._runs import waiting
from replicate._runs.waiting import look, may_pass, pauses_of, until_end, until_known, with_id


class Session:
    def __init__(self, fixed=None, interval=0.5):
        self.fixed, self.poll_interval = fixed, interval

    def _fixed_poll_interval(self):
        return self.fixed


class Run:
    """A run; each look has an outcome: a status, or an error."""

    def __init__(self, *outcomes, status="processing", created_at=None, session=None):
        self.id = "an-id"
        self.outcomes = list(outcomes)
        self.status = status
        self._created_at = created_at
        self._client = session or Session()

    @property
    def _has_ended(self):
        return self.status in waiting.TERMINAL

    async def async_reload(self):
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        self.status = outcome

    def reload(self):
        block(self.async_reload())


def answer(status=200, **options):
    return httpx.Response(status, request=httpx.Request("GET", "https://host"), **options)


def test_pauses(clock):
    pauses = pauses_of(Session())
    shown = []
    for pause in itertools.islice(pauses, 60):
        shown.append(round(pause, 4))
        clock.now += pause
    assert shown[:4] == [0.06, 0.09, 0.13, 0.13]
    assert shown[10] == 0.13  # a tenth of little is less
    assert 0.13 < shown[15] < 0.5
    assert shown[-1] == 0.5


def test_pause_is_a_tenth_of_the_time(clock):
    pauses = pauses_of(Session(interval=60.0))
    next(pauses), next(pauses)
    clock.now += 100.0
    assert next(pauses) == pytest.approx(10.0)
    clock.now += 10_000.0
    assert next(pauses) == 60.0


@pytest.mark.parametrize("fixed", [0, 0.01, 7])
def test_pauses_that_the_user_has_set(clock, fixed):
    assert list(itertools.islice(pauses_of(Session(fixed, 0.5)), 5)) == [fixed] * 5


def test_wait_until_the_end(clock):
    run = Run("processing", "succeeded")
    block(until_end(run))
    assert clock.pauses == [0.06]
    run = Run("processing", "canceled")
    clock.pauses.clear()
    block(until_end(run, is_fresh=True))
    assert clock.pauses == [0.06, 0.09]
    run = Run(status="failed")
    block(until_end(run))


def lost_connection():
    return exceptions.APIConnectionError("gone")


def refused(status, **fields):
    kinds = {
        401: exceptions.AuthenticationError,
        404: exceptions.NotFoundError,
        500: exceptions.InternalServerError,
    }
    kind = kinds.get(status, exceptions.ReplicateError)
    return kind(status=status, response=answer(status, **fields))


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (refused(500), True),
        (refused(503), True),
        (refused(429), True),
        (refused(408), True),
        (refused(400), False),
        (refused(401), False),
        (refused(404), False),
        (refused(429, headers={"retry-after": "60"}), True),
        (refused(429, headers={"retry-after": "61"}), False),
        (refused(500, headers={"retry-after": "61"}), False),
        (exceptions.AuthenticationError(title="no token"), True),
        (exceptions.InvalidResponseError(title="unreadable"), True),
        (exceptions.InternalServerError(status=520), True),
        (exceptions.DeadlineExceededError(title="late"), False),
        (exceptions.ReplicateException(), False),
        (exceptions.ClosedError(), False),
        (ValueError(), False),
    ],
)
def test_what_may_pass(error, expected):
    assert may_pass(error) is expected


def test_lost_connections_may_pass():
    assert may_pass(lost_connection()) is True


def test_trouble_that_passes(clock, caplog):
    run = Run(refused(500), refused(503), "succeeded")
    block(look(run))
    assert run.status == "succeeded"
    assert clock.pauses == [0.06, 0.09]
    messages = [record.getMessage() for record in caplog.records]
    assert all(each.startswith("Run an-id: a look at it failed: ") for each in messages)
    assert [record.levelno for record in caplog.records] == [logging.WARNING] * 2
    assert "500" in messages[0]
    assert "503" in messages[1]


def test_advice_to_wait_is_followed(clock):
    advised = [refused(503, headers={"retry-after": text}) for text in ("7", "0.01")]
    run = Run(*advised, "succeeded")
    block(look(run))
    assert clock.pauses == [7.0, 0.09]


def test_as_many_looks_may_fail_in_a_row(clock):
    run = Run(*(refused(500) for _ in range(4)), "succeeded")
    block(look(run))
    errors = [refused(500) for _ in range(5)]
    with pytest.raises(exceptions.InternalServerError) as caught:
        block(look(Run(*errors, "succeeded")))
    assert caught.value is errors[-1]
    assert type(caught.value.prediction) is Run


def test_trouble_that_does_not_pass_names_the_run(clock):
    run = Run(refused(401), "succeeded")
    with pytest.raises(exceptions.AuthenticationError) as caught:
        block(look(run))
    assert caught.value.prediction is run
    assert clock.pauses == []


@pytest.mark.parametrize(("age", "seconds"), [(0.0, 10.0), (9.5, 0.5), (10.0, 0.0), (60.0, 0.0)])
def test_run_that_is_not_known_yet(clock, age, seconds):
    run = Run(*(refused(404) for _ in range(100)), created_at=clock.now - age)
    started = clock.now
    with pytest.raises(exceptions.NotFoundError):
        block(until_known(run, run.async_reload))
    assert seconds <= clock.now - started <= seconds + 0.5
    assert all(pause >= 0.13 for pause in clock.pauses)


def test_run_that_is_known_at_last(clock):
    run = Run(*(refused(404) for _ in range(20)), "succeeded", created_at=clock.now)
    block(until_known(run, run.async_reload))
    assert run.status == "succeeded"


def test_run_of_somebody_else_that_is_not_known(clock):
    with pytest.raises(exceptions.NotFoundError):
        block(until_known(Run(refused(404)), Run(refused(404)).async_reload))
    assert clock.pauses == []


def test_only_what_is_not_found_may_lag(clock):
    run = Run(refused(401), created_at=clock.now)
    with pytest.raises(exceptions.AuthenticationError):
        block(until_known(run, run.async_reload))


@pytest.mark.parametrize("id", ["an-id", 7, "a/b", "...", "\u00e9"])
def test_ids(id):
    run = SimpleNamespace(id=id)
    assert with_id(run) is run


@pytest.mark.parametrize("id", [None, "", ".", "..", "a\nb", "a\0"])
def test_ids_that_are_none(id):
    with pytest.raises(exceptions.InvalidResponseError) as caught:
        with_id(SimpleNamespace(id=id))
    assert caught.value.title == "Unreadable answer"
    assert caught.value.detail == f"the answer has the id {id!r}"


def test_answer_without_an_id():
    with pytest.raises(exceptions.InvalidResponseError, match="the answer has the id None"):
        with_id(SimpleNamespace(identity="x"))
