"""What the API refuses, the sandbox refuses: no request is a 500."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, Dict

import httpx
import pytest

if TYPE_CHECKING:
    from replicate.sandbox import Sandbox

    from .conftest import Api

#: Requests that take a JSON object.
BODIES = [
    ("POST", "/predictions"),
    ("POST", "/models/sandbox/painter/predictions"),
    ("POST", "/models"),
    ("PATCH", "/models/sandbox/painter"),
    ("POST", "/deployments"),
]
MALFORMED = {
    "no JSON": b"{",
    "no UTF-8": b'{"a": "\xff"}',
    "no object": b"[1]",
    "a text": b'"text"',
    "NaN": b'{"input": {"a": NaN}}',
    "an infinite number": b'{"input": {"a": -Infinity}}',
    "a number beyond a double": b'{"input": {"a": 1e999}}',
    "deeper than it could be written": b'{"a":' + b"[" * 600 + b"]" * 600 + b"}",
}


if sys.version_info >= (3, 9):  # before, Python gives up in another place each time
    MALFORMED["deeper than it could be read"] = b"[" * 100_000


def refused(response: httpx.Response, status: int) -> Dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body: Dict[str, Any] = response.json()
    assert body["detail"]
    return body


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
@pytest.mark.parametrize(("method", "path"), BODIES)
def test_a_malformed_body_is_a_400(api: Api, method: str, path: str, body: bytes) -> None:
    refused(api.request(method, path, content=body), 400)


def test_a_large_body_is_a_413(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("replicate.sandbox.wire.BODY_LIMIT", 1 << 20)
    body = {"version": "sandbox/reader", "input": {"document": "data:," + "a" * (1 << 20)}}
    problem = refused(api.post("/predictions", json=body), 413)
    assert "upload large files" in problem["detail"]
    body["input"] = {"document": "data:," + "a" * ((1 << 20) - 100)}
    assert api.post("/predictions", json=body).status_code == 201


@pytest.mark.parametrize("field", ["webhook", "webhook_completed"])
@pytest.mark.parametrize(
    "address",
    ["", "nonsense", "http://[bad", "ftp://x/", "http:///x", "http://a:b/", "http://a b/"],
)
def test_a_webhook_needs_an_address(api: Api, field: str, address: str) -> None:
    body = {"version": "sandbox/divider", "input": {}, field: address}
    problem = refused(api.post("/predictions", json=body), 422)
    assert problem["invalid_fields"] == [
        {"type": "format", "field": field, "description": "Does not match format 'uri'"}
    ]


def test_what_belongs_to_others(sandbox: Sandbox, api: Api) -> None:
    sandbox.model("acme/shout")(lambda: "")
    version = sandbox.models["acme/shout"].latest_version.id
    body = {"owner": "acme", "name": "new", "visibility": "private", "hardware": "cpu"}
    for response in (
        api.post("/models", json=body),
        api.patch("/models/acme/shout", json={"readme": "# Mine"}),
        api.delete("/models/acme/shout"),
        api.delete(f"/models/acme/shout/versions/{version}"),
    ):
        assert "the token belongs to sandbox" in refused(response, 403)["detail"]
    assert sandbox.models["acme/shout"].readme is None
    assert api.get("/deployments/acme/app").status_code == 404


def test_a_refused_hardware_names_those_there_are(api: Api) -> None:
    body = {"owner": "sandbox", "name": "new", "visibility": "private", "hardware": "gpu-a40"}
    (wrong,) = refused(api.post("/models", json=body), 422)["invalid_fields"]
    assert (wrong["type"], wrong["field"]) == ("enum", "hardware")
    assert '"gpu-t4"' in wrong["description"]
    for hardware in api.get("/hardware").json():
        body = {**body, "name": hardware["sku"], "hardware": hardware["sku"]}
        assert api.post("/models", json=body).status_code == 201


def test_numbers_of_other_scripts(sandbox: Sandbox, api: Api) -> None:
    for limit in ("²", "٣", "1" * 5000, "+1", " 1"):
        url = f"{sandbox.url}/v1/search"
        assert httpx.get(url, params={"query": "a", "limit": limit}).status_code == 400
    wait = {"prefer": "wait=\xb2".encode("latin-1")}
    body = {"version": "sandbox/divider", "input": {}}
    refused(api.post("/predictions", json=body, headers=wait), 400)
    file = api.post("/files", files={"content": ("a", b"a")}).json()["urls"]["get"]
    for expiry in ("²", "1" * 5000):
        parameters = {"owner": "sandbox", "expiry": expiry, "signature": "x"}
        refused(api.get(f"{file}/download", params=parameters), 404)


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
def test_moments_at_the_edges_of_the_calendar(api: Api, moment: str) -> None:
    assert api.get("/predictions", params={"created_after": moment}).status_code == 200


def test_a_method_that_a_path_does_not_know(api: Api) -> None:
    response = api.put("/models/sandbox/painter")
    assert refused(response, 405)["detail"] == 'Method "PUT" not allowed.'
    assert response.headers["allow"] == "GET, PATCH, DELETE"


@pytest.mark.parametrize("body", [b"story word", b'"story word"', b'"STORY\\u0020word"'])
def test_a_search_is_text_or_a_string_of_json(api: Api, body: bytes) -> None:
    found = api.request("QUERY", "/models", content=body).json()["results"]
    assert [model["name"] for model in found] == ["storyteller"]


@pytest.mark.parametrize("body", [b'"storyteller', b"[1]", b"77", b"{}"])
def test_other_json_is_text(api: Api, body: bytes) -> None:
    assert api.request("QUERY", "/models", content=body).json()["results"] == []


def test_what_a_prediction_is_before_it_ends(sandbox: Sandbox, api: Api) -> None:
    created = api.create("sandbox/divider")
    sandbox.settle()
    failed = api.get(f"/predictions/{created['id']}").json()
    assert (created["output"], failed["status"], failed["output"]) == (None, "failed", None)
    assert json.loads(sandbox.requests[0].body)["version"] == "sandbox/divider"


def test_refusals_count_for_the_rate_limit(sandbox: Sandbox, api: Api) -> None:
    response = api.post("/predictions", json={"version": "nobody/nothing", "input": {}})
    refused(response, 422)
    assert (response.headers["ratelimit-remaining"], response.headers["ratelimit-reset"]) == (
        "599",
        "1",
    )
    assert "ratelimit-remaining" not in httpx.get(f"{sandbox.url}/v1/account").headers
    assert "ratelimit-remaining" not in api.get("/files/none").headers
