"""Regeneration is the product: what the description gains, `replicate` has."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

PROGRAM = """
import asyncio, datetime, json, pickle, sys
import httpx
import replicate, replicate_api
from replicate_api.api.examplequotas import get
from replicate_api.models import ExampleQuota

assert replicate_api.__file__.startswith(sys.argv[1]), replicate_api.__file__
body = {
    "id": "p", "model": "a/b", "version": "v", "status": "paused", "output": "x",
    "example_priority": 7, "example_time": "2026-01-02T03:04:05.123456789Z",
}

sent = []

def answer(request):
    sent.append((str(request.url), request.read()))
    if request.url.path == "/v1/examplequotas/gpu":
        return httpx.Response(200, json={"name": "gpu", "limit": 3})
    if request.url.path == "/v1/examplequotas":
        following = None if request.url.query else "https://api.replicate.com/v1/examplequotas?cursor=two"
        return httpx.Response(200, json={"results": [{"name": "gpu"}], "next": following})
    if request.url.path == "/v1/predictions" and request.method == "GET":
        return httpx.Response(200, json={"results": [], "next": None})
    return httpx.Response(200, json=body)

client = replicate.Client("t", transport=httpx.MockTransport(answer))
prediction = client.predictions.get("p")
assert prediction.example_priority == 7
assert prediction.example_time.datetime.tzinfo is datetime.timezone.utc
assert dict(prediction)["example_time"] == body["example_time"]
assert prediction.status == "paused"
fields = {"id": "p", "model": "a/b", "version": "v", "status": "paused"}
assert replicate.prediction.Prediction(**fields, example_priority=1).example_priority == 1

quota = client.api.examplequotas.get("gpu")
assert isinstance(quota, ExampleQuota) and (quota.name, quota.limit) == ("gpu", 3)
assert asyncio.run(client.api.examplequotas.async_get("gpu")) == quota
assert asyncio.run(get.asyncio(client._transport, "gpu")) == quota
created = client.predictions.create(model="a/b", input={}, example_class="high")
assert b'"example_class": "high"' in sent[-1][1].replace(b'":"', b'": "'), sent[-1]
client.predictions.list(status="paused", source="web")
assert sent[-1][0].endswith("/v1/predictions?source=web&status=paused"), sent[-1]
client.files.create(b"x", folder="inbox")
assert b'name="folder"\\r\\n\\r\\ninbox' in sent[-1][1], sent[-1]
first, second = replicate.paginate(client.api.examplequotas.list)
assert [quota.name for quota in first.results] == ["gpu"] and second.next is None
assert sent[-1][0].endswith("/v1/examplequotas?cursor=two"), sent[-1]
try:
    client.predictions.list(stat="paused")
except TypeError as error:
    assert "list() got an unexpected keyword argument 'stat'" in str(error)
print("regenerated")
"""

TYPED = """
from typing import Optional
import replicate
from replicate_api.models import ExampleQuota
from replicate_api.types import Timestamp

