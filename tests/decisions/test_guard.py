"""The guard of a run, with a session that answers from memory."""

from __future__ import annotations

import itertools
import json
import logging
import sys
from datetime import datetime, timezone
from email.utils import format_datetime
from types import SimpleNamespace

import httpx
import pytest

from replicate import exceptions
from replicate._blocking import block
from replicate._http.deadline import deadline, remaining
from replicate._http.rooms import is_cleaning_up
from replicate._runs import guard as guards
from replicate._runs.guard import RunGuard
from replicate._runs.lost import Creates, Description

NUMBERS = itertools.count()
"""Ids of runs are never used again."""

NOTES = sys.version_info >= (3, 11)


def new_id():
    return f"guard-{next(NUMBERS)}"


class Run:
    """A run as the guard sees it."""

    model = "owner/name"
    urls = None

    fate = "canceled"
    """What a cancel makes of it; an error is raised."""

    def __init__(self, id=None, status="processing"):
        self.id = id or new_id()
        self.status = status
        self._created_at = None
        self.session = None
        self.cancels = []
        self.reloads = []

    @property
    def _is_complete(self):
        return self.status != "processing"

    async def async_cancel(self):
        self.cancels.append((remaining(), is_cleaning_up()))
        if isinstance(self.fate, Exception):
            raise self.fate
        self.status = self.fate

    async def async_reload(self):
        self.reloads.append(remaining())

    def cancel(self):
        block(self.async_cancel())

    def reload(self):
        block(self.async_reload())

    @classmethod
    def _of(cls, model, session):
        run = cls(model.id)
        run.model, run.session, run.fate = model, session, session.fate
        session.made.append(run)
        return run

    @staticmethod
    def _operations():
        return SimpleNamespace(list=Listing)


class Training(Run):
    pass


class Listing:
    @staticmethod
    def build():
        return {"method": "GET", "url": "/runs"}

    @staticmethod
    def parse(response):
        return response


class Session:
    """Answers a create, and lists what it has made."""

    fate = "canceled"

    def __init__(self, answer=None, *listed, failure=None, sent=True):
        self.answer, self.sent, self.failure = answer, sent, failure
        self.listed = [listed_run(id) for id in listed]
        self.looks = []
        self.made = []
        self._transport = self
        self._client_kwargs = {"transport": self}
        self._http = SimpleNamespace(_owner=self)
        self._versions = {}

    def _base(self):
        return "https://guard-test"

    async def send(self, build, *, on_send, retries):
        assert build() == "request"
        on_send(self.sent)
        return await self._answer(self.answer)

    async def request(self, method, url, *, retries):
        self.looks.append((remaining(), is_cleaning_up()))
        if self.failure is not None:
            raise self.failure
        headers = {"date": format_datetime(datetime.now(timezone.utc), usegmt=True)}
        return SimpleNamespace(headers=headers, results=self.listed, next=None)

    @staticmethod
    async def _answer(answer):
        if isinstance(answer, BaseException):
            raise answer
        return answer

    @property
    def under_way(self):
        return list(Creates.of(self).under_way.values())

    @property
    def known(self):
        return list(Creates.of(self).known)


def listed_run(id):
    created_at = SimpleNamespace(datetime=datetime.now(timezone.utc))
    return SimpleNamespace(id=id, created_at=created_at, model="me/model")


def parsed_as(id):
    """Make an operation whose answer is a run."""
    return SimpleNamespace(parse=lambda answer: SimpleNamespace(id=id, answer=answer))


def create(guard, operation=None, description=None):
    """Create a run as a caller does: in the guard."""

    async def main():
        async with guard:
            return await guard.create(
                operation or parsed_as(new_id()), lambda: "request", description or Description()
            )

    return block(main())


def fail(guard, error):
    block(guard.failed(error))
    return error


def notes(error):
    return getattr(error, "__notes__", [])


def gone():
    return exceptions.ReplicateError(title="Connection lost", detail="It broke.")


def test_create(clock):
    session, id = Session("answer"), new_id()
    guard = RunGuard(session, Run)
    run, answer = create(guard, parsed_as(id))
    assert (run.id, answer) == (id, "answer")
    assert run is guard.run
    assert run.session is guard.session is session
    assert run.model.answer == "answer"
    assert run._created_at == clock.now
    assert session.known == [id]
    assert session.under_way == []
    assert session.looks == []


