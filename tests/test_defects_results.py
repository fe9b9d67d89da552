"""Regression tests for wrong results, lost output and lost money of 1.0.7 (H1 to H15)."""

from __future__ import annotations

import base64
import inspect
import io
from datetime import datetime, timezone

import httpx
import pytest

from replicate._runs import create as _create
from replicate.exceptions import (
    APITimeoutError,
    InternalServerError,
)
from replicate.helpers import FileOutput, transform_output
from replicate.prediction import Prediction
from replicate.stream import ServerSentEvent
from tests.bodies import DONE, ID, ITERATOR, MODEL, V, page, prediction, version
from tests.servers import CUT, Answer

GET = f"/v1/predictions/{ID}"
CREATE = "/v1/models/o/n/predictions"
REF = f"o/n:{V}"
URL = "https://example.com/out.png"


def run(call, client, ref, *arguments, **options):
    """Run, and return an iterator's items as a list, as the asynchronous call does."""
    result = call(client.run, ref, *arguments, **options)
    return list(result) if inspect.isgenerator(result) else result


def streamed(server, events, **fields):
    """Let every create answer with a prediction that streams these events."""
    urls = {"stream": f"{server.url}/v1/streams/s"}
    server.on("POST", CREATE, prediction(status="starting", urls=urls), 201)
    server.on("GET", "/v1/streams/s", events, content_type="text/event-stream")
    server.on("GET", GET, prediction(urls=urls, **fields))


# H1: `wait` and `file_encoding_strategy` were lost with model= and deployment=.


@pytest.mark.parametrize("door", [{"version": V}, {"model": "o/n"}, {"deployment": "o/d"}], ids=str)
def test_h1_wait_and_file_encoding_count_at_every_door(call, server, served, door):
    server.always(prediction(), 201)
    call(
        served.predictions.create,
        **door,
        input={"file": io.BytesIO(b"data")},
        wait=7,
        file_encoding_strategy="base64",
    )
    assert [request.method for request in server.requests] == ["POST"]
    assert server.last.header("prefer") == "wait=7"
    encoded = base64.b64encode(b"data").decode()
    assert server.last.json["input"]["file"].endswith(f";base64,{encoded}")


# H2: any status but "starting" counted as finished.


@pytest.mark.parametrize("unfinished", [None, [], "", {}], ids=repr)
@pytest.mark.parametrize("status", ["processing", "starting", "queued-anew"])
def test_h2_an_answer_without_output_is_not_final(call, server, served, status, unfinished):
    server.on("POST", CREATE, prediction(status=status, output=unfinished), 201)
    server.on("GET", GET, prediction(status="processing", output=["a"]))
    server.on("GET", GET, prediction(output=["a", "b"]))
    assert run(call, served, "o/n") == ["a", "b"]


def test_h2_the_whole_output_that_still_says_processing_is_final(call, server, served):
    server.on("POST", CREATE, prediction(status="processing", output=["a", "b"]), 201)
    assert run(call, served, "o/n") == ["a", "b"]
    assert server.lines == [f"POST {CREATE}"]


def test_h2_output_that_came_with_the_end_of_the_hold_may_be_partial():
    answer = Prediction(**prediction(status="processing", output=["a"]))
    assert _create.answers_whole_run(answer, hold=5, elapsed=4.0)
    assert not _create.answers_whole_run(answer, hold=5, elapsed=5.0)
    assert not _create.answers_whole_run(answer, hold=None, elapsed=0.0)


# H3: without a hold `run` returned None for a prediction that was still going.


@pytest.mark.parametrize("wait", [None, 0, False])
def test_h3_run_waits_for_the_end_without_a_hold_too(call, server, served, wait):
    server.on("POST", CREATE, prediction(status="processing"), 201)
    server.on("GET", GET, prediction(status="processing", output="par"))
    server.on("GET", GET, prediction(output="partial no more"))
    assert run(call, served, "o/n", wait=wait) == "partial no more"
    assert server.requests[0].header("prefer") is None


# H4: use_file_output=False was ignored for models that yield their output.


@pytest.mark.parametrize("use", [True, False])
def test_h4_iterators_honour_use_file_output(call, server, served, use):
    files = {**ITERATOR, "items": {"type": "string", "format": "uri"}}
    server.on("GET", f"/v1/models/o/n/versions/{V}", version(files))
    server.on("POST", "/v1/predictions", prediction(output=[URL, URL]), 201)
    first, second = run(call, served, REF, use_file_output=use)
    assert type(first) is type(second) is (FileOutput if use else str)
    assert str(first) == URL


# H5: use_file_output could not be disabled in streams.


