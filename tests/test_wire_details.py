"""What calls of 1.0.7 send beyond method, path and JSON: headers, files, streams.

On a real socket, through both twins.
"""

from __future__ import annotations

import io
import json
from typing import Dict, Optional, Tuple

import pytest

import replicate
from tests.bodies import ACCOUNT, DONE, FILE, V, prediction

INPUT = {"prompt": "llamas"}

# Prefer: which seconds the server is asked to hold the request.

DOORS = [{"version": V}, {"model": "o/n"}, {"deployment": "o/d"}]
WAITS = [(True, "wait"), (1, "wait=1"), (60, "wait=60"), (False, None), (0, None), (None, None)]


@pytest.mark.parametrize("door", DOORS, ids=lambda door: next(iter(door)))
@pytest.mark.parametrize(("wait", "prefer"), WAITS, ids=str)
def test_prefer(call, server, served, door, wait, prefer):
    server.always(prediction(), 201)
    call(served.predictions.create, **door, input={}, wait=wait)
    assert server.last.header("prefer") == prefer
    assert server.last.json.keys() == {"input", *(door.keys() & {"version"})}


def test_run_waits_unless_told_not_to(call, server, served):
    server.always(prediction(output="x"), 201)
    for options, prefer in [({}, "wait"), ({"wait": 5}, "wait=5"), ({"wait": False}, None)]:
        assert call(served.run, "o/n", input=INPUT, **options) == "x"
        assert server.last.header("prefer") == prefer
        assert server.last.json == {"input": INPUT}


# Files.


def parts(request) -> Dict[str, Tuple[Optional[str], Optional[str], bytes]]:
    """Read a multipart body: by name, file name, content type and content, in order."""
    kind, _, boundary = (request.header("content-type") or "").partition("; boundary=")
    assert kind == "multipart/form-data"
    found = {}
    for part in request.body.split(b"--" + boundary.encode())[1:-1]:
        head, _, content = part[2:-2].partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        fields = dict(
            field.strip().split("=", 1) for field in headers["Content-Disposition"].split(";")[1:]
        )
        name, filename = fields["name"].strip('"'), fields.get("filename")
        found[name] = (filename and filename.strip('"'), headers.get("Content-Type"), content)
    return found


def test_upload(call, server, served, tmp_path):
    server.always(FILE, 201)
    path = tmp_path / "notes.txt"
    path.write_bytes(b"some notes")
    for file in (path, str(path), path.open("rb")):
        call(served.files.create, file)
        assert server.lines[-1] == "POST /v1/files"
        assert parts(server.last) == {"content": ("notes.txt", "text/plain", b"some notes")}
    file.close()


def test_upload_with_metadata_and_names(call, server, served):
    server.always(FILE, 201)
    params = {"filename": "a.bin", "content_type": "application/x-a", "metadata": {"k": ["é", 1]}}
    call(served.files.create, io.BytesIO(b"\0\1"), **params)
    found = parts(server.last)
    assert list(found) == ["metadata", "content"]
    assert found["content"] == ("a.bin", "application/x-a", b"\0\1")
    assert found["metadata"][0] is None
    assert json.loads(found["metadata"][2]) == {"k": ["é", 1]}


def test_upload_without_a_name(call, server, served):
    server.always(FILE, 201)
    call(served.files.create, io.BytesIO(b"?"))
    assert parts(server.last) == {"content": ("file", "application/octet-stream", b"?")}


# Base URL and headers.


@pytest.mark.parametrize("suffix", ["", "/", "/gate/way", "/v1"])
def test_base_url(call, server, suffix):
    server.always(ACCOUNT)
    with replicate.Client("t", base_url=server.url + suffix) as client:
        call(client.accounts.current)
    prefix = suffix if suffix == "/gate/way" else ""
    assert server.lines == [f"GET {prefix}/v1/account"]


def test_base_url_and_token_from_the_environment(call, server, monkeypatch):
    server.always(ACCOUNT)
    with replicate.Client() as client:
        monkeypatch.setenv("REPLICATE_BASE_URL", server.url)
        monkeypatch.setenv("REPLICATE_API_TOKEN", "from-environment")
        call(client.accounts.current)
    assert server.last.header("authorization") == "Bearer from-environment"


def test_headers_of_the_user(call, server):
    server.always(ACCOUNT)
    headers = {"User-Agent": "mine/1", "X-Trace": "7"}
    with replicate.Client("t", base_url=server.url, headers=headers) as client:
        call(client.accounts.current)
    assert server.last.header("user-agent") == "mine/1"
    assert server.last.header("x-trace") == "7"
    assert server.last.header("authorization") == "Bearer t"


def test_stream(call, server, served):
    stream = {"stream": f"{server.url}/v1/streams/abc"}
    events = "event: output\nid: 1:0\ndata: hi\n\n" + DONE
    server.on("POST", "/v1/models/o/n/predictions", prediction(status="starting", urls=stream), 201)
    server.on("GET", "/v1/streams/abc", events, content_type="text/event-stream")
    assert [str(event) for event in call.list(served.stream, "o/n", input=INPUT)] == ["hi", ""]
    create, read = server.requests
    assert create.json == {"input": INPUT, "stream": True}
    assert create.header("prefer") is None
    assert read.header("accept") == "text/event-stream"
    assert read.header("cache-control") == "no-store"


def test_request_is_open_to_callers(call, server, served):
    server.on("POST", "/v1/anything", {"x": 1}, 201)
    response = call(served._request, "POST", "/v1/anything", json={"a": 1}, headers={"X-B": "2"})
    assert response.json() == {"x": 1}
    assert server.last.json == {"a": 1}
    assert server.last.header("x-b") == "2"