@pytest.mark.parametrize(
    ("urls", "place"), [({"web": "https://web.test/p"}, "https://web.test/p"), (None, None)]
)
def test_create_is_logged(clock, caplog, monkeypatch, urls, place):
    monkeypatch.setattr(Run, "urls", urls)
    caplog.set_level(logging.INFO, "replicate")
    run, answer = create(RunGuard(Session("answer"), Run), parsed_as("guard-logged"))
    assert caplog.messages == [f"Run guard-logged of {run.model}: processing, see {place}"]


class Watch:
    """A watch of runs that keeps what it is told."""

    def __init__(self, guard, description):
        self.told = [(guard, description)]

    def __getattr__(self, name):
        return lambda *arguments: self.told.append((name, *arguments))


@pytest.fixture
def watches(monkeypatch):
    """The watches that guards make while the test runs."""
    made = []

    def watcher(guard, description):
        made.append(Watch(guard, description))
        return made[-1]

    monkeypatch.setattr(guards, "watchers", [watcher])
    return made


def test_watch_of_a_call_that_creates(watches):
    async def call(error=None, **options):
        async with RunGuard(Session("answer"), Run, **options) as guard:
            await guard.create(parsed_as(new_id()), lambda: "request", Description({"a": 1}))
            if error is not None:
                raise error
        return guard

    guard = block(call())
    [watch] = watches
    assert watch.told == [(guard, Description({"a": 1})), ("enter",), ("leave",), ("end", None)]
    error = ValueError()
    with pytest.raises(ValueError):
        block(call(error))
    assert watches[1].told[1:] == [("enter",), ("leave",), ("end", error)]


def test_watch_of_a_create_by_itself(watches):
    guard = RunGuard(Session("answer"), Run)
    block(guard.create(parsed_as(new_id()), lambda: "request", Description({})))
    [watch] = watches
    assert [each[0] for each in watch.told] == [guard]
    guard.end()
    guard.end()
    assert watch.told[1:] == [("end", None)]


def test_watch_of_a_run_that_is_there(watches):
    async def call(run):
        async with RunGuard(Session(), Run, run) as guard:
            return guard

    guard = block(call(Run()))
    [watch] = watches
    assert watch.told == [(guard, None), ("enter",), ("leave",), ("end", None)]
    block(call(None))
    assert len(watches) == 1


def test_create_is_known_while_it_is_under_way():
    class Watching(Session):
        async def send(self, build, *, on_send, retries):
            [create] = self.under_way
            seen.append((create.kind, create.description, create.sent))
            on_send(True)
            seen.append(create.sent)
            return "answer"

    seen = []
    create(RunGuard(Watching(), Training), description=Description({"a": 1}))
    assert seen == [("Training", Description({"a": 1}), False), True]


def test_create_that_was_not_sent_is_not_looked_for():
    error, session = gone(), Session(sent=False)
    session.answer = error
    with pytest.raises(exceptions.ReplicateError) as caught:
        create(RunGuard(session, Run))
    assert caught.value is error
    assert caught.value.detail == "It broke."
    assert session.looks == []
    assert session.under_way == []


def test_refusal_is_explained():
    session = Session(sent=False)
    session.answer = exceptions.UnprocessableEntityError(status=422, detail="no")
    session.answer.about = {"request": "POST /predictions"}
    schema = {"components": {"schemas": {"Input": {"properties": {"prompt": {}}}}}}
    session._versions["", "", "v"] = SimpleNamespace(id="v", openapi_schema=schema)
    with pytest.raises(exceptions.UnprocessableEntityError) as caught:
        create(RunGuard(session, Run), description=Description({"promt": 1}, "me/m", "v"))
    assert caught.value.about["model"] == "me/m"
    assert caught.value.about["inputs"] == "prompt"


def test_refusal_of_a_training_is_explained_by_its_own_inputs():
    session = Session(sent=False)
    session.answer = exceptions.UnprocessableEntityError(status=422, detail="no")
    schemas = {"TrainingInput": {"properties": {"steps": {}}}}
    schema = {"components": {"schemas": schemas}}
    session._versions["", "", "v"] = SimpleNamespace(id="v", openapi_schema=schema)
    with pytest.raises(exceptions.UnprocessableEntityError) as caught:
        create(RunGuard(session, Training), description=Description({"step": 1}, "me/m", "v"))
    assert caught.value.about["inputs"] == "steps"