@pytest.mark.parametrize("use", [True, False])
def test_h5_streams_honour_use_file_output(call, server, served, use):
    urls = {"stream": f"{server.url}/v1/files/s"}
    events = f"event: output\nid: 1:0\ndata: {URL}\n\n{DONE}"
    server.on("POST", CREATE, prediction(status="starting", urls=urls), 201)
    server.on("GET", GET, prediction(urls=urls))
    server.on("GET", "/v1/files/s", events, content_type="text/event-stream")
    kind = FileOutput if use else str
    event, _ = call.list(served.stream, "o/n", use_file_output=use)
    assert type(event.data) is kind
    fetched = call(served.predictions.get, ID)
    event, _ = call.list(fetched.stream, use)
    assert type(event.data) is kind
    assert str(event) == URL


# H6: str(event) failed for text that starts like a URL.


@pytest.mark.parametrize("text", ["https:", "https://example.com/a", "data:", "data:,x", URL])
def test_h6_text_that_starts_like_a_url_prints(call, server, served, text):
    streamed(server, f"event: output\nid: 1:0\ndata: {text}\n\n{DONE}")
    assert "".join(str(event) for event in call.list(served.stream, "o/n")) == text
    file = ServerSentEvent(event="output", data=FileOutput(text))
    assert str(file) == text


# H7: line ends of Unicode that are text to server-sent events cut the data off.


def test_h7_only_cr_and_lf_end_a_line(call, server, served):
    text = "a\u2028b\u2029c\x85d\x0be\x0cf\x1cg\x1dh\x1ei"
    for end in ("\n", "\r\n", "\r"):
        event = "".join(f"{line}{end}" for line in ("event: output", "id: 1", f"data: {text}", ""))
        server.handle = server._planned
        server._plan.clear()
        streamed(server, event + DONE)
        assert call.list(served.stream, "o/n")[0].data == text


# H8: events without id or type were dropped, and their data went into the next one.


def test_h8_events_without_an_id_are_delivered(call, server, served):
    streamed(server, "\ufeffevent: output\ndata: first\n\nevent: output\ndata: second\n\n" + DONE)
    events = call.list(served.stream, "o/n")
    assert [event.data for event in events] == ["first", "second", "{}"]
    assert events[0].id == ""


def test_h8_data_of_an_event_without_a_type_does_not_leak(call, server, served):
    streamed(server, "data: LOST\n\nevent: output\nid: 1:0\ndata: kept\n\n" + DONE)
    assert [event.data for event in call.list(served.stream, "o/n")] == ["kept", "{}"]


# H9: output_iterator began after what was there already.


def test_h9_output_iterator_gives_what_was_there_before(call, server, served):
    server.on("GET", GET, prediction(status="processing", output=["a", "b"]))
    server.on("GET", GET, prediction(status="processing", output=["a", "b", "c"]))
    server.on("GET", GET, prediction(output=["a", "b", "c", "d"]))
    running = call(served.predictions.get, ID)
    assert call.list(running.output_iterator) == ["a", "b", "c", "d"]
    finished = call(served.predictions.get, ID)
    assert call.list(finished.output_iterator) == ["a", "b", "c", "d"]


def test_h9_run_of_a_fast_iterator_model_is_not_empty(call, server, served):
    server.on("GET", f"/v1/models/o/n/versions/{V}", version(ITERATOR))
    server.on("POST", "/v1/predictions", prediction(output=["a", "b"]), 201)
    assert list(run(call, served, REF, wait=False)) == ["a", "b"]


# H10: a look-up after the paid create lost its result when it failed.


@pytest.mark.parametrize(
    "found",
    [
        Answer({"detail": "no", "status": 404}, 404),
        Answer({"detail": "no", "status": 500}, 500),
        Answer(version(openapi_schema=None)),
        Answer(version(openapi_schema=None, cog_version=None)),
        Answer("<html>", 200),
        Answer([], 200),
        Answer((b'{"id"', CUT), 200, {"content-length": "100"}),
    ],
    ids=["404", "500", "no-schema", "no-version", "html", "list", "cut"],
)
def test_h10_a_failed_look_up_loses_nothing(call, server, served, waits, found):
    paid = f"GET /v1/models/o/n/versions/{V}"

    def handle(request):
        is_look_up = f"{request.method} {request.target}" == paid
        return found if is_look_up else Answer(prediction(output=["a"]), 201)

    server.handle = handle
    assert run(call, served, REF) == ["a"]
    assert server.lines[-1] == "POST /v1/predictions"


# H11: one failed poll ended the wait while the prediction went on.


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_h11_polling_survives_an_error_of_the_server(call, server, served, waits, status):
    server.on("POST", CREATE, prediction(status="processing"), 201)
    for _ in range(4):  # more than one look may try
        server.on("GET", GET, None, status)
    server.on("GET", GET, prediction(output="done"))
    assert run(call, served, "o/n") == "done"


