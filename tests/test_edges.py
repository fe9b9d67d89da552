"""Small promises that no other test makes."""

from __future__ import annotations

import asyncio
import io
import os
import threading

import anyio
import httpx
import pytest

import replicate
from replicate._blocking import block, in_thread, sleep
from replicate._files import uploads as _upload
from replicate._files import values as _values
from replicate.identifier import _resolve
from replicate.version import Version


def test_what_suspends_in_a_blocking_call_raises_and_does_not_hang():
    async def suspends():
        await asyncio.sleep(1)

    with pytest.raises(RuntimeError, match=r"no running event loop|tried to suspend"):
        block(suspends())


def test_primitives_block_or_suspend_as_their_caller_does():
    async def main():
        await sleep(0)
        return await in_thread(threading.current_thread)

    assert block(main()) is threading.current_thread()
    assert anyio.run(main) is not threading.current_thread()


@pytest.mark.parametrize("url", ["example.com", "ftp://example.com", "https://", "/v1"])
def test_base_url_that_is_none(url):
    with pytest.raises(ValueError, match="absolute"):
        replicate.Client("t", base_url=url)


@pytest.mark.parametrize(
    "url", ["https://x.example/v1", "https://x.example/", " https://x.example "]
)
def test_base_url_is_understood_with_and_without_the_version(mock, url):
    sent = []

    def handler(request):
        sent.append(str(request.url))
        return httpx.Response(200, json={"type": "user", "username": "me"})

    mock(handler, base_url=url).accounts.current()
    assert sent == ["https://x.example/v1/account"]


def test_misspelt_client_option():
    with pytest.raises(TypeError, match="did you mean api_token"):
        replicate.Client(api_key="r8_x")
    with pytest.raises(TypeError, match="unexpected keyword argument 'wibble'"):
        replicate.Client(wibble=1)


@pytest.mark.parametrize(
    ("cursor", "sent"),
    [
        ("https://api.replicate.com/v1/models?cursor=abc", "/v1/models?cursor=abc"),
        ("http://elsewhere.example/prefix/v1/models?cursor=abc", "/v1/models?cursor=abc"),
        ("/v1/models?cursor=abc", "/v1/models?cursor=abc"),
        ("?cursor=abc", "/v1/models?cursor=abc"),
        ("cD0yMDI0", "/v1/models?cursor=cD0yMDI0"),
    ],
)
def test_cursors_of_every_form(call, mock, cursor, sent):
    paths = []

    def handler(request):
        paths.append(request.url.raw_path.decode())
        return httpx.Response(200, json={"results": []})

    call(mock(handler).models.list, cursor)
    assert paths == [sent]


def test_transport_for_one_kind_of_calls_only(mock):
    class Blocking(httpx.BaseTransport):
        def handle_request(self, request):
            return httpx.Response(200, json={"type": "user", "username": "me"})

    with replicate.Client("t", transport=Blocking()) as client:
        assert client.accounts.current().username == "me"
        with pytest.raises(TypeError, match="handle_async_request"):
            asyncio.run(client.accounts.async_current())


def test_pipe_larger_than_an_upload_may_be(monkeypatch):
    monkeypatch.setattr(_upload, "MAX_UPLOAD", 100_000)
    reader, writer = os.pipe()
    threading.Thread(target=lambda: (os.write(writer, b"x" * 60_000), os.close(writer))).start()
    with os.fdopen(reader, "rb") as pipe:
        upload = _upload.open_upload(pipe)
    assert upload.size == 60_000
    upload.handle.close()
    with pytest.raises(replicate.exceptions.ContentTooLargeError):
        _upload.open_upload(io.BytesIO(b"x" * 100_001))


def test_uploaded_file_without_a_url_is_an_unreadable_answer(call, mock):
    client = mock(lambda request: httpx.Response(201, json={"id": "f", "urls": {}}))
    with pytest.raises(replicate.exceptions.InvalidResponseError, match="no URL"):
        call(client.run, "a/b", {"file": b"x"})


def test_input_is_named_where_it_cannot_be_sent():
    with pytest.raises(TypeError, match=r"input\['a'\]\[1\] is a object"):
        _values.plain({"a": [1, object()]}, "input")


def test_resolve_of_1x():
    version = Version(id="v", created_at=None)
    assert _resolve(version)[0] is version
    assert _resolve("a/b:c") == (None, "a", "b", "c")


@pytest.mark.parametrize("model", ["a/b:c", "a", 5, ("a",)])
def test_reference_that_is_no_model(call, client, sandbox, model):
    with pytest.raises(ValueError, match=r"owner/name|owner, name"):
        call(client.predictions.create, model=model, input={})
    with pytest.raises(ValueError, match=r"owner/name|owner, name"):
        call(client.predictions.create, deployment=model, input={})
    assert not sandbox.requests


def test_version_by_position_and_by_name_is_a_mistake(call, client):
    with pytest.raises(TypeError, match="multiple values"):
        call(client.predictions.create, "v", {}, version="w")
    with pytest.raises(TypeError, match="positional"):
        call(client.predictions.create, "v", {}, "x")


def test_output_that_is_no_list_is_given_out_once(call, mock):
    body = {"id": "p", "model": "a/b", "version": "v", "status": "succeeded", "output": "text"}
    client = mock(lambda request: httpx.Response(200, json=body))
    prediction = client.predictions.get("p")
    assert call.list(prediction.output_iterator) == ["text"]
