from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Dict

import pytest

from replicate.sandbox import File, Sandbox, current_prediction

if TYPE_CHECKING:
    from .conftest import Api

TEXT = "data:text/plain,one two three one two three one two"


@pytest.fixture
def path(sandbox: Sandbox, api: Api) -> str:
    body = {"owner": "sandbox", "name": "mine", "visibility": "private", "hardware": "cpu"}
    assert api.post("/models", json=body).status_code == 201
    version = sandbox.models["sandbox/markov"].latest_version
    assert version is not None
    return f"/models/sandbox/markov/versions/{version.id}/trainings"


def train(api: Api, path: str, **more: Any) -> Dict[str, Any]:
    body = {"destination": "sandbox/mine", "input": {"train_data": TEXT}, **more}
    response = api.post(path, json=body)
    assert response.status_code == 201, response.text
    return response.json()


def test_a_training_makes_a_version(sandbox: Sandbox, api: Api, path: str) -> None:
    created = train(api, path)
    url = f"{sandbox.url}/v1/predictions/{created['id']}"
    assert created == {
        "id": created["id"],
        "model": "sandbox/markov",
        "version": path.split("/")[5],
        "input": {"train_data": TEXT},
        "logs": "",
        "output": None,
        "error": None,
        "status": "starting",
        "created_at": created["created_at"],
        "urls": {"get": url, "cancel": f"{url}/cancel"},
    }
    sandbox.settle()
    done = api.get(f"/trainings/{created['id']}").json()
    assert done["status"] == "succeeded"
    assert done["version"] == created["version"]
    assert done["logs"] == "Learned 3 words\n"
    assert done["webhook_completed"] is None
    version = done["output"]["version"]
    assert version.startswith("sandbox/mine:")
    assert api.get(done["output"]["weights"]).json()["one"] == ["two", "two", "two"]
    latest = api.get("/models/sandbox/mine").json()["latest_version"]
    assert latest["id"] == version.partition(":")[2]

    story = api.finish(sandbox, version, prompt="one", length=4)
    assert "".join(story["output"]).split()[:4] == ["one", "two", "three", "one"]
    again = f"/models/sandbox/mine/versions/{latest['id']}/trainings"
    train(api, again)


def test_trainings_are_apart_from_predictions(sandbox: Sandbox, api: Api, path: str) -> None:
    training, prediction = train(api, path), api.create("sandbox/divider")
    sandbox.settle()
    assert [t["id"] for t in api.get("/trainings").json()["results"]] == [training["id"]]
    assert [p["id"] for p in api.get("/predictions").json()["results"]] == [prediction["id"]]
    assert api.get(f"/trainings/{prediction['id']}").status_code == 404
    assert api.get(training["urls"]["get"]).json()["id"] == training["id"]
    assert [run.id for run in sandbox.trainings] == [training["id"]]
    assert [run.id for run in sandbox.predictions] == [prediction["id"]]
    assert [run.id for run in sandbox.created] == [training["id"], prediction["id"]]


def test_what_can_not_be_trained(sandbox: Sandbox, api: Api, path: str) -> None:
    body: Dict[str, Any] = {"destination": "<invalid>", "input": {}}
    sandbox.model("me/foreign")(lambda: "")
    for destination in ("<invalid>", "me/foreign"):
        response = api.post(path, json={**body, "destination": destination})
        assert response.status_code == 404
        assert response.text == (
            '{"detail":"The specified training destination does not exist","status":404}\n'
        )
    body["destination"] = "sandbox/mine"
    assert "train_data is required" in api.post(path, json=body).json()["detail"]
    sprites = sandbox.models["sandbox/sprites"].latest_version
    assert sprites is not None
    other = f"/models/sandbox/sprites/versions/{sprites.id}/trainings"
    assert api.post(other, json=body).status_code == 422
    assert api.post(other.replace(sprites.id, "0"), json=body).status_code == 404
    assert api.post(path, json={}).status_code == 422


def test_cancel(sandbox: Sandbox, api: Api) -> None:
    started = threading.Event()

    @sandbox.model("sandbox/model")
    def model() -> str:
        return ""

    @sandbox.trainer("sandbox/model")
    def trainer() -> File:
        started.set()
        current_prediction().sleep(60)
        return File(b"")

    version = sandbox.models["sandbox/model"].latest_version.id
    path = f"/models/sandbox/model/versions/{version}/trainings"
    created = train(api, path, destination="sandbox/model", input={})
    running = api.get(f"/trainings/{created['id']}").json()
    assert (running["completed_at"], running["output"], running["logs"]) == (None, None, None)
    assert running["metrics"] == {}
    assert started.wait(10)
    canceled = api.post(f"/trainings/{created['id']}/cancel").json()
    assert canceled["status"] == "canceled"
    sandbox.settle()
    assert len(sandbox.models["sandbox/model"].versions) == 1


def test_the_schema_tells_about_training(api: Api) -> None:
    latest = api.get("/models/sandbox/markov").json()["latest_version"]
    schemas = latest["openapi_schema"]["components"]["schemas"]
    assert schemas["TrainingInput"]["required"] == ["train_data"]
    assert schemas["TrainingOutput"]["format"] == "uri"
    assert schemas["Input"]["properties"]["prompt"]["default"] == "the"
