"""How streams end that are not what they should be, and what then becomes of their run."""

from __future__ import annotations

import asyncio
import time
from typing import Iterator

import httpx
import pytest

from replicate import exceptions
from replicate._runs.events import Decoder, LineDecoder
from replicate.helpers import FileOutput
from replicate.sandbox import CUT, current_prediction
from tests.bodies import ID
from tests.bodies import prediction as body

OUTPUT = "event: output\nid: 1:0\ndata: {}\n\n"


@pytest.fixture
def talker(sandbox):
    @sandbox.model("me/talk", official=True)
    def talk() -> Iterator[str]:
        current_prediction().sleep(30)
        yield "done"

    return sandbox


def test_deadline_of_a_stream_that_is_kept_alive(call, client, talker):
    talker.fault("stream", script=[": still here\n\n", 0.05] * 400, times=None)
    started = time.monotonic()
    with pytest.raises(exceptions.DeadlineExceededError) as caught:
        call.list(client.stream, "me/talk", {}, timeout=0.6)
    assert time.monotonic() - started < 5
    [run] = talker.predictions.values()
    assert run.status == "canceled"
    assert caught.value.prediction.id == run.id


def test_stream_that_is_kept_alive_on_the_only_connection(call, sandbox, monkeypatch, waits):
    """A look at its run needs a connection too."""

    @sandbox.model("me/tell", official=True)
    def tell() -> Iterator[str]:
        yield "one "
        current_prediction().sleep(0.3)
        yield "two"

    monkeypatch.setattr("replicate._runs.streams.SILENCE", 0.1)
    monkeypatch.setattr("replicate._http.connections.PATIENCE", 2.0)
    sandbox.fault("stream", script=[": still here\n\n", 0.02] * 400, times=None)

    async def main():
        async with sandbox.client(limits=httpx.Limits(max_connections=1)) as client:
            return [str(event) async for event in client.async_stream("me/tell", {})]

    if call.is_async:
        assert "".join(asyncio.run(main())) == "one two"
        return
    with sandbox.client(limits=httpx.Limits(max_connections=1)) as client:
        assert "".join(map(str, client.stream("me/tell", {}))) == "one two"


def test_deadline_of_a_stream_whose_refusal_trickles_in(call, client, talker):
    talker.fault("stream", status=500, body="x" * 4000, trickle=0.05, times=None)
    started = time.monotonic()
    with pytest.raises(exceptions.DeadlineExceededError):
        call.list(client.stream, "me/talk", {}, timeout=0.6)
    assert time.monotonic() - started < 5


def test_many_streams_that_end_at_once(sandbox):
    """They look at their predictions when they have given their connections back."""

    @sandbox.model("me/fast", official=True)
    def fast() -> Iterator[str]:
        yield "x"

    sandbox.fault("stream", script=['event: done\ndata: {"reason": "canceled"}\n\n'], times=None)

    async def main():
        async with sandbox.client(limits=httpx.Limits(max_connections=2)) as client:
            made = [await client.predictions.async_create(model="me/fast", input={}) for _ in "123"]

            async def read(prediction):
                return [event async for event in prediction.async_stream()]

            return await asyncio.wait_for(asyncio.gather(*map(read, made)), 20)

    assert len(asyncio.run(main())) == 3


def gone(mock, waits, output, *delivered, status=404, **fields):
    """Return a prediction whose stream breaks off after some events, and is gone then."""
    stream = "https://stream.test/v1/files/x"
    events = "".join(
        OUTPUT.format(data).replace("1:0", f"{n}:0") for n, data in enumerate(delivered)
    )
    answers = [httpx.Response(200, headers={"content-type": "text/event-stream"}, text=events)]

    def handler(request):
        if request.url.host == "stream.test":
            return answers.pop() if answers else httpx.Response(status)
        done = body(output=output, status="succeeded", urls={"stream": stream}, **fields)
        return httpx.Response(200, json=done)

    return mock(handler).predictions.get(ID)


@pytest.mark.parametrize("status", [404, 410, 403, 400, 204, 503])
def test_rest_of_a_stream_that_is_gone(call, mock, waits, status):
    prediction = gone(mock, waits, ["one ", "two ", "three"], "one ", status=status)
    events = call.list(prediction.stream)
    assert "".join(map(str, events)) == "one two three"


@pytest.mark.parametrize("status", [401, 403, 410, 503])
def test_stream_that_is_refused_while_the_model_runs(call, client, sandbox, waits, status):
    """The output comes all the same, if later."""

    @sandbox.model("me/tell", official=True)
    def tell() -> Iterator[str]:
        current_prediction().sleep(0.3)
        yield from ["one ", "two"]

    sandbox.fault("stream", status=status, times=None)
    events = call.list(client.stream, "me/tell", {})
    assert "".join(map(str, events)) == "one two"


def test_deadline_of_a_run_whose_stream_is_refused(call, client, talker, waits):
    talker.fault("stream", status=403, times=None)
    with pytest.raises(exceptions.DeadlineExceededError):
        call.list(client.stream, "me/talk", {}, timeout=0.6)
    [run] = talker.predictions.values()
    assert run.status == "canceled"


def test_files_that_are_left_of_a_stream(call, mock, waits):
    urls = [f"https://files.test/{name}.png" for name in "abc"]
    events = call.list(gone(mock, waits, urls, urls[0]).stream)
    assert [event.data.url for event in events[:-1]] == urls
    assert all(isinstance(event.data, FileOutput) for event in events[:-1])
    assert events[-1].event == "done"


def test_line_ends_are_no_difference(call, mock, waits):
    events = call.list(gone(mock, waits, ["a\r\nb", "c"], "a\ndata: b").stream)
    assert "".join(map(str, events)) == "a\nbc"


def test_items_that_are_no_text_go_on_too(call, mock, waits):
    events = call.list(gone(mock, waits, [1, {"a": None}, 2.5], "1", '{"a": null}').stream)
    assert [event.data for event in events] == ["1", '{"a": null}', "2.5", "{}"]


@pytest.mark.parametrize(
    ("output", "fields"),
    [({"a": 1}, {}), (["something else"], {}), (None, {"data_removed": True})],
)
def test_rest_that_cannot_be_told_is_an_error(call, mock, waits, output, fields):
    events, error = call.collect(gone(mock, waits, output, "one ", **fields).stream)
    assert [str(event) for event in events] == ["one "]
    assert isinstance(error, exceptions.StreamError)
    assert error.prediction.id == ID


def test_stream_that_ends_again_and_again_is_given_up_for_polling(call, client, sandbox, waits):
    @sandbox.model("me/tell", official=True)
    def tell() -> Iterator[str]:
        yield "one "
        current_prediction().sleep(0.3)
        yield "two"

    sandbox.fault("stream", script=[CUT], times=None)
    client.max_retries = 1
    events = call.list(client.stream, "me/tell", {})
    assert "".join(map(str, events)) == "one two"
    assert events[-1].event == "done"


def test_line_that_comes_in_many_chunks():
    decoder = LineDecoder()
    for _ in range(3000):
        assert decoder.feed(b"x" * 1000) == []
    assert decoder.feed(b"\r") == ["x" * 3_000_000]
    assert decoder.feed(b"\ny\n") == ["y"]


def test_event_whose_lines_end_in_cr_comes_at_once():
    decoder = Decoder()
    assert [event.data for event in decoder.feed(b"data: one\r\r")] == ["one"]
    assert [event.data for event in decoder.feed(b"data: two\r\n\r")] == ["two"]
    assert [event.data for event in decoder.feed(b"\ndata: three\r\n\r\n")] == ["three"]
