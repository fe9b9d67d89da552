"""Creates whose answer is lost: what is looked at, and what is decided."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from types import SimpleNamespace

import pytest

from replicate._blocking import block
from replicate._http.deadline import deadline
from replicate._runs import lost
from replicate._runs.lost import Create, Creates, Description, Found, contradicts, decide
from replicate.exceptions import DeadlineExceededError

NUMBERS = itertools.count()
"""Ids of runs are never used again."""

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
V1, V2 = "1" * 64, "2" * 64


def run(age=0.0, **fields):
    """Make a run that was created so many seconds before NOW."""
    created = SimpleNamespace(datetime=NOW - timedelta(seconds=age))
    return SimpleNamespace(**{"id": f"lost-{next(NUMBERS)}", "created_at": created, **fields})


def created(creates=None, kind="Prediction", sent=True, **fields):
    create = Create(creates or Creates(), kind, Description(**fields))
    create.mark_sent(sent)
    return create


@pytest.mark.parametrize(
    ("asked", "shown", "differ"),
    [
        ({}, {}, False),
        # Versions.
        ({"version": V1}, {"version": V2}, True),
        ({"version": V1}, {"version": V1}, False),
        ({"version": V1}, {"version": "hidden"}, False),
        ({"version": "hidden"}, {"version": V1}, False),
        ({"version": V1}, {"version": None}, False),
        ({"version": None}, {"version": V1}, False),
        ({"version": V1}, {"model": V2}, False),
        # Models.
        ({"model": "a/b"}, {"model": "a/c"}, True),
        ({"model": "a/b"}, {"model": "a/b"}, False),
        ({"model": "a/b"}, {"model": "replicate-internal/c"}, False),
        ({"model": "a/b"}, {"model": "replicate/c"}, False),
        ({"model": "a/b"}, {"model": "replicated/c"}, True),
        ({"model": "replicate/b"}, {"model": "a/c"}, True),
        ({"model": "a/b"}, {"model": "c"}, False),
        ({"model": "a"}, {"model": "b/c"}, False),
        ({"model": "a/b"}, {"model": 7}, False),
        ({"model": None}, {"model": "a/c"}, False),
        # Deployments.
        ({"deployment": "a/b"}, {"deployment": "a/c"}, True),
        ({"deployment": "a/b"}, {"deployment": "a/b"}, False),
        ({"deployment": "a/b"}, {"deployment": None}, False),
        ({"deployment": "a/b"}, {"deployment": "c"}, False),
        # Inputs.
        ({"input": {"a": "x"}}, {"input": {"a": "y"}}, True),
        ({"input": {"a": "x"}}, {"input": {"a": "x"}}, False),
        ({"input": {"a": "x"}}, {"input": {"a": "x", "b": "default"}}, False),
        ({"input": {"a": "x", "b": 1}}, {"input": {"b": 1}}, False),
        ({"input": {"a": "x", "b": 1}}, {"input": {"b": 2}}, True),
        ({"input": {"a": "x"}}, {"input": None}, False),
        ({"input": None}, {"input": {"a": "x"}}, False),
        ({"input": {"a": "x"}}, {"input": ["a"]}, False),
        ({"input": {"a": 1}}, {"input": {"a": 2}}, True),
        ({"input": {"a": 1}}, {"input": {"a": 1.0}}, False),
        ({"input": {"a": 1}}, {"input": {"a": 1.0000001}}, False),
        ({"input": {"a": 1}}, {"input": {"a": 1.00001}}, True),
        ({"input": {"seed": 1764120000}}, {"input": {"seed": 1764120001}}, True),
        ({"input": {"seed": 1764120000}}, {"input": {"seed": 1764120001.0}}, True),
        ({"input": {"seed": 2**53 - 1}}, {"input": {"seed": 2**53 - 1.0}}, False),
        ({"input": {"seed": 2**63 + 1}}, {"input": {"seed": 2**63}}, False),
        ({"input": {"a": 1}}, {"input": {"a": "2"}}, False),
        ({"input": {"a": True}}, {"input": {"a": False}}, True),
        ({"input": {"a": True}}, {"input": {"a": True}}, False),
        ({"input": {"a": True}}, {"input": {"a": 0}}, False),
        ({"input": {"a": ""}}, {"input": {"a": "x"}}, True),
        ({"input": {"a": {"b": 1}}}, {"input": {"a": {"b": 2}}}, False),
        ({"input": {"a": [1]}}, {"input": {"a": [2]}}, False),
        ({"input": {"a": None}}, {"input": {"a": "x"}}, False),
        ({"input": {"a": "data:,x"}}, {"input": {"a": "https://y"}}, False),
        ({"input": {"a": "x"}}, {"input": {"a": "https://y"}}, False),
        ({"input": {"a": " HTTP://x"}}, {"input": {"a": "y"}}, False),
        ({"input": {"a": "x"}}, {"input": {"a": "**"}}, False),
        ({"input": {"a": "x"}}, {"input": {"a": "*"}}, True),
        ({"input": {"a": "x"}}, {"input": {"a": "<REDACTED>"}}, False),
        ({"input": {"a": "x"}}, {"input": {"a": "[hidden]"}}, False),
        ({"input": {"a": "x"}}, {"input": {"a": "[redacted] text"}}, True),
    ],
)
def test_contradictions(asked, shown, differ):
    assert contradicts(Description(**asked), SimpleNamespace(**shown)) is differ


def test_kinds_of_values():
    values = [True, 1, 1.5, "x", "", None, [], {}, "data:,x", "***"]
    kinds = ["boolean", "number", "number", "text", "text", None, None, None, None, None]
    assert [lost._kind(value) for value in values] == kinds


def test_only_candidate_is_taken():
    create, one = created(input={"a": 1}), run(input={"a": 1})
    assert decide(create, [one]) == Found(one)
    assert decide(create, [run(input={"a": 2}), one]) == Found(one)
    assert decide(create, []) == Found(None, [])
    assert decide(create, [run(input={"a": 2})]) == Found(None, [])


def test_several_candidates_are_named():
    create, one, two = created(), run(), run()
    assert decide(create, [one, two]) == Found(None, [one, two])
    create.creates.known.append(two.id)
    assert decide(create, [one, two]) == Found(one)


@pytest.mark.parametrize(
    ("fields", "is_rival"),
    [
        ({}, True),
        ({"input": {"a": 1}}, True),
        ({"input": {"a": 2}}, False),
        ({"sent": False}, False),
        ({"kind": "Training"}, False),
    ],
)
def test_candidate_may_be_that_of_another_create(fields, is_rival):
    creates, one = Creates(), run()
    create = created(creates, input={"a": 1})
    other = created(creates, **fields)
    assert decide(create, [one]) == (Found(None, [one]) if is_rival else Found(one))
    other.forget()
    assert decide(create, [one]) == Found(one)


def test_life_of_a_create(clock):
    creates = Creates()
    create = Create(creates, "Prediction", Description())
    assert (create.sent, create.started) == (False, 1000.0)
    assert list(creates.under_way.values()) == [create]
    create.mark_sent(True)
    assert create.sent is True
    create.answered("an-id")
    assert (create.sent, list(creates.known)) == (False, ["an-id"])
    create.forget()
    create.forget()
    assert creates.under_way == {}


def test_as_many_ids_are_kept_as_are_of_use(monkeypatch):
    assert Creates().known.maxlen == lost.REMEMBERED == 10_000


def test_child_process_does_not_know_the_creates_of_its_parent():
    creates = lost._shared.setdefault("https://a-test", Creates())
    created(creates)
    try:
        lost._forget()
        assert creates.under_way == {}
    finally:
        del lost._shared["https://a-test"]


@pytest.mark.parametrize(
    ("header", "date"),
    [
        ("Fri, 02 Jan 2026 03:04:05 GMT", NOW),
        ("Fri, 02 Jan 2026 04:04:05 +0100", NOW),
    ],
)
def test_time_of_the_server(header, date):
    assert lost._date(header) == date
    assert lost._date(header).tzinfo is timezone.utc


@pytest.mark.parametrize("header", [None, "", "yesterday"])
def test_time_of_this_machine_in_its_place(header):
    date = lost._date(header)
    assert date.tzinfo is timezone.utc
    assert abs(datetime.now(timezone.utc) - date) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("created_at", "is_since"),
    [
        (SimpleNamespace(datetime=NOW), True),
        (SimpleNamespace(datetime=NOW - timedelta(microseconds=1)), False),
        (SimpleNamespace(datetime=NOW + timedelta(days=1)), True),
        (None, False),
        ("today", False),
    ],
)
def test_runs_since_a_time(created_at, is_since):
    assert lost._is_since(SimpleNamespace(created_at=created_at), NOW) is is_since
    assert lost._is_since(SimpleNamespace(), NOW) is False


class Unreadable:
    @property
    def datetime(self):
        raise ValueError("no date")


def test_run_of_an_unreadable_date_is_none_of_ours():
    assert lost._is_since(SimpleNamespace(created_at=Unreadable()), NOW) is False


class Api:
    """The list of an account, which changes from look to look; each look is a list of pages."""

    def __init__(self, *looks):
        self.looks = list(looks)
        self.pages = []
        self.requests = []
        self._transport = self

    def build(self):
        return {"method": "QUERY-LIST", "url": "/runs"}

    def parse(self, response):
        return response.page

    async def request(self, method, url, *, retries):
        self.requests.append((method, url, retries))
        if url == "/runs":
            self.pages = list(self.looks.pop(0) if len(self.looks) > 1 else self.looks[0])
        results = self.pages.pop(0)
        cursor = f"https://elsewhere/v1/runs?cursor={len(self.pages)}" if self.pages else None
        page = SimpleNamespace(results=results, next=cursor)
        return SimpleNamespace(headers={"date": format_datetime(NOW, usegmt=True)}, page=page)


def find(api, create):
    return block(lost.find(api, api, create))


def test_find_at_the_first_look(clock):
    one, create = run(), created()
    api = Api([[one]])
    assert find(api, create) == Found(one)
    assert clock.pauses == []
    assert api.requests == [("QUERY-LIST", "/runs", 2)]
    assert list(create.creates.known) == [one.id]
    assert create.sent is False


def test_find_nothing_after_a_few_looks(clock):
    create = created()
    assert find(Api([[]]), create) == Found(None, [])
    assert clock.pauses == [0.2, 0.4, 0.8, 1.6]
    assert create.sent is True


def test_find_what_the_list_did_not_have_yet(clock):
    one = run()
    assert find(Api([[]], [[]], [[one]]), created()) == Found(one)
    assert clock.pauses == [0.2, 0.4]


def test_several_candidates_end_the_search(clock):
    one, two = run(), run()
    assert find(Api([[one, two]]), created()) == Found(None, [one, two])
    assert clock.pauses == []


def test_other_creates_on_their_way_are_given_time(clock):
    creates, one = Creates(), run()
    create = created(creates)
    created(creates)
    assert find(Api([[one]]), create) == Found(None, [one])
    assert len(clock.pauses) == 4


def test_search_ends_at_the_deadline(clock):
    async def limited():
        with deadline(0.5):
            await lost.find(api, api, created())

    api = Api([[]])
    with pytest.raises(DeadlineExceededError):
        block(limited())
    assert clock.pauses == pytest.approx([0.2, 0.3])


def test_list_is_read_back_to_the_time_of_the_create(clock):
    """Two seconds are for the precision of the header."""
    create = created()
    clock.now += 10.0
    new = [run(age) for age in (0, 5, 12)]
    old = [run(age) for age in (12.1, 20)]
    api = Api([new[:1], new[1:], old, [run(30)]])
    assert block(lost._created_since(api, api, create)) == new
    assert api.requests == [
        ("QUERY-LIST", "/runs", 2),
        ("QUERY-LIST", "/runs?cursor=3", 2),
        ("QUERY-LIST", "/runs?cursor=2", 2),
    ]


@pytest.mark.parametrize("results", [None, []])
def test_empty_page_ends_the_list(clock, results):
    api = Api([results, [run()]])
    assert block(lost._created_since(api, api, created())) == []
    assert len(api.requests) == 1


def test_cursor_that_repeats_ends_the_list(clock):
    class Circle(Api):
        def parse(self, response):
            response.page.next = "/v1/runs?cursor=again"
            return response.page

    one, two = run(), run()
    api = Circle([[one], [two], [run()]])
    assert block(lost._created_since(api, api, created())) == [one, two]
    assert [url for _, url, _ in api.requests] == ["/runs", "/runs?cursor=again"]


def test_creates_of_clients():
    class Client:
        def __init__(self, base, **options):
            self._client_kwargs = options
            self._http = SimpleNamespace(_owner=self)
            self.base = base

        def _base(self):
            return self.base

    first, second, third = (Client(f"https://{name}-test") for name in "aab")
    mine = Client("https://a-test", transport=object())
    try:
        assert Creates.of(first) is Creates.of(second)
        assert Creates.of(first) is not Creates.of(third)
        assert type(Creates.of(mine)) is Creates
        assert Creates.of(mine) is Creates.of(mine) is mine._creates
        assert Creates.of(mine) is not Creates.of(first)
    finally:
        for name in "ab":
            lost._shared.pop(f"https://{name}-test", None)


def test_what_requests_make():
    asked = {"method": "POST", "json": {"input": {"a": 1}, "version": "v"}}
    assert lost.description_of(asked) == Description({"a": 1}, version="v")
    assert lost.description_of({"method": "POST", "json": {"input": None}}) == Description()
    numbered = {"method": "POST", "json": {"input": {}, "version": 7}}
    assert lost.description_of(numbered) == Description({})
    assert lost.description_of({**asked, "method": "PUT"}) is None
    assert lost.description_of({"method": "POST", "json": {"INPUT": {}}}) is None
    assert lost.description_of({"method": "POST", "json": ["input"]}) is None
    assert lost.description_of({"method": "POST"}) is None
    assert lost.description_of({"json": {"input": {}}}) is None
