"""What works without sockets and threads: `make test-pyodide` runs this in WebAssembly."""

from __future__ import annotations

import io
import json
import pickle

import httpx
import pytest

import replicate
from replicate import exceptions
from replicate.webhook import Webhooks, WebhookSigningSecret

MODEL = "black-forest-labs/flux-schnell"


class API:
    """A service in the place of a network, whose runs take two polls."""

    def __init__(self):
        self.requests = []
        self.runs = {}

    def __call__(self, request):
        content = request.read()
        self.requests.append((request.method, request.url.path))
        if request.url.path.endswith("/predictions") and request.method == "POST":
            id = f"run{len(self.runs)}"
            input = json.loads(content)["input"]
            self.runs[id] = {
                "id": id, "model": MODEL, "version": "hidden", "status": "starting",
                "input": input, "output": None, "logs": "", "error": None,
                "urls": {"get": f"https://api.replicate.com/v1/predictions/{id}"},
            }  # fmt: skip
            return httpx.Response(201, json=self.runs[id])
        run = self.runs.get(request.url.path.rpartition("/")[2])
        if run is not None:
            self.proceed(run)
            return httpx.Response(200, json=run)
        if request.url.path.endswith("/files"):
            urls = {"get": "https://api.replicate.com/v1/files/file"}
            return httpx.Response(201, json={"id": "file", "size": len(content), "urls": urls})
        if request.url.host == "replicate.delivery":
            return httpx.Response(200, content=b"picture", headers={"content-type": "image/png"})
        return httpx.Response(404, json={"detail": "Not found.", "status": 404})

    def proceed(self, run):
        if run["status"] == "starting":
            run["status"] = "processing"
        elif "fail" in run["input"]:
            run.update(status="failed", error="out of llamas")
        else:
            url = "https://replicate.delivery/a/out-0.png"
            run.update(status="succeeded", output=[url])


@pytest.fixture
def api():
    return API()


@pytest.fixture
def client(api):
    client = replicate.Client("token", transport=httpx.MockTransport(api))
    client.poll_interval = 0.01
    with client:
        yield client


def test_run(client, api, tmp_path):
    (file,) = client.run(MODEL, {"prompt": "a llama"}, wait=False)
    assert file.read() == b"picture"
    assert file.save(tmp_path).read_bytes() == b"picture"
    assert [method for method, _ in api.requests].count("POST") == 1


def test_failure(client):
    with pytest.raises(exceptions.ModelError, match="out of llamas") as failure:
        client.run(MODEL, {"fail": True}, wait=False)
    assert pickle.loads(pickle.dumps(failure.value)).prediction.status == "failed"


def test_handles(client):
    prediction = client.predictions.create(model=MODEL, input={"prompt": "a"})
    assert prediction.status == "starting"
    prediction.wait()
    assert prediction.status == "succeeded"
    assert str(prediction.output[0]).endswith("out-0.png")


def test_files(client):
    assert client.files.create(io.BytesIO(b"abc"), filename="a.txt").id == "file"
    (file,) = client.run(MODEL, {"image": io.BytesIO(b"abc")}, wait=False)
    assert file.name == "out-0.png"


def test_errors(client):
    with pytest.raises(exceptions.ReplicateError, match="Not found"):
        client.predictions.get("nothing")


def test_signatures_of_webhooks():
    secret = WebhookSigningSecret(key="whsec_dGVzdA==")
    with pytest.raises(ValueError, match="header"):
        Webhooks.validate(headers={}, body="{}", secret=secret)
