"""Streams: what they yield, and how they survive their connections."""

from __future__ import annotations

import asyncio
import pathlib
import random
from typing import Iterator

import httpx
import pytest

from replicate import exceptions
from replicate.helpers import FileOutput
from replicate.sandbox import CUT, File
from replicate.stream import EventSource, ServerSentEvent

EventType = ServerSentEvent.EventType
WORDS = ["One ", "two\n", "\n", " three", "https://example.com", "data: five", "\u2028six", "é"]


@pytest.fixture
def words(sandbox):
    @sandbox.model("me/words", official=True)
    def words(count: int = len(WORDS)) -> Iterator[str]:
        yield from WORDS[:count]

    return sandbox


def events(*pieces):
    """Write a script of server-sent events; what is not text goes in as it is."""
    return [piece if not isinstance(piece, str) else piece.replace("|", "\n") for piece in pieces]


def output(events):
    return [str(event) for event in events if event.event is EventType.OUTPUT]


def test_text(call, client, words):
    received = call.list(client.stream, "me/words", input={})
    assert output(received) == WORDS
    assert received[-1].event == "done"
    assert str(received[-1]) == ""


def test_prediction_can_be_streamed_from_its_start_again_and_again(call, client, words):
    prediction = client.predictions.create(model="me/words", input={})
    assert output(call.list(prediction.stream)) == WORDS
    assert output(call.list(prediction.stream)) == WORDS


def test_with_and_without_await(client, words):
    async def main():
        return (
            [str(event) async for event in client.async_stream("me/words", {"count": 1})],
            [str(event) async for event in await client.async_stream("me/words", {"count": 1})],
        )

    assert asyncio.run(main()) == ([WORDS[0], ""], [WORDS[0], ""])


def test_input_goes_by_position_and_by_name(call, client, words):
    assert output(call.list(client.stream, "me/words", {"count": 1})) == WORDS[:1]
    assert output(call.list(client.stream, "me/words", input={"count": 1})) == WORDS[:1]


def test_files(call, client, sandbox):
    @sandbox.model("me/files", official=True)
    def files() -> Iterator[pathlib.Path]:
        for number in range(3):
            yield File(bytes([number]), f"{number}.png")

    received = call.list(client.stream, "me/files", {})
    data = [event.data for event in received if event.event is EventType.OUTPUT]
    assert [file.read() for file in data] == [b"\0", b"\1", b"\2"]
    assert [str(event) for event in received[:3]] == [file.url for file in data]
    plain = call.list(client.stream, "me/files", {}, use_file_output=False)
    assert not any(isinstance(event.data, FileOutput) for event in plain)


def test_model_that_fails(call, client, sandbox):
    @sandbox.model("me/fail", official=True)
    def fail() -> Iterator[str]:
        yield "so far"
        raise ValueError("no luck")

    received = []

    def consume():
        for event in client.stream("me/fail", input={}):
            received.append(str(event))

    with pytest.raises(exceptions.StreamError, match="no luck") as caught:
        consume()
    assert caught.value.prediction.model == "me/fail"
    assert received == ["so far"]
    assert isinstance(caught.value, RuntimeError)
    with pytest.raises(exceptions.StreamError, match="no luck"):
        call.list(client.stream, "me/fail", input={})


def test_model_that_cannot_stream(call, mock):
    """Its output is given out as it grows, by polling."""
    body = {"id": "p", "model": "a/b", "version": "v", "urls": {}}
    states = iter(
        [
            {"status": "starting", "output": None},
            {"status": "processing", "output": ["one "]},
            {"status": "processing", "output": ["one ", "two "]},
            {"status": "succeeded", "output": ["one ", "two ", "three"]},
        ]
    )
    client = mock(lambda request: httpx.Response(201, json={**body, **next(states)}))
    events = call.list(client.stream, "a/b", input={})
    assert [event.data for event in events] == ["one ", "two ", "three", "{}"]
    assert events[-1].event == "done"


def test_cut_without_done_is_taken_up_after_the_last_event(call, client, words):
    words.fault("stream", script=events("id: 1:0|event: output|data: One ||", CUT))
    words.fault(
        "stream", script=events("id: 1:1|event: output|data: two||", "event: done|data: {}||")
    )
    received = call.list(client.stream, "me/words", {"count": 1})
    assert output(received) == ["One ", "two"]
    reconnect = [request for request in words.requests if request.host == "files"][1]
    assert reconnect.headers["last-event-id"] == "1:0"


def test_replay_is_not_given_out_twice(call, client, words):
    """A server that ignores Last-Event-ID starts over, with or without ids."""
    for first, second in (("id: a|", "id: b|"), ("", "")):
        one, two = f"{first}event: output|data: 1||", f"{second}event: output|data: 2||"
        words.fault("stream", script=events(one, CUT))
        words.fault("stream", script=events(one, two, "event: done|data: {}||"))
        assert output(call.list(client.stream, "me/words", {"count": 1})) == ["1", "2"]


def test_hundred_random_cuts_lose_and_repeat_nothing(client, sandbox):
    numbers = [str(number) for number in range(200)]

    @sandbox.model("me/count", official=True)
    def count() -> Iterator[str]:
        yield from numbers

    dice = random.Random(7)
    for _ in range(100):
        sandbox.fault("stream", truncate=dice.randrange(120, 400))
    prediction = client.predictions.create(model="me/count", input={}, wait=True)
    assert output(prediction.stream()) == numbers


