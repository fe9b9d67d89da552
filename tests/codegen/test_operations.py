"""What the generated operations send, and how they read answers."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import io
import json
import pickle
import re
from datetime import datetime, timedelta, timezone

import httpx
import pytest

from codegen.document import operations
from codegen.names import Names, of_operation
from replicate_api import SERVER_URL, request
from replicate_api.api import Api
from replicate_api.api.files import create as files_create
from replicate_api.api.files import download
from replicate_api.api.hardware import list as hardware_list
from replicate_api.api.models import delete, readme_get, search, update, versions_delete
from replicate_api.api.models import list as models_list
from replicate_api.api.predictions import create, get
from replicate_api.api.predictions import list as predictions_list
from replicate_api.errors import UnexpectedResponse
from replicate_api.models import File, Hardware, Prediction
from replicate_api.types import Timestamp, path

PREDICTION = {"id": "p1", "status": "starting", "urls": {"get": "https://x"}}


@pytest.fixture
def sent():
    return []


@pytest.fixture
def http(sent):
    """A bare client that records requests; every answer is a prediction."""

    def answer(request):
        request.read()
        sent.append(request)
        return httpx.Response(201, json=PREDICTION)

    with httpx.Client(base_url=SERVER_URL, transport=httpx.MockTransport(answer)) as client:
        yield client


def test_the_server_is_that_of_the_document(document):
    assert document["servers"][0]["url"] == SERVER_URL


def test_every_operation_has_its_module_and_sends_its_method_and_path(document):
    for place in operations(document):
        _, group, name = of_operation(place, Names())
        module = importlib.import_module(f"replicate_api.api.{group}.{name}")
        arguments = {
            parameter.name: f"<{parameter.name}>"
            for parameter in inspect.signature(module.build).parameters.values()
            if parameter.default is parameter.empty
        }
        built = module.build(**arguments)
        assert built["method"] == place.method.upper()
        expected = re.sub("{(.*?)}", lambda match: f"%3C{match[1]}%3E", place.path)
        assert built["url"] == expected


def test_the_group_has_both_twins_of_every_operation(document):
    api = Api(httpx.Client(), httpx.AsyncClient())
    for place in operations(document):
        _, group, name = of_operation(place, Names())
        blocking = getattr(getattr(api, group), name)
        awaited = getattr(getattr(api, group), f"async_{name}")
        assert blocking.__doc__ == awaited.__doc__
        assert blocking.__annotations__ == awaited.__annotations__
        assert asyncio.iscoroutinefunction(awaited)
        assert not asyncio.iscoroutinefunction(blocking)


def test_groups_are_made_once():
    api = Api(httpx.Client(), httpx.AsyncClient())
    assert api.predictions is api.predictions


def test_a_bare_client_will_do(http, sent):
    prediction = get.sync(http, "p1")
    assert isinstance(prediction, Prediction)
    assert str(sent[0].url) == "https://api.replicate.com/v1/predictions/p1"
    assert sent[0].content == b""


def test_a_bare_async_client_will_do(sent):
    def answer(request):
        sent.append(request)
        return httpx.Response(200, json=PREDICTION)

    async def main():
        mock = httpx.MockTransport(answer)
        async with httpx.AsyncClient(base_url=SERVER_URL, transport=mock) as client:
            assert (await get.asyncio(client, "p1")).id == "p1"
            assert (await Api(httpx.Client(), client).predictions.async_get("p2")).id == "p1"

    asyncio.run(main())
    assert [request.url.path for request in sent] == ["/v1/predictions/p1", "/v1/predictions/p2"]


def test_json_bodies_have_the_order_of_the_document_and_no_null(http, sent):
    create.sync(http, version="v", input={"a": None, "b": [1]}, prefer="wait=5", stream=False)
    assert sent[0].content.replace(b" ", b"") == (
        b'{"input":{"a":null,"b":[1]},"stream":false,"version":"v"}'
    )
    assert sent[0].headers["Prefer"] == "wait=5"
    assert "Cancel-After" not in sent[0].headers


def test_without_fields_there_is_no_body(http, sent):
    update.sync(http, "a", "b")
    assert sent[0].content == b""
    assert "content-type" not in sent[0].headers
    update.sync(http, "a", "b", readme="x")
    assert json.loads(sent[1].content) == {"readme": "x"}


def test_required_fields_are_required():
    with pytest.raises(TypeError, match="version"):
        create.build(input={})


def test_any_mapping_or_sequence_is_input(http, sent):
    from types import MappingProxyType

    create.sync(http, version="v", input=MappingProxyType({"a": (1, MappingProxyType({}))}))
    assert json.loads(sent[0].content)["input"] == {"a": [1, {}]}


def test_defaults_of_the_document_are_not_sent(http, sent):
    models_list.sync(http)
    models_list.sync(http, sort_by="model_created_at")
    assert [request.url.query for request in sent] == [b"", b"sort_by=model_created_at"]


def test_times_in_queries(http, sent):
    moment = datetime(2024, 10, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    predictions_list.sync(http, created_after=moment, created_before="yesterday")
    assert dict(sent[0].url.params) == {
        "created_after": "2024-10-01T12:00:00+02:00",
        "created_before": "yesterday",
    }
    with pytest.raises(ValueError, match="created_after must have a time zone"):
        predictions_list.build(created_after=datetime(2024, 10, 1))  # noqa: DTZ001
    with pytest.raises(TypeError, match="created_after must be a datetime or a text such as"):
        predictions_list.build(created_after=1727784000)
    stamp = Timestamp("2024-10-01T12:00:00.123456789Z")
    assert predictions_list.build(created_after=stamp)["params"] == {"created_after": stamp}


def test_other_values_in_queries():
    values = request.strings({"a": True, "b": False, "c": 1, "d": None, "e": [1, "x"], "f": ""})
    assert values == {"a": "true", "b": "false", "c": "1", "e": ["1", "x"], "f": ""}


@pytest.mark.parametrize("segment", ["", ".", "..", None])
def test_segments_that_lead_elsewhere_are_refused(segment):
    with pytest.raises(ValueError, match="prediction_id"):
        get.build(segment)


@pytest.mark.parametrize(
    ("segment", "quoted"),
    [("a/b", "a%2Fb"), ("../x", "..%2Fx"), ("a?b#c", "a%3Fb%23c"), ("ü %2e", "%C3%BC%20%252e"),
     ("{x}", "%7Bx%7D"), ("a:b", "a%3Ab"), (7, "7")],
)  # fmt: skip
def test_segments_are_quoted(segment, quoted):
    assert path("/a/{x}/b", x=segment) == f"/a/{quoted}/b"


def test_the_query_method_with_a_text_body(http, sent):
    search.sync(http, "größer")
    assert sent[0].method == "QUERY"
    assert sent[0].headers["content-type"] == "text/plain"
    assert sent[0].content == "größer".encode()


def test_upload(http, sent):
    content = io.BytesIO(b"\x00\xff")
    file = files_create.sync(http, content=("a.png", content, "image/png"), metadata={"n": 1})
    assert isinstance(file, File)
    media_type, boundary = sent[0].headers["content-type"].split("; boundary=")
    assert media_type == "multipart/form-data"
    assert (
        sent[0].content
        == (
            f'--{boundary}\r\nContent-Disposition: form-data; name="metadata"\r\n\r\n{{"n": 1}}\r\n'
            f'--{boundary}\r\nContent-Disposition: form-data; name="content"; filename="a.png"\r\n'
            "Content-Type: image/png\r\n\r\n"
        ).encode()
        + b"\x00\xff\r\n"
        + f"--{boundary}--\r\n".encode()
    )


def test_optional_parts_are_sent_when_given(http, sent):
    files_create.sync(http, content=b"x", filename="ü.txt", type="text/plain")
    names = re.findall(rb'form-data; name="(\w+)"', sent[0].content)
    assert names == [b"filename", b"type", b"content"]


def test_content_cannot_inject_parts(http, sent):
    content = (
        b'x\r\n--+++\r\nContent-Disposition: form-data; name="type"\r\n\r\nevil\r\n--+++--\r\n'
    )
    for _ in range(2):
        files_create.sync(http, content=content)
    boundaries = {request.headers["content-type"].partition("boundary=")[2] for request in sent}
    assert len(boundaries) == 2
    for boundary in boundaries:
        assert boundary.encode() not in content
        assert len(boundary) >= 16
    for sent_request, boundary in ((r, r.headers["content-type"].partition("=")[2]) for r in sent):
        assert sent_request.content.count(f"--{boundary}\r\n".encode()) == 1


def test_a_list_of_objects():
    answer = httpx.Response(200, json=[{"sku": "cpu", "name": "CPU"}])
    assert hardware_list.parse(answer) == [Hardware(sku="cpu", name="CPU")]


def test_text_bytes_and_nothing():
    assert readme_get.parse(httpx.Response(200, text="# ü")) == "# ü"
    assert download.parse(httpx.Response(200, content=b"\x00")) == b"\x00"
    assert delete.parse(httpx.Response(204)) is None
    assert versions_delete.parse(httpx.Response(202, text="")) is None


@pytest.mark.parametrize("status", [200, 201, 202, 206, 299])
def test_any_2xx_is_an_answer(status):
    assert get.parse(httpx.Response(status, json=PREDICTION)).id == "p1"


@pytest.mark.parametrize("status", [100, 199, 301, 400, 404, 429, 500, 522, 529, 599, 999])
@pytest.mark.parametrize("operation", [get, hardware_list, readme_get, download, delete])
def test_any_other_status_is_unexpected(operation, status):
    response = httpx.Response(status, json={"detail": "No."})
    with pytest.raises(UnexpectedResponse, match=f"{status} .*application/json.*No.") as error:
        operation.parse(response)
    assert error.value.response is response
    assert error.value.status_code == status


@pytest.mark.parametrize(
    "body", ["", "<html>", "[]", "null", "1", '"x"', "{", "[" * 100_000, b"\xff\xfe\xfa"]
)
def test_what_is_no_object_is_unexpected(body):
    with pytest.raises(UnexpectedResponse, match="200"):
        get.parse(httpx.Response(200, content=body))


@pytest.mark.parametrize("body", ["", "{}", "null"])
def test_what_is_no_array_is_unexpected(body):
    with pytest.raises(UnexpectedResponse):
        hardware_list.parse(httpx.Response(200, content=body))


def test_the_message_has_the_first_200_characters_and_no_more():
    response = httpx.Response(500, headers={"content-type": "text/html"}, content=b"ab" * 10_000)
    message = str(UnexpectedResponse(response))
    assert message == "unexpected response 500 (text/html): " + "ab" * 100
    assert "(no content type)" in str(UnexpectedResponse(httpx.Response(500)))


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_the_error_pickles_without_the_response(protocol):
    request = httpx.Request("GET", "https://x", headers={"Authorization": "Bearer r8_secret"})
    error = UnexpectedResponse(httpx.Response(500, text="No.", request=request))
    pickled = pickle.dumps(error, protocol)
    assert b"r8_secret" not in pickled
    copied = pickle.loads(pickled)
    assert type(copied) is UnexpectedResponse
    assert (str(copied), copied.status_code, copied.response) == (str(error), 500, None)