def test_lost_answer(clock, caplog):
    id = new_id()
    session = Session(exceptions.ReplicateError(title="x", detail="It \n broke."), id)
    guard = RunGuard(session, Run)
    run, answer = create(guard)
    assert (run.id, answer) == (id, None)
    assert guard.run is run
    assert run.session is session
    assert run._created_at == clock.now
    assert session.known == [id]
    assert session.under_way == []
    assert [record.getMessage() for record in caplog.records] == [
        f"the answer to a create was lost (It broke.); it has started run {id}"
    ]


@pytest.mark.parametrize(("kind", "word"), [(Run, "run"), (Training, "training")])
def test_lost_answer_and_nothing_there(clock, kind, word):
    error = gone()
    session = Session(error)
    with pytest.raises(exceptions.ReplicateError) as caught:
        create(RunGuard(session, kind))
    assert caught.value is error
    assert error.detail == f"It broke. No {word} of this request was found."
    assert list(error.candidates) == []
    assert session.under_way == []
    assert len(session.looks) == 5


def test_lost_answer_without_a_detail(clock):
    session = Session(exceptions.ReplicateError(title="Connection lost"))
    with pytest.raises(exceptions.ReplicateError) as caught:
        create(RunGuard(session, Run))
    assert caught.value.detail == "Connection lost No run of this request was found."


def test_lost_answer_of_an_error_without_room(clock):
    error = exceptions.ReplicateException("broken")
    with pytest.raises(exceptions.ReplicateException) as caught:
        create(RunGuard(Session(error), Run))
    assert caught.value is error
    assert not hasattr(error, "detail")


def test_lost_answer_and_several_there(clock):
    one, two = new_id(), new_id()
    error = gone()
    session = Session(error, one, two)
    with pytest.raises(exceptions.ReplicateError):
        create(RunGuard(session, Run))
    assert error.detail == (
        f"It broke. The request may have started one of these runs: {one}, {two}."
    )
    assert [run.id for run in error.candidates] == [one, two]
    assert all(run.session is session for run in error.candidates)
    assert not any(run.cancels for run in session.made)


def test_lost_answer_and_no_list(clock):
    error = gone()
    failure = exceptions.InternalServerError(status=503, detail="overloaded")
    with pytest.raises(exceptions.ReplicateError) as caught:
        create(RunGuard(Session(error, failure=failure), Run))
    assert caught.value is error
    assert error.detail == "It broke. The list of runs could not be looked at: overloaded"


def test_lost_answer_and_the_deadline(clock):
    """The deadline ends the call, so the run is looked for once more to be canceled."""
    late = exceptions.DeadlineExceededError(title="late")
    session = Session(gone(), failure=late)
    with pytest.raises(exceptions.DeadlineExceededError) as caught:
        create(RunGuard(session, Run))
    assert caught.value is late
    assert caught.value.__cause__ is session.answer
    assert len(session.looks) == 2
    assert session.looks[1][1] is True


def test_interrupted_create_is_looked_for_and_canceled(clock):
    id = new_id()
    session = Session(KeyboardInterrupt(), id)
    guard = RunGuard(session, Run)
    with pytest.raises(KeyboardInterrupt) as caught:
        create(guard)
    assert caught.value.prediction.id == id
    assert guard.run is caught.value.prediction
    assert guard.run.cancels == [(8.0, True)]
    assert session.looks == [(8.0, True)]
    assert session.under_way == []
    if NOTES:
        assert notes(caught.value) == [f"Run {id} was canceled."]


def test_deadline_of_a_create_cancels_also_what_is_the_users(clock):
    late, id = exceptions.DeadlineExceededError(title="late", detail="Late."), new_id()
    session = Session(late, id)
    with pytest.raises(exceptions.DeadlineExceededError):
        create(RunGuard(session, Training, cancels=False))
    assert late.detail == f"Late. Training {id} was canceled."
    assert late.prediction.status == "canceled"


def test_interrupted_create_of_the_users_is_left(clock):
    session = Session(KeyboardInterrupt(), new_id())
    with pytest.raises(KeyboardInterrupt):
        create(RunGuard(session, Run, cancels=False))
    assert session.looks == []
    assert session.under_way == []


def test_interrupted_create_that_was_not_sent_is_not_looked_for(clock):
    session = Session(KeyboardInterrupt(), new_id(), sent=False)
    with pytest.raises(KeyboardInterrupt):
        create(RunGuard(session, Run))
    assert session.looks == []