prediction = replicate.predictions.get("p")
example_priority: Optional[int] = prediction.example_priority
billed: Optional[Timestamp] = prediction.example_time
quota: ExampleQuota = replicate.default_client.api.examplequotas.get("gpu")
page = replicate.predictions.list(status="paused")
file = replicate.files.create(b"x", folder="inbox")
created = replicate.predictions.create(model="a/b", input={}, example_class="high")
wrong: str = prediction.example_priority
replicate.predictions.list(status=5)
replicate.files.create(b"x", folder=5)
replicate.predictions.create(model="a/b", input={}, example_class=5)
"""


@pytest.fixture(scope="module")
def regenerated(tmp_path_factory):
    """Generate from openapi.yaml plus a few things, elsewhere."""
    yaml = pytest.importorskip("yaml")
    pytest.importorskip("openapi_python_client")
    document = yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8"))
    schemas = document["components"]["schemas"]
    prediction = schemas["schemas_prediction_response"]["properties"]
    prediction["example_priority"] = {"type": "integer"}
    prediction["example_time"] = {"type": "string", "format": "date-time"}
    prediction["status"]["enum"].append("paused")
    schemas["schemas_prediction_request"]["properties"]["example_class"] = {"type": "string"}
    schemas["schemas_version_prediction_request"]["properties"]["example_class"] = {
        "type": "string"
    }
    schemas["schemas_example_quota_response"] = {
        "type": "object",
        "required": ["name"],
        "properties": {"name": {"type": "string"}, "limit": {"type": "integer"}},
    }
    content = {
        "application/json": {
            "schema": {"$ref": "#/components/schemas/schemas_example_quota_response"}
        }
    }
    document["paths"]["/examplequotas/{quota_name}"] = {
        "get": {
            "operationId": "examplequotas.get",
            "parameters": [
                {"in": "path", "name": "quota_name", "required": True, "schema": {"type": "string"}}
            ],
            "responses": {"200": {"description": "A quota.", "content": content}},
        }
    }
    page = {
        "type": "object",
        "properties": {
            "next": {"type": "string"},
            "results": {"type": "array", "items": content["application/json"]["schema"]},
        },
    }
    document["paths"]["/examplequotas"] = {
        "get": {
            "operationId": "examplequotas.list",
            "responses": {"200": {"content": {"application/json": {"schema": page}}}},
        }
    }
    document["paths"]["/predictions"]["get"]["parameters"].append(
        {"in": "query", "name": "status", "schema": {"type": "string"}}
    )
    upload = document["paths"]["/files"]["post"]["requestBody"]["content"]["multipart/form-data"]
    upload["schema"]["properties"]["folder"] = {"type": "string"}
    folder = tmp_path_factory.mktemp("regenerated")
    spec = folder / "openapi.yaml"
    spec.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    command = [sys.executable, "-m", "codegen", "generate"]
    subprocess.run(
        [*command, "--spec", str(spec), "--output", str(folder / "generated" / "replicate_api")],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    return folder / "generated"


def environment(folder):
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)])}


def test_new_things_are_used_through_replicate(regenerated):
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM, str(regenerated)],
        env=environment(regenerated),
        cwd=regenerated,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.stdout == "regenerated\n", result.stderr


@pytest.mark.slow
def test_new_things_are_typed(regenerated, tmp_path):
    pytest.importorskip("mypy")
    (tmp_path / "user.py").write_text(TYPED, encoding="utf-8")
    result = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file=", "user.py"],
        env={**os.environ, "MYPYPATH": os.pathsep.join([str(regenerated), str(ROOT)])},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    errors = [line for line in result.stdout.splitlines() if line.startswith("user.py")]
    wrong = range(len(TYPED.splitlines()) - 3, len(TYPED.splitlines()) + 1)
    assert [int(line.split(":")[1]) for line in errors] == [*wrong], result.stdout


def test_recorded_conversations_become_resources():
    """Real traffic, where it is at hand, through the resources and back to the wire."""
    yaml = pytest.importorskip("yaml")
    recordings = ROOT.parent / "shared" / "recordings"
    if not recordings.is_dir():
        pytest.skip("no recordings here")
    import httpx

    import replicate

    checked = 0
    for path in recordings.glob("*.yaml"):
        for exchange in yaml.safe_load(path.read_text(encoding="utf-8"))["interactions"]:
            response = exchange["response"]
            request = exchange["request"]
            if (
                response.get("status_code") not in {200, 201}
                or "/v1/predictions" not in request["uri"]
            ):
                continue
            body = json.loads(response["content"])
            client = replicate.Client(
                "t",
                transport=httpx.MockTransport(
                    lambda request, body=body: httpx.Response(200, json=body)
                ),
            )
            prediction = client.predictions.get("p")
            fields = dict(prediction)
            assert {key: fields[key] for key in body} == body
            assert prediction.dict(exclude_unset=True) == body
            client.close()
            checked += 1
    assert checked > 15
