"""The sandbox answers recorded requests as the API has: same status, same fields, same types.

The recorded traffic is not part of the project; where it is not, this is skipped.
"""

from __future__ import annotations

import json
import re
import threading
from pathlib import Path
from typing import Any, Dict, Iterator, List, NamedTuple, Set
from urllib.parse import urlsplit

import httpx
import pytest

from replicate.sandbox import File, Sandbox, current_prediction

RECORDINGS = Path(__file__).parents[3] / "shared" / "recordings"
FILES = sorted(RECORDINGS.glob("*.yaml"))
if not FILES:
    pytest.skip("no recorded traffic here", allow_module_level=True)
yaml = pytest.importorskip("yaml")

#: Fields that the API has had since, by `wire.md` and the document of 2026.
LATER: Dict[str, Set[str]] = {
    "prediction": {"output", "data_removed", "source", "web", "stream", "total_time"},
    "model": {"is_official", "weights_url", "created_at"},
    "other": set(),
}
#: What belongs to one model, upload or collection, and not to the API.
OPAQUE = {"input", "output", "openapi_schema", "metadata", "default_example", "invalid_fields"}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z")


class Exchange(NamedTuple):
    file: str
    method: str
    path: str
    query: str
    headers: Dict[str, str]
    body: bytes
    response: httpx.Response


def exchanges(file: Path) -> Iterator[Exchange]:
    for interaction in yaml.safe_load(file.read_text(encoding="utf-8"))["interactions"]:
        request, recorded = interaction["request"], interaction["response"]
        url = urlsplit(request["uri"])
        if url.hostname != "api.replicate.com":
            continue
        raw = request.get("headers") or {}
        headers = {k.lower(): v[0] if isinstance(v, list) else v for k, v in raw.items()}
        body = request.get("body") or b""
        body = body.encode() if isinstance(body, str) else body
        path = url.path[len("/v1") :]
        response = _response(recorded)
        yield Exchange(file.stem, request["method"], path, url.query, headers, body, response)


def _response(recorded: Dict[str, Any]) -> httpx.Response:
    named = recorded.get("headers") or {}
    headers = {k.lower(): v[0] if isinstance(v, list) else v for k, v in named.items()}
    if "status_code" in recorded:  # the body is already decoded
        headers.pop("content-encoding", None)
        content = recorded["content"]
        content = content.encode() if isinstance(content, str) else content
        return httpx.Response(recorded["status_code"], headers=headers, content=content)
    kept = {k: v for k, v in headers.items() if k != "transfer-encoding"}
    content = recorded["body"]["string"]
    content = content.encode() if isinstance(content, str) else content
    return httpx.Response(recorded["status"]["code"], headers=kept, content=content)


ALL = [exchange for file in FILES for exchange in exchanges(file)]