def test_interrupted_create_that_cannot_be_canceled(clock):
    id = new_id()
    late = exceptions.DeadlineExceededError(title="late", detail="Late.")
    session = Session(late, id)
    session.fate = exceptions.InternalServerError(status=500)
    with pytest.raises(exceptions.DeadlineExceededError):
        create(RunGuard(session, Run))
    assert late.detail == f"Late. Run {id} could not be canceled."
    assert late.prediction.id == id


@pytest.mark.parametrize(("kind", "word"), [(Run, "run"), (Training, "training")])
def test_interrupted_create_that_may_have_made_one_of_several(clock, kind, word):
    ids = [new_id(), new_id()]
    late = exceptions.DeadlineExceededError(title="late", detail="Late.")
    session = Session(late, *ids)
    with pytest.raises(exceptions.DeadlineExceededError):
        create(RunGuard(session, kind))
    assert late.detail == (
        f"Late. The request may have started one of these {word}s: {ids[0]}, {ids[1]}."
    )
    assert [run.id for run in late.candidates] == ids
    assert all(type(run) is kind and run.session is session for run in late.candidates)
    assert not any(run.cancels for run in session.made)


class WithoutRoom(BaseException):
    """An error that takes no attributes."""

    __slots__ = ()

    def __setattr__(self, name, value):
        raise AttributeError(name)


def test_error_without_room_for_more(clock):
    session = Session(WithoutRoom(), new_id(), new_id())
    with pytest.raises(WithoutRoom):
        create(RunGuard(session, Run))
    session = Session(WithoutRoom(), new_id())
    with pytest.raises(WithoutRoom):
        create(RunGuard(session, Run))
    assert session.made[0].status == "canceled"


def test_unreadable_answer_names_what_can_be_read(clock):
    """Python refuses to read an integer of more than 4,300 digits."""

    def parse(answer):
        text = answer.content.decode()
        seen.append(answer)
        if len(seen) == 1 or not text:
            raise exceptions.InvalidResponseError(title="unreadable")
        return SimpleNamespace(**json.loads(text))

    seen = []
    id, digits = new_id(), "9" * 5000
    content = f'{{"id": "{id}", "output": {digits}, "number": 7}}'.encode()
    answer = SimpleNamespace(status_code=201, content=content, extensions={"a": 1})
    session = Session(answer)
    guard = RunGuard(session, Run)
    with pytest.raises(exceptions.InvalidResponseError) as caught:
        create(guard, SimpleNamespace(parse=parse))
    run = caught.value.prediction
    if NOTES:  # older versions read it
        assert run.model.output == digits
    assert run.model.number == 7
    assert (run.id, run.session) == (id, session)
    assert (seen[1].status_code, seen[1].extensions) == (201, {})
    assert session.known == [id]
    assert session.looks == []
    assert caught.value.detail is None


@pytest.mark.parametrize("content", [b"", b"[" * 100_000, b'{"id": ""}', b'{"id": null}'])
def test_unreadable_answer_of_which_nothing_can_be_read(clock, content):
    def parse(answer):
        if answer.content == content:
            raise exceptions.InvalidResponseError(title="unreadable", detail="Unreadable.")
        return SimpleNamespace(**json.loads(answer.content))

    answer = SimpleNamespace(status_code=201, content=content, extensions={})
    session = Session(answer)
    with pytest.raises(exceptions.InvalidResponseError) as caught:
        create(RunGuard(session, Run), SimpleNamespace(parse=parse))
    assert caught.value.prediction is None
    assert caught.value.detail == "Unreadable. No run of this request was found."


def test_readable_part_without_a_create():
    id = new_id()
    answer = SimpleNamespace(content=f'{{"id": "{id}"}}'.encode(), status_code=1, extensions={})
    assert RunGuard(Session(), Run)._readable_part(parsed_as(id), answer).id == id


@pytest.mark.parametrize(("text", "value"), [("7", 7), ("-7", -7), ("seven", "seven")])
def test_numbers_that_python_refuses_are_text(text, value):
    assert guards._number_or_text(text) == value


# The end.


def job_timeout():
    """Return what a job queue raises in our code."""
    kind = type("JobTimeout", (Exception,), {"__module__": "queue_of_jobs"})
    space = {"__name__": "replicate.run", "error": kind()}
    try:
        exec("raise error", space)
    except kind as error:
        return error


@pytest.mark.parametrize("make", [KeyboardInterrupt, job_timeout])
def test_what_ends_the_caller_cancels_the_run(clock, make):
    run, error = Run(), make()
    fail(RunGuard(Session(), Run, run), error)
    assert run.cancels == [(5.0, True)]
    assert not is_cleaning_up()
    assert error.prediction is run
    if NOTES:
        assert notes(error) == [f"Run {run.id} was canceled."]