def test_end_without_done_is_checked_with_the_prediction(call, client, words):
    """The stream is gone for good: the rest comes from the prediction itself."""
    words.fault("stream", script=events("id: 1:0|event: output|data: One ||"))
    words.fault("stream", status=404, times=None)
    prediction = client.predictions.create(model="me/words", input={}, wait=True)
    assert "".join(output(call.list(prediction.stream))) == "".join(WORDS)


def test_done_that_says_error_raises(call, client, sandbox):
    @sandbox.model("me/fail", official=True)
    def fail() -> Iterator[str]:
        raise ValueError("no luck")
        yield

    sandbox.fault("stream", script=events('event: done|data: {"reason":"error"}||'))
    with pytest.raises(exceptions.ModelError, match="no luck"):
        call.list(client.stream, "me/fail", input={})


def test_done_that_says_canceled_raises(call, client, sandbox):
    @sandbox.model("me/slow", official=True)
    def slow() -> Iterator[str]:
        from replicate.sandbox import current_prediction

        yield "a"
        current_prediction().sleep(30)

    prediction = client.predictions.create(model="me/slow", input={})
    prediction.cancel()
    with pytest.raises(exceptions.PredictionCanceledError):
        call.list(prediction.stream)


def test_quiet_stream_of_a_model_that_is_starting(call, client, sandbox, monkeypatch):
    """Connections that end without an event, after some time, are not counted as failures."""
    monkeypatch.setattr("replicate._runs.streams.QUIET_SPELL", 0.001)

    @sandbox.model("me/cold", official=True, cold_start=0.5)
    def cold() -> Iterator[str]:
        yield "warm"

    client.max_retries = 1
    sandbox.fault("stream", script=[": hi\n\n", 0.01], times=8)
    assert output(call.list(client.stream, "me/cold", input={})) == ["warm"]


def test_unknown_events_comments_and_strange_ends_of_line(call, client, words):
    script = [
        b"\xef\xbb\xbf: hi\r\n",
        b"event: heartbeat\r",
        b"\ndata: x\r\n\r\n",
        b"retry: 10\nevent: output\ndata: one\r",
        b"\ndata:  two\n\nevent: logs\ndata: step\n\n",
        "event: output\ndata: \u2028\u0085\x0b\x0c\x1c\n\n".encode(),
        b"event: output\ndata\n\nevent: done\ndata: {}\n\n",
    ]
    words.fault("stream", script=script)
    received = call.list(client.stream, "me/words", {"count": 1})
    assert output(received) == ["one\n two", "\u2028\u0085\x0b\x0c\x1c", ""]
    assert [str(event.event.value) for event in received] == [
        "output",
        "logs",
        "output",
        "output",
        "done",
    ]
    assert received[0].retry == 10


def test_split_multibyte_character(call, client, words):
    text = "event: output\ndata: é🦙\n\n".encode()
    words.fault("stream", script=[*(text[i : i + 1] for i in range(len(text))), "event: done\n\n"])
    assert output(call.list(client.stream, "me/words", {"count": 1})) == ["é🦙"]


def test_something_else_than_a_stream(call, client, words):
    words.fault("stream", body="<html>login</html>", times=None)
    events = call.list(client.stream, "me/words", {"count": 2})
    assert output(events) == output(call.list(client.stream, "me/words", {"count": 2}))


def test_token_stays_away_from_the_stream_host(call, client, words):
    call.list(client.stream, "me/words", {"count": 1})
    [stream] = [request for request in words.requests if request.host == "files"]
    assert "authorization" not in stream.headers
    assert stream.headers["accept"] == "text/event-stream"


def test_timeout_of_a_stream_cancels(call, client, sandbox):
    @sandbox.model("me/slow", official=True)
    def slow() -> Iterator[str]:
        from replicate.sandbox import current_prediction

        yield "a"
        current_prediction().sleep(30)

    with pytest.raises(exceptions.DeadlineExceededError) as caught:
        call.list(client.stream, "me/slow", input={}, timeout=0.5)
    assert client.predictions.get(caught.value.prediction.id).status == "canceled"


def test_break_closes_the_connection(client, sandbox):
    @sandbox.model("me/slow", official=True)
    def slow() -> Iterator[str]:
        from replicate.sandbox import current_prediction

        yield "a"
        current_prediction().sleep(1)

    for event in client.stream("me/slow", input={}):
        assert str(event) == "a"
        break

    async def main():
        async for event in client.async_stream("me/slow", input={}):
            assert str(event) == "a"
            break

    asyncio.run(main())


def test_event_source_of_one_response(mock):
    response = httpx.Response(
        200,
        headers={"content-type": "text/event-stream; charset=utf-8"},
        content=b"event: output\nid: 1\ndata: a\n\nevent: done\ndata: {}\n\n",
    )
    source = EventSource(mock(lambda request: None), response)
    assert [event.event for event in source] == [EventType.OUTPUT, EventType.DONE]


def test_decoder_takes_lines():
    decoder = EventSource.Decoder()
    assert decoder.decode("event: output") is None
    assert decoder.decode("data: a") is None
    assert decoder.decode("id: 7") is None
    event = decoder.decode("")
    assert event == ServerSentEvent(event="output", data="a", id="7")
