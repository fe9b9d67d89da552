from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict

import pytest

if TYPE_CHECKING:
    from replicate.sandbox import Sandbox

    from .conftest import Api


@pytest.fixture
def body(sandbox: Sandbox) -> Dict[str, Any]:
    return {
        "name": "mine",
        "model": "sandbox/sprites",
        "version": sandbox.models["sandbox/sprites"].latest_version.id,
        "hardware": "cpu",
        "min_instances": 0,
        "max_instances": 1,
    }


def test_a_deployments_life(sandbox: Sandbox, api: Api, body: Dict[str, Any]) -> None:
    created = api.post("/deployments", json=body)
    assert created.status_code == 200
    deployment = created.json()
    release = deployment["current_release"]
    assert (deployment["owner"], deployment["name"]) == ("sandbox", "mine")
    assert (release["number"], release["model"], release["version"]) == (
        1,
        body["model"],
        body["version"],
    )
    assert release["configuration"] == {
        "hardware": "cpu",
        "min_instances": 0,
        "max_instances": 1,
    }
    assert release["created_by"]["username"] == "sandbox"
    assert api.get("/deployments").json()["results"] == [deployment]
    assert api.post("/deployments", json=body).status_code == 409

    changed = api.patch("/deployments/sandbox/mine", json={"max_instances": 3})
    assert changed.json()["current_release"]["number"] == 2
    assert changed.json()["current_release"]["configuration"]["max_instances"] == 3
    assert api.get("/deployments/sandbox/mine").json() == changed.json()

    run = api.post("/deployments/sandbox/mine/predictions", json={"input": {"prompt": "x"}})
    assert run.status_code == 201
    assert run.json()["deployment"] == "sandbox/mine"
    assert run.json()["version"] == body["version"]
    path = f"/models/sandbox/sprites/versions/{body['version']}"
    assert api.delete(path).status_code == 403

    assert api.delete("/deployments/sandbox/mine").status_code == 204
    for response in (
        api.get("/deployments/sandbox/mine"),
        api.delete("/deployments/sandbox/mine"),
        api.patch("/deployments/sandbox/mine", json={}),
        api.post("/deployments/sandbox/mine/predictions", json={"input": {}}),
    ):
        assert response.status_code == 404
    assert api.delete(path).status_code == 202


@pytest.mark.parametrize(
    "change",
    [
        {"name": "a b"},
        {"version": "0" * 64},
        {"model": "no/where"},
        {"min_instances": 6},
        {"max_instances": 21},
        {"hardware": 1},
        {"hardware": "gpu-of-tomorrow"},
        {"min_instances": 2},
        {"name": "n" * 256},
    ],
)
def test_checks(api: Api, body: Dict[str, Any], change: Dict[str, Any]) -> None:
    assert api.post("/deployments", json={**body, **change}).status_code == 422
    assert api.get("/deployments").json()["results"] == []


def test_checks_of_changes(api: Api, body: Dict[str, Any]) -> None:
    api.post("/deployments", json=body)
    wrong = ({"version": "0" * 64}, {"min_instances": -1}, {"min_instances": 2}, {"hardware": "x"})
    for change in wrong:
        assert api.patch("/deployments/sandbox/mine", json=change).status_code == 422
    assert api.get("/deployments/sandbox/mine").json()["current_release"]["number"] == 1