def test_deadline_cancels_the_run(clock):
    for cancels in (True, False):
        run = Training()
        error = exceptions.DeadlineExceededError(title="late", detail="Late.")
        fail(RunGuard(Session(), Training, run, cancels=cancels), error)
        assert error.detail == f"Late. Training {run.id} was canceled."
        assert error.prediction is run


def test_run_of_the_user_is_left_to_him(clock):
    run = Run()
    error = fail(RunGuard(Session(), Run, run, cancels=False), KeyboardInterrupt())
    assert run.cancels == []
    assert error.prediction is run
    assert notes(error) == []


@pytest.mark.parametrize("make", [gone, ValueError])
def test_failure_names_the_run_and_leaves_it(clock, make):
    run, error = Run(), make()
    fail(RunGuard(Session(), Run, run), error)
    assert run.cancels == []
    assert error.prediction is run


def test_error_that_has_a_run_keeps_it(clock):
    error, other = gone(), Run()
    error.prediction = other
    fail(RunGuard(Session(), Run, Run()), error)
    assert error.prediction is other


def test_run_that_is_complete_is_left(clock):
    run = Run(status="succeeded")
    error = fail(RunGuard(Session(), Run, run), KeyboardInterrupt())
    assert run.cancels == []
    assert error.prediction is run


@pytest.mark.parametrize("status", ["succeeded", "failed"])
def test_run_that_ended_by_itself(clock, status):
    run = Run()
    run.fate = status
    error = exceptions.DeadlineExceededError(title="late", detail="Late.")
    fail(RunGuard(Session(), Run, run), error)
    assert error.detail == f"Late. Run {run.id} had just {status}."


def test_run_that_cannot_be_canceled(clock, caplog):
    run = Run()
    run.fate = exceptions.InternalServerError(status=500)
    error = exceptions.DeadlineExceededError(title="late", detail="Late.")
    fail(RunGuard(Session(), Run, run), error)
    assert error.detail == f"Late. Run {run.id} could not be canceled."
    warnings = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert [each.getMessage() for each in warnings] == [f"Run {run.id} could not be canceled"]


def test_failure_without_a_run(clock):
    session = Session()
    error = fail(RunGuard(session, Run), KeyboardInterrupt())
    assert not hasattr(error, "prediction")
    assert session.looks == []


def test_call_that_ends_well_leaves_the_run():
    async def main():
        async with guard as entered:
            assert entered is guard

    guard = RunGuard(Session(), Run, Run())
    block(main())
    assert guard.run.cancels == []


def test_interrupt():
    running, complete = Run(), Run(status="succeeded")
    for run in (running, complete, None):
        block(RunGuard(Session(), Run, run).interrupt())
    assert (len(running.cancels), len(complete.cancels)) == (1, 0)


@pytest.mark.parametrize(
    ("error", "status", "succeeded"),
    [
        (exceptions.DeadlineExceededError(title="late"), "succeeded", True),
        (exceptions.DeadlineExceededError(title="late"), "processing", False),
        (exceptions.DeadlineExceededError(title="late"), "failed", False),
        (exceptions.DeadlineExceededError(title="late"), None, False),
        (KeyboardInterrupt(), "succeeded", False),
        (gone(), "succeeded", False),
    ],
)
def test_deadline_that_came_too_late(clock, error, status, succeeded):
    async def main():
        with deadline(-1):
            return await RunGuard(Session(), Run, run).has_succeeded(error)

    run = None if status is None else Run(status=status)
    assert block(main()) is succeeded
    if run is not None:
        assert run.reloads == ([5.0] if succeeded else [])


@pytest.mark.parametrize(
    ("error", "summary"),
    [
        (gone(), "It broke."),
        (exceptions.ReplicateException("a\n  b"), "a b"),
        (exceptions.ReplicateException(), "ReplicateException"),
        (httpx.ReadError(""), "ReadError"),
        (httpx.ReadError("gone"), "gone"),
    ],
)
def test_summaries(error, summary):
    assert guards._summary(error) == summary


class Unreachable(Run):
    """A run at which nobody can look any more."""

    async def async_reload(self):
        raise gone()


def test_deadline_is_told_where_a_last_look_fails(clock):
    guard = RunGuard(Session(), Run, Unreachable(status="succeeded"))
    error = exceptions.DeadlineExceededError(title="late")
    assert block(guard.has_succeeded(error)) is False
