"""Server-sent events: lines, events, and what they mean."""

from __future__ import annotations

import pickle

import pytest

from replicate._runs.events import (
    Decoder,
    EventDecoder,
    LineDecoder,
    RawEvent,
    ServerSentEvent,
    event_of,
    reason_of,
)
from replicate.exceptions import StreamError

OUTPUT = ServerSentEvent.EventType.OUTPUT


@pytest.mark.parametrize(
    ("chunks", "lines"),
    [
        ([b""], []),
        ([b"a"], []),
        ([b"a\n"], ["a"]),
        ([b"a\nb\rc\r\nd\n"], ["a", "b", "c", "d"]),
        ([b"a", b"b", b"c\nd\n"], ["abc", "d"]),
        ([b"a\nb", b"c\n"], ["a", "bc"]),
        ([b"a\n", b"\n"], ["a", ""]),
        ([b"a\r", b"\nb\n"], ["a", "b"]),
        ([b"a\r", b"\n", b"\nb\n"], ["a", "", "b"]),
        ([b"a\r", b"b\n"], ["a", "b"]),
        ([b"a\r", b"\r"], ["a", ""]),
        ([b"a\n", b"\nb\n"], ["a", "", "b"]),
        ([b"a\rb", b"\nc\n"], ["a", "b", "c"]),
        (["\ufeffa\n".encode()], ["a"]),
        (["\ufeff".encode(), b"a\n"], ["a"]),
        (["\ufeff".encode()[:1], "\ufeffa\n".encode()[1:]], ["a"]),
        ([b"a\n", "\ufeffb\n".encode()], ["a", "\ufeffb"]),
        (["\ufeff\ufeffa\n".encode()], ["\ufeffa"]),
        (["\u00e9\n".encode()[:1], "\u00e9\n".encode()[1:]], ["\u00e9"]),
        (["\U0001f600\n".encode()[:i] for i in (0,)] + ["\U0001f600\n".encode()], ["\U0001f600"]),
        ([b"\xf0", b"\x9f", b"\x98", b"\x80\n"], ["\U0001f600"]),
        ([b"a\xffb\n"], ["a\ufffdb"]),
        (["a\u2028b\x0bc\x85d\n".encode()], ["a\u2028b\x0bc\x85d"]),
    ],
)
def test_lines(chunks, lines):
    decoder = LineDecoder()
    assert [line for chunk in chunks for line in decoder.feed(chunk)] == lines


def raw(data="", *, event="", id=None, retry=None, own_id=False):
    return RawEvent(event, data, id, retry, own_id)


@pytest.mark.parametrize(
    ("lines", "events"),
    [
        (["data: a", ""], [raw("a")]),
        (["data:a", ""], [raw("a")]),
        (["data:  a", ""], [raw(" a")]),
        (["data", ""], [raw("")]),
        (["data: a:b", ""], [raw("a:b")]),
        (["data: a", "data: b", ""], [raw("a\nb")]),
        (["data: a", "", "data: b", ""], [raw("a"), raw("b")]),
        (["data: a"], []),
        (["", ""], []),
        ([": comment", ""], []),
        (["Data: a", ""], []),
        (["unknown: a", ""], []),
        (["event: e", "data: a", ""], [raw("a", event="e")]),
        (["event: e", ""], [raw("", event="e")]),
        (["event: e", "", "data: a", ""], [raw("", event="e"), raw("a")]),
        (
            ["id: 1", "data: a", "", "data: b", ""],
            [raw("a", id="1", own_id=True), raw("b", id="1")],
        ),
        (["id: 1", "", "data: b", ""], [raw("b", id="1")]),
        (["id: 1", "id", "data: b", ""], [raw("b", id="", own_id=True)]),
        (["id: 1\0", "data: b", ""], [raw("b")]),
        (["retry: 10", "data: b", ""], [raw("b", retry=10)]),
        (["retry: 10", "retry: 10s", "data: b", ""], [raw("b", retry=10)]),
        (["retry: \u0661", "retry: \u00b2", "retry", "data: b", ""], [raw("b")]),
        (["retry: 12345678901234", "data: b", ""], [raw("b", retry=123456789)]),
        (["retry: 10", "data: b", "", "data: c", ""], [raw("b", retry=10), raw("c", retry=10)]),
    ],
)
def test_events(lines, events):
    assert EventDecoder().decode_all(lines) == events
    decoder = EventDecoder()
    singles = [decoder.decode(line) for line in lines]
    assert [event for event in singles if event is not None] == events
    chunk = "".join(f"{line}\r\n" for line in lines).encode()
    assert Decoder().feed(chunk) == events
    decoder = Decoder()
    pieces = [event for byte in chunk for event in decoder.feed(bytes([byte]))]
    assert pieces == events
    assert all(type(event) is RawEvent for event in pieces)


def test_new_decoder():
    decoder = EventDecoder()
    assert (decoder.event, decoder.data) == ("", [])
    assert (decoder.last_event_id, decoder.retry) == (None, None)


@pytest.mark.parametrize("name", ["output", "logs", "done"])
def test_meaning(name):
    event = event_of(raw("text", event=name, id="1:0", retry=5))
    assert type(event) is ServerSentEvent
    assert event.event is ServerSentEvent.EventType(name)
    assert event.dict() == {
        "event": ServerSentEvent.EventType(name),
        "data": "text",
        "id": "1:0",
        "retry": 5,
    }
    assert str(event) == ("text" if name == "output" else "")


def test_event_without_an_id():
    event = event_of(raw("text", event="output"))
    assert (event.id, event.retry) == ("", None)


@pytest.mark.parametrize("name", ["", "message", "OUTPUT", "ping"])
def test_unknown_types_mean_nothing(name):
    assert event_of(raw("text", event=name)) is None


@pytest.mark.parametrize(
    ("data", "detail"),
    [
        ("out of memory", "out of memory"),
        ('{"detail": "out of memory"}', "out of memory"),
        ('{"detail": 7}', '{"detail": 7}'),
        ('{"Detail": "x"}', '{"Detail": "x"}'),
        ("[]", "[]"),
        ("", ""),
    ],
)
def test_error_events_are_raised(data, detail):
    with pytest.raises(StreamError) as caught:
        event_of(raw(data, event="error"))
    assert (caught.value.title, caught.value.detail) == ("The model failed", detail)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ('{"reason": "canceled"}', "canceled"),
        ('{"reason": 7}', "7"),
        ("{}", None),
        ("[]", None),
        ("bye", None),
        (None, None),
    ],
)
def test_reasons(data, reason):
    assert reason_of(ServerSentEvent(event="done", data=data)) == reason


def test_events_that_users_make():
    event = ServerSentEvent(event="output", data="text")
    assert event.event is OUTPUT
    assert event.id == ""
    assert event.retry is None
    assert ServerSentEvent().event is None
    assert ServerSentEvent(event=OUTPUT).event is OUTPUT
    assert ServerSentEvent(event="new").event == "new"
    assert ServerSentEvent(event=["x"]).event == ["x"]
    full = ServerSentEvent(event="logs", data="d", id="1", retry=2, more="m", json="j", dict="d")
    assert (full.event, full.data, full.id, full.retry) == (
        ServerSentEvent.EventType.LOGS,
        "d",
        "1",
        2,
    )
    assert full.more == "m"
    assert callable(full.json)
    assert dict(full) == {**full.dict(), "more": "m"}
    assert list(full.dict()) == ["event", "data", "id", "retry", "more"]
    assert pickle.loads(pickle.dumps(full)) == full