class Stage:
    """A sandbox with the models of the recordings, and a run in each state."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.gate = threading.Event()
        self.uploads: List[str] = []
        headers = {"authorization": f"Bearer {sandbox.token}"}
        self.api = httpx.Client(base_url=f"{sandbox.url}/v1", headers=headers, timeout=30)
        for exchange in ALL:
            found = re.match(r"/models/([\w.-]+/[\w.-]+)(?:/versions/(\w+))?", exchange.path)
            if found:
                self.install(found.group(1), found.group(2))
            if exchange.path == "/predictions" and exchange.method == "POST":
                self.install("recorded/model", json.loads(exchange.body)["version"])
        sandbox.model("state/running", official=True)(self.running)
        sandbox.model("state/waiting", official=True, cold_start=60)(self.running)
        sandbox.model("state/done", official=True)(lambda: "done")
        sandbox.trainer("stability-ai/sdxl")(self.train)
        self.runs = {
            "starting": self.create("state/waiting"),
            "processing": self.create("state/running"),
            "succeeded": self.create("state/done"),
        }
        while self.api.get(f"/predictions/{self.runs['processing']}").json()["logs"] == "":
            pass
        while self.api.get(f"/predictions/{self.runs['succeeded']}").json()["output"] is None:
            pass

    def close(self) -> None:
        self.gate.set()
        self.api.close()

    def install(self, name: str, version: Any) -> None:
        official = name.startswith("meta/")
        if name not in self.sandbox.models:
            self.sandbox.model(name, official=official)(self.text if official else self.picture)
        latest = self.sandbox.models[name].latest_version
        assert latest is not None
        if version and all(v.id != version for v in self.sandbox.models[name].versions):
            latest.id = version

    def create(self, version: str) -> str:
        response = self.api.post("/predictions", json={"version": version, "input": {}})
        assert response.status_code == 201, response.text
        return response.json()["id"]

    def running(self) -> str:
        print("running")
        while not self.gate.is_set():
            current_prediction().sleep(0.01)
        return ""

    @staticmethod
    def text(prompt: str = "") -> Iterator[str]:
        yield prompt

    @staticmethod
    def picture(prompt: str = "", width: int = 1, height: int = 1, seed: int = 0) -> List[File]:
        return [File(prompt.encode(), "out.png")]

    @staticmethod
    def train(input_images: str = "") -> File:
        return File(b"")

    def answer(self, exchange: Exchange) -> httpx.Response:
        """Send the recorded request, about something of this sandbox."""
        path = exchange.path
        if exchange.method == "POST" and path.endswith("/cancel"):
            path = f"/predictions/{self.create('state/running')}/cancel"
        elif path.startswith("/predictions/"):
            path = f"/predictions/{self.runs[exchange.response.json()['status']]}"
        elif path.startswith("/files/"):
            path = f"/files/{self.uploads[-1]}"
        headers = {
            name: exchange.headers[name]
            for name in ("content-type", "prefer")
            if name in exchange.headers
        }
        if exchange.response.status_code == 401:
            headers["authorization"] = "Bearer wrong"
        url = f"{path}?{exchange.query}" if exchange.query else path
        response = self.api.request(exchange.method, url, content=exchange.body, headers=headers)
        if exchange.method == "POST" and path == "/files":
            self.uploads.append(response.json()["id"])
        return response


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with Sandbox(demo_models=True, page_size=25) as sandbox:
        stage = Stage(sandbox)
        yield stage
        stage.close()


def kind_of(path: str) -> str:
    for kind in ("prediction", "model"):
        if re.search(rf"/{kind}s(/[^/]+)?(/cancel)?$|/{kind}s/[^/]+/[^/]+$", path):
            return kind
    return "other"


def differences(theirs: Any, ours: Any, later: Any, place: str = "") -> Iterator[str]:
    """Yield what a reader of the recorded answer would stumble over in the sandbox's."""
    if theirs is None or ours is None:
        return
    if type(theirs) is not type(ours) and {type(theirs), type(ours)} != {int, float}:
        yield f"{place} is a {type(theirs).__name__}, here {type(ours).__name__}"
    elif isinstance(theirs, dict):
        for name in set(theirs) - set(ours):
            yield f"{place}.{name} is missing"
        for name in set(ours) - set(theirs) - later:
            yield f"{place}.{name} is new"
        for name in (set(theirs) & set(ours)) - OPAQUE:
            yield from differences(theirs[name], ours[name], later, f"{place}.{name}")
    elif isinstance(theirs, list) and theirs and ours:
        yield from differences(theirs[0], ours[0], later, f"{place}[0]")
    elif isinstance(theirs, str) and TIME.fullmatch(theirs) and not TIME.fullmatch(ours):
        yield f"{place} is a time like {theirs}, here {ours}"


@pytest.mark.parametrize("file", [file.stem for file in FILES])
def test_recorded_answers(stage: Stage, file: str) -> None:
    compared = 0
    for exchange in (exchange for exchange in ALL if exchange.file == file):
        theirs, ours = exchange.response, stage.answer(exchange)
        where = f"{exchange.method} {exchange.path}"
        assert ours.status_code == theirs.status_code, (where, ours.text)
        media = [r.headers.get("content-type", "").partition(";")[0] for r in (theirs, ours)]
        if media[0]:
            assert media[0] == media[1], where
        for name in ("ratelimit-remaining", "ratelimit-reset", "preference-applied"):
            if name in theirs.headers:
                assert name in ours.headers, (where, name)
        if theirs.content:
            recorded, later = theirs.json(), LATER[kind_of(exchange.path)]
            if exchange.method == "GET" and kind_of(exchange.path) == "prediction":
                # 3 of 347 came from another backend, which adds this and leaves out the model.
                later = later | {"model"} if recorded.pop("webhook_completed", 0) is None else later
            assert list(differences(recorded, ours.json(), later)) == [], where
        else:
            assert not ours.content, where
        if theirs.status_code >= 400:
            assert ours.json() == theirs.json(), where
        compared += 1
    assert compared
