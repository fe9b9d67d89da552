"""Texts from outside: references, schemas, data URIs, `Retry-After`, bars, cursors, webhooks."""

from __future__ import annotations

import base64
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from replicate._files import data_uri as _data_uri
from replicate._http import address as _url
from replicate._retry_after import parse_retry_after
from replicate.helpers import FileOutput
from replicate.identifier import Target, resolve
from replicate.prediction import Prediction
from tests.fuzz import strategies, texts
from tests.fuzz.strategies import examples

names = st.text(min_size=1).filter(lambda text: not any(c in "/:" or c.isspace() for c in text))


@examples(100)
@given(owner=names, name=names, version=st.none() | names)
def test_references_round_trip(owner, name, version):
    text = f"{owner}/{name}" if version is None else f"{owner}/{name}:{version}"
    expected = Target(version, owner, name)
    if owner == "deployments":
        return
    assert resolve(text) == expected
    texts.check_reference(text)


@examples(150)
@given(text=strategies.any_texts | st.text("ab/: \n.", max_size=12) | st.text("0f", min_size=63))
@example(text="deployments/o/d")
@example(text="deployments/o/d:v")
@example(text="o/n:\n")
def test_references(text):
    texts.check_reference(text)


@examples(100)
@given(content=st.binary(max_size=50), kind=st.sampled_from(["", "text/plain", "image/png;a=b"]))
def test_data_uris_round_trip(content, kind):
    encoded = base64.b64encode(content).decode()
    for uri in (
        f"data:{kind};base64,{encoded}",
        f"DATA:{kind};BASE64,{encoded.rstrip('=')}",
        f"data:{kind};base64,{encoded.replace('+', '-').replace('/', '_')}",
        f"data:{kind},{quote(content)}",
    ):
        assert _data_uri.decode(uri) == content
        assert FileOutput(uri).content_type == (kind.partition(";")[0] or None)
        texts.check_data_uri(uri)


@examples(150)
@given(text=st.text("data:;,base64%=/-", max_size=20).map("data:".__add__) | strategies.any_texts)
@example(text="data:,\ud800")
@example(text="data:;base64,é")
@example(text="data:" + ";" * 5000)
def test_data_uris(text):
    texts.check_data_uri(text)


dates = st.lists(
    st.sampled_from(
        ["Wed", ",", " ", "21", "Oct", "2015", "07:28:00", "GMT", "+9999", "-0000", "0", "99999999"]
    ),
    max_size=12,
)


@examples(200)
@given(
    text=st.none() | strategies.any_texts | dates.map("".join) | dates.map(" ".join),
    body=strategies.values | st.fixed_dictionaries({"retry_after": strategies.values}),
)
@example(text="Wed, 21 Oct 0001 07:28:00 +2359", body=None)
@example(text="Fri, 31 Dec 9999 23:59:59 -2359", body=None)
@example(text=None, body={"detail": "resets in ~" + "9" * 400 + "s"})
def test_retry_after(text, body):
    texts.check_retry_after(text, body)


@examples(50)
@given(seconds=st.floats(0, 1e6) | st.integers(0, 10**6))
def test_seconds_are_kept(seconds):
    text = format(seconds, "f") if isinstance(seconds, float) else str(seconds)
    assert parse_retry_after(text) == pytest.approx(seconds, abs=1e-5)


@examples(150)
@given(logs=st.text("0123456789%|/ █\r\n\u0663", max_size=30) | strategies.any_texts)
@example(logs="9" * 400 + "%|x| 1/2")
@example(logs="1%|x| " + "9" * 5000 + "/2")
@example(logs="1%|" + "| " * 3000)
def test_progress(logs):
    texts.check_progress(logs)


@examples(100)
@given(
    input=strategies.model_schemas,
    output=strategies.model_schemas,
    inputs=st.dictionaries(strategies.input_names, strategies.values, max_size=3),
)
@example(input={"required": [["a"]]}, output={}, inputs={})
@example(input={"properties": {"others": {}, "class": {}}}, output={}, inputs={})
@example(input={"properties": {"_f": {}, "__debug__": {}}}, output={}, inputs={})
@example(input={"properties": {"a": {"default": 1e999}}}, output={}, inputs={})
def test_schemas(input, output, inputs):
    texts.check_schema(input, output, inputs)


@examples(50)
@given(
    before=strategies.texts,
    done=st.integers(0, 10**6),
    total=st.integers(1, 10**6),
    start=st.sampled_from(["\r", "\n", "\r\n"]),
    end=st.sampled_from(["", "\r", "\n", "\r\n"]),
)
def test_a_progress_bar_is_found(before, done, total, start, end):
    bar = f" {min(100, done * 100 // total)}%|██  | {done}/{total} [00:00<00:01, 1.00it/s]"
    found = Prediction.Progress.parse(f"{before}{start}{bar}{end}")
    assert (found.current, found.total) == (done, total)
    assert 0 <= found.percentage <= 1


@examples(150)
@given(cursor=strategies.any_texts | st.text("http:/?#[]@v1.", max_size=20))
@example(cursor="https://[")
@example(cursor="//evil.test/v1//evil.test")
def test_cursors(cursor):
    texts.check_cursor(cursor)


@examples(50)
@given(host=st.sampled_from(["api.replicate.com", "evil.test:8", "u:p@x.test"]), query=names)
def test_cursors_keep_path_and_query(host, query):
    query = quote(query)
    for place in (f"https://{host}/v1", f"http://{host}/proxy/v1", "/v1", ""):
        assert _url.rebase(f"{place}/predictions?cursor={query}") == f"/predictions?cursor={query}"


HEADERS = ["webhook-id", "webhook-timestamp", "webhook-signature", "Webhook-Id"]


@examples(150)
@given(
    headers=st.dictionaries(st.sampled_from(HEADERS), strategies.any_texts),
    body=strategies.raw_bodies,
    signed=st.booleans(),
)
@example(headers={"webhook-id": "\ud800"}, body=b"{}", signed=False)
@example(headers={"webhook-id": "m"}, body=b"{}", signed=False)
@example(headers={}, body=b"[" * 100_000, signed=True)
@example(headers={}, body=b"\xff", signed=True)
@example(headers={}, body=b'{"urls": [], "output": 5}', signed=True)
def test_webhooks(headers, body, signed):
    headers = {name.lower(): value for name, value in headers.items()}
    if signed:
        headers["webhook-id"] = "m"
    texts.check_webhook(headers, body, signed=signed)


@examples(150)
@given(
    value=strategies.values,
    openapi_schema=strategies.schemas | strategies.values,
    cog_version=st.text("v0123.9-dev", max_size=8) | strategies.values,
)
@example(
    value=["https://x.test/a.png", "https://x.test/a.png and more"],
    openapi_schema=None,
    cog_version=None,
)
@example(
    value={"a": "x"},
    openapi_schema={"components": {"schemas": {"Output": {"properties": ["a"]}}}},
    cog_version="0.9",
)
@example(
    value=[],
    openapi_schema={"components": {"schemas": {"Output": {"type": "array"}}}},
    cog_version="9" * 5000,
)
@example(
    value=[],
    openapi_schema={"components": {"schemas": {"Output": {"type": "array"}}}},
    cog_version=5,
)
def test_outputs(value, openapi_schema, cog_version):
    texts.check_output(value, openapi_schema, cog_version)
