from __future__ import annotations

import re
import threading
from pathlib import Path
from typing import Iterator, List, Tuple

import httpx
import pytest

from replicate.sandbox import CUT, File, Sandbox
from replicate.sandbox.runs import Event
from replicate.sandbox.streams import encode

from .conftest import Api


def events(text: str) -> List[Tuple[str, str, str]]:
    """Read a stream whose data is on single lines."""
    found = []
    for block in text.split("\n\n"):
        fields = dict(re.findall(r"^(\w+): (.*)$", block, re.MULTILINE))
        if fields:
            found.append((fields["event"], fields.get("id", ""), fields["data"]))
    return found


def test_a_stream_from_its_start(sandbox: Sandbox, api: Api) -> None:
    done = api.finish(sandbox, "sandbox/storyteller", prompt="a fox", sentences=1)
    url = done["urls"]["stream"]
    assert url.startswith(f"{sandbox.files_url}/v1/streams/")
    assert done["id"] not in url
    response = httpx.get(url)
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.text.startswith(": hi\n\nevent: output\nid: ")
    found = events(response.text)
    assert [data for _, _, data in found] == [*done["output"], "{}"]
    assert found[-1][:2] == ("done", "")
    assert all(re.match(r"\d{10}:\d+$", id) for _, id, _ in found[:-1])
    assert len({id for _, id, _ in found}) == len(found)
    assert httpx.get(f"{url}x").status_code == 404


def test_a_stream_goes_on_after_the_last_event(sandbox: Sandbox, api: Api) -> None:
    done = api.finish(sandbox, "sandbox/storyteller", prompt="a fox", sentences=1)
    url = done["urls"]["stream"]
    whole = events(httpx.get(url).text)
    for position, (_, id, _) in enumerate(whole[:-1]):
        rest = events(httpx.get(url, headers={"last-event-id": id}).text)
        assert rest == whole[position + 1 :]
    assert events(httpx.get(url, headers={"last-event-id": "0:9"}).text) == whole


def test_events_arrive_as_they_happen(sandbox: Sandbox, api: Api) -> None:
    gate = threading.Event()

    @sandbox.model("me/slow", official=True)
    def slow() -> Iterator[str]:
        yield "one"
        gate.wait(30)
        yield "two"

    url = api.create("me/slow")["urls"]["stream"]
    with httpx.stream("GET", url) as response:
        text = ""
        for chunk in response.iter_text():
            text += chunk
            if "one" in text:
                assert "two" not in text or gate.is_set()
                gate.set()
    assert [data for _, _, data in events(text)] == ["one", "two", "{}"]


def test_failed_and_canceled_streams(sandbox: Sandbox, api: Api) -> None:
    started = threading.Event()

    @sandbox.model("me/failing", official=True)
    def failing() -> Iterator[str]:
        yield "a"
        raise ValueError("no more")

    @sandbox.model("me/endless", official=True)
    def endless() -> Iterator[str]:
        from replicate.sandbox import current_prediction

        yield "a"
        started.set()
        current_prediction().sleep(60)

    failed = api.finish(sandbox, "me/failing")
    found = events(httpx.get(failed["urls"]["stream"]).text)
    assert [(kind, data) for kind, _, data in found] == [
        ("output", "a"),
        ("error", '{"detail": "no more"}'),
        ("done", '{"reason": "error"}'),
    ]
    assert [id for _, id, _ in found[1:]] == ["", ""]
    created = api.create("me/endless")
    assert started.wait(10)
    api.post(created["urls"]["cancel"])
    found = events(httpx.get(created["urls"]["stream"]).text)
    assert found[-1] == ("done", "", '{"reason": "canceled"}')


def test_file_models_stream_urls(sandbox: Sandbox, api: Api) -> None:
    @sandbox.model("me/frames", official=True)
    def frames() -> Iterator[File]:
        yield File(b"1", "1.txt")
        yield File(b"2", "2.txt")

    for name, input in (("me/frames", {}), ("sandbox/painter", {"prompt": "x"})):
        done = api.finish(sandbox, name, **input)
        assert "/v1/files/" in done["urls"]["stream"]
        output = done["output"]
        urls = output if isinstance(output, list) else [output]
        found = events(httpx.get(done["urls"]["stream"]).text)
        assert [data for kind, _, data in found if kind == "output"] == urls


def test_only_some_models_stream(sandbox: Sandbox, api: Api) -> None:
    assert "stream" not in api.finish(sandbox, "sandbox/divider")["urls"]

    @sandbox.model("me/path", official=True)
    def path() -> Path:
        return Path(__file__)

    assert "stream" in api.finish(sandbox, "me/path")["urls"]


def test_asking_to_stream_is_echoed(api: Api) -> None:
    body = {"version": "sandbox/storyteller", "input": {"prompt": "x"}, "stream": True}
    assert api.post("/predictions", json=body).json()["stream"] is True


def test_logs_are_streamed_on_request() -> None:
    with Sandbox(demo_models=False, stream_logs=True) as sandbox, Api(sandbox) as api:

        @sandbox.model("me/logging", official=True)
        def logging() -> Iterator[str]:
            print("hello", end="")
            yield "out"

        done = api.finish(sandbox, "me/logging")
        found = events(httpx.get(done["urls"]["stream"]).text)
        assert [(k, d) for k, _, d in found] == [
            ("logs", "hello"),
            ("output", "out"),
            ("done", "{}"),
        ]


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        ("a", "data: a"),
        ("", "data: "),
        (" a", "data:  a"),
        ("a\nb", "data: a\ndata: b"),
        ("a\r\nb\rc\n", "data: a\ndata: b\ndata: c\ndata: "),
        ("a\u2028b\x0bc\x85d", "data: a\u2028b\x0bc\x85d"),
    ],
)
def test_encoding(data: str, lines: str) -> None:
    event = Event("output", data, "1:0")
    assert encode(event).decode() == f"event: output\nid: 1:0\n{lines}\n\n"


def test_scripted_streams(sandbox: Sandbox, api: Api) -> None:
    done = api.finish(sandbox, "sandbox/storyteller", prompt="a fox")
    url = done["urls"]["stream"]
    sandbox.fault("stream", script=["event: out", 0.01, b"put\r", b"\ndata: x\r\n\r\n"])
    response = httpx.get(url)
    assert response.headers["content-type"] == "text/event-stream"
    assert response.content == b"event: output\r\ndata: x\r\n\r\n"
    sandbox.fault("stream", script=["data: x\n\n", CUT, "never"])
    with httpx.stream("GET", url) as response:
        chunks = response.iter_raw()
        assert next(chunks) == b"data: x\n\n"
        with pytest.raises(httpx.RemoteProtocolError):
            list(chunks)
    assert httpx.get(url).text.startswith(": hi")


def test_a_reader_that_leaves_and_a_sandbox_that_stops() -> None:
    with Sandbox() as sandbox, Api(sandbox) as api:
        created = api.create("sandbox/primes", limit=100, delay=5)
        with httpx.stream("GET", created["urls"]["stream"]) as response:
            next(response.iter_raw())
        with httpx.Client() as client, client.stream("GET", created["urls"]["stream"]) as response:
            chunks = response.iter_raw()
            next(chunks)
            sandbox.stop()
            assert b'{"reason": "canceled"}' in b"".join(chunks)
