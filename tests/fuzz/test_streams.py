"""Streams of events: the same events however they are written, cut, and taken up again."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from replicate._runs.events import RawEvent
from replicate._runs.streams import _Position
from tests.fuzz.answers import check_stream
from tests.fuzz.strategies import chunked, examples
from tests.fuzz.texts import check_events, decoded

LINE_ENDS = ["\n", "\r\n", "\r"]
words = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\r\n"), max_size=8)
data = st.lists(
    words | st.sampled_from(["", " ", ":", "a: b", "\u2028", "\ufeff", "\x85"]), min_size=1
)
names = st.sampled_from(["output", "logs", "done", "", "x"])
written = st.lists(st.tuples(names, data, st.none() | words.filter(lambda id: "\0" not in id)))
pieces = [
    b"event: output\n", b"data: x\n", b"data\n", b"id: 1\r\n", b"id:\n", b"id: \xc3\xa9\n",
    b"retry: 5\n", b": c\n", b"\n", b"\r", b"\xff", b"\xef\xbb\xbf", b"event: done\n",
    b"event: error\n", b"data: https://a[b@x.test/c\n", b'data: {"detail": []}\n',
]  # fmt: skip
wire = st.lists(st.sampled_from(pieces) | st.binary(max_size=5), max_size=20).map(b"".join)


@examples(100)
@given(events=written, end=st.sampled_from(LINE_ENDS), bom=st.booleans(), draw=st.data())
def test_events_arrive_as_they_were_sent(events, end, bom, draw):
    text = "\ufeff" if bom else ""
    for name, lines, id in events:
        fields = [f"event: {name}", *(f"data: {line}" for line in lines), ": comment"]
        text += end.join([*fields, *([] if id is None else [f"id: {id}"]), "", ""])
    # A CR at the very end may yet become CRLF: it counts when something follows.
    chunks = [*draw.draw(chunked(st.just(text.encode()))), b":"]
    received = decoded(chunks)
    assert [(event.event, event.data) for event in received] == [
        (name, "\n".join(lines)) for name, lines, _ in events
    ]
    assert [event.id if event.own_id else None for event in received] == [id for *_, id in events]


@examples(150)
@given(chunks=chunked(wire))
@example(chunks=[b"data: x\r", b"\n\r", b"\n"])
@example(chunks=[b"\xef", b"\xbb", b"\xbfdata: x\n\n"])
def test_chunks_make_no_difference(chunks):
    check_events(chunks)


@examples(100)
@given(body=wire | st.binary(max_size=40))
@example(body="event: output\nid: é\ndata: x\n\n".encode())
@example(body=b"event: output\nid: 1\ndata: x\n\nevent: output\ndata: y\n\n")
@example(body=b"event: output\nid: 1\ndata: x\n\nid:\nevent: output\ndata: y\n\n")
@example(body=b'event: error\ndata: {"detail": []}\n\n')
@example(body=b"event: done\ndata: " + b"[" * 5000 + b"\n\n")
def test_streams_end(body):
    check_stream(body)


def received(events, cuts, *, resumes):
    """Deliver events over connections that break off, by a server that knows ids or does not."""
    position, found = _Position(), []
    for cut in [*cuts, len(events)]:
        position.reconnect()
        asked = position.headers().get("Last-Event-ID")
        ids = [str(event.id).encode() for event in events if event.own_id]
        start = 0
        if resumes and asked is not None:
            asked = asked if isinstance(asked, bytes) else asked.encode()
            last = ids.index(asked)
            start = [at for at, event in enumerate(events) if event.own_id][last] + 1
        found += [event for event in events[start : max(start, cut)] if position.is_new(event)]
    return found


@examples(150)
@given(
    kinds=st.lists(st.booleans(), max_size=12),
    cuts=st.lists(st.integers(0, 12), max_size=5),
)
@example(kinds=[True, False], cuts=[2, 2])
@example(kinds=[False, True, False, False], cuts=[3, 4])
def test_a_server_that_resumes_loses_and_repeats_nothing(kinds, cuts):
    events = made(kinds)
    assert received(events, cuts, resumes=True) == events


@examples(100)
@given(
    count=st.integers(0, 12),
    with_ids=st.booleans(),
    cuts=st.lists(st.integers(0, 12), max_size=5),
)
def test_a_server_that_starts_over_loses_and_repeats_nothing(count, with_ids, cuts):
    events = made([with_ids] * count)
    assert received(events, cuts, resumes=False) == events


def made(kinds):
    """Make events with an id of their own, and such without."""
    return [
        RawEvent("output", str(at), f"é{at}" if own else None, None, own)
        for at, own in enumerate(kinds)
    ]