@pytest.mark.parametrize(
    "error", [httpx.ConnectError, httpx.ReadTimeout, httpx.ConnectTimeout, httpx.ReadError]
)
def test_h11_polling_survives_a_lost_connection(call, mock, waits, error):
    failures = 4

    def handle(request):
        nonlocal failures
        if request.method == "POST":
            return httpx.Response(201, json=prediction(status="processing"))
        if failures:
            failures -= 1
            raise error("lost", request=request)
        return httpx.Response(200, json=prediction(output="done"))

    assert run(call, mock(handle), "o/n") == "done"


def test_h11_what_does_not_pass_is_raised_with_the_prediction(call, server, served, waits):
    server.on("POST", CREATE, prediction(status="processing"), 201)
    server.on("GET", GET, None, 500)
    with pytest.raises(InternalServerError) as caught:
        run(call, served, "o/n")
    assert caught.value.prediction.id == ID


# H12: a held request timed out just when the server was about to answer.


@pytest.mark.parametrize(("wait", "hold"), [(True, 60), (7, 7), (60, 60)])
def test_h12_a_held_request_has_time_to_be_answered(call, mock, wait, hold):
    timeouts = []

    def handle(request):
        timeouts.append(request.extensions["timeout"])
        return httpx.Response(201, json=prediction(output="x"))

    client = mock(handle)
    run(call, client, "o/n", wait=wait)
    call(client.predictions.create, model="o/n", wait=wait)
    assert [timeout["read"] for timeout in timeouts] == [hold + 30] * 2


@pytest.mark.parametrize("known", [True, False])
def test_h12_a_create_that_timed_out_is_looked_for_and_not_sent_again(
    call, mock, known, quick_looks
):
    creates = []

    def handle(request):
        if request.method == "POST":
            creates.append(request)
            raise httpx.ReadTimeout("late", request=request)
        now = datetime.now(timezone.utc).isoformat()
        lost = prediction(output="found", created_at=now, input={"n": 1})
        return httpx.Response(200, json=page(*[lost] * known))

    client = mock(handle, max_retries=5)
    if known:
        assert run(call, client, "o/n", {"n": 1}) == "found"
    else:
        with pytest.raises(APITimeoutError) as caught:
            run(call, client, "o/n", {"n": 1})
        assert isinstance(caught.value, httpx.ReadTimeout)
    assert len(creates) == 1


# H13: versions.delete returned False for 202, which is success.


def test_h13_deleting_a_version_returns_true(call, server, served):
    server.on("GET", "/v1/models/o/n", MODEL)
    server.on("DELETE", f"/v1/models/o/n/versions/{V}", None, 202)
    assert call(call(served.models.get, "o/n").versions.delete, V) is True


# H14: what starts with "https:" or "data:" was taken for a file, whatever followed.


@pytest.mark.parametrize(
    "text",
    ["data: a story", "https: is safe", "https://a.b is a URL", "data:text", "https://", "https:"],
)
def test_h14_prose_is_no_file(call, server, served, text):
    server.on("POST", CREATE, prediction(output=[text]), 201)
    assert run(call, served, "o/n") == [text]


@pytest.mark.parametrize("url", ["https://a/b", "HTTPS://a/b", "http://a/b", "data:,x", "DATA:,x"])
def test_h14_urls_are_files_in_any_case(call, server, served, url):
    server.on("POST", CREATE, prediction(output=[url]), 201)
    (file,) = run(call, served, "o/n")
    assert isinstance(file, FileOutput)
    assert file.url == url


def test_h14_the_schema_decides_where_there_is_one(served):
    def schema(**item):
        return {"components": {"schemas": {"Output": {"type": "array", "items": item}}}}

    text = schema(type="string")
    text["components"]["schemas"]["Output"]["x-cog-array-display"] = "concatenate"
    file = schema(type="string", format="uri")
    assert transform_output([URL], served, openapi_schema=text) == [URL]
    (found,) = transform_output(["http://a/b"], served, openapi_schema=file)
    assert isinstance(found, FileOutput)


# H15: data URIs other than plain base64 were decoded to garbage.


@pytest.mark.parametrize(
    ("uri", "content"),
    [
        ("data:text/plain,hello%20world", b"hello world"),
        ("data:,a;base64,b", b"a;base64,b"),
        ("data:text/plain;charset=utf-8,%C3%BC", b"\xc3\xbc"),
        ("data:;base64,-_-_", b"\xfb\xff\xbf"),
        ("data:;base64,+/+/", b"\xfb\xff\xbf"),
        ("data:image/png;base64,aGk=", b"hi"),
        ("data:;base64,aGk", b"hi"),
        ("data:;base64,aGk%3D", b"hi"),
    ],
)
def test_h15_every_kind_of_data_uri_is_decoded(call, uri, content):
    assert call.read(FileOutput(uri)) == content
    assert b"".join(call.chunks(FileOutput(uri))) == content
