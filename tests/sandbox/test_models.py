from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Dict

import pytest

if TYPE_CHECKING:
    from replicate.sandbox import Sandbox

    from .conftest import Api


def test_get(sandbox: Sandbox, api: Api) -> None:
    @sandbox.model("me/echo", description="Says it again", readme="# Echo", visibility="private")
    def echo(text: str) -> str:
        return text

    body = api.get("/models/me/echo").json()
    latest = body.pop("latest_version")
    assert body.pop("created_at").endswith("Z")
    assert body == {
        "url": f"{sandbox.url}/me/echo",
        "owner": "me",
        "name": "echo",
        "description": "Says it again",
        "visibility": "private",
        "is_official": False,
        "github_url": None,
        "paper_url": None,
        "license_url": None,
        "weights_url": None,
        "run_count": 0,
        "cover_image_url": None,
        "default_example": None,
    }
    assert list(latest) == ["id", "created_at", "cog_version", "openapi_schema"]
    assert api.get("/models/me/echo/readme").text == "# Echo"
    assert api.get("/models/sandbox/painter/readme").status_code == 404
    assert api.get("/models/me/nothing").status_code == 404


def test_versions(sandbox: Sandbox, api: Api) -> None:
    def make(suffix: str) -> str:
        @sandbox.model("sandbox/echo")
        def echo(text: str = suffix) -> str:
            return text

        return sandbox.models["sandbox/echo"].latest_version.id

    first, second = make("a"), make("b")
    assert first != second
    assert make("a") == first, "an id belongs to the function"
    path = "/models/sandbox/echo/versions"
    assert [v["id"] for v in api.get(path).json()["results"]] == [first, second]
    assert api.get(f"{path}/{second}").json()["id"] == second
    assert api.get(f"{path}/{'0' * 64}").status_code == 404
    deleted = api.delete(f"{path}/{second}")
    assert (deleted.status_code, deleted.content) == (202, b"")
    assert api.get(f"{path}/{second}").status_code == 404
    assert len(first) == len(hashlib.sha256().hexdigest())


def test_official_models_do_not_list_their_versions(api: Api) -> None:
    response = api.get("/models/sandbox/painter/versions")
    assert response.status_code == 404
    assert response.json() == {
        "title": "Not found",
        "detail": "This model is an official model and does not expose a list of versions.",
        "status": 404,
    }


def test_list_and_search(sandbox: Sandbox, api: Api) -> None:
    @sandbox.model("me/secret", visibility="private")
    def secret() -> str:
        return ""

    names, url = [], "/models"
    while url:
        page = api.get(url).json()
        names += [f"{m['owner']}/{m['name']}" for m in page["results"]]
        url = page["next"]
    assert sorted(names) == sorted(set(sandbox.models) - {"me/secret"})
    oldest = api.get("/models", params={"sort_by": "model_created_at", "sort_direction": "asc"})
    assert oldest.json()["results"][0]["name"] == "storyteller"
    assert api.get("/models", params={"sort_by": "name"}).status_code == 400
    assert api.get("/models", params={"sort_direction": "up"}).status_code == 400

    headers = {"content-type": "text/plain"}
    found = api.request("QUERY", "/models", content=b"STORY word", headers=headers).json()
    assert [m["name"] for m in found["results"]] == ["storyteller"]
    assert (found["next"], found["previous"]) == (None, None)
    assert api.request("QUERY", "/models", content=b"\xff").json()["results"] == []


def test_create_update_delete(api: Api) -> None:
    body: Dict[str, Any] = {
        "owner": "sandbox",
        "name": "new",
        "visibility": "private",
        "hardware": "cpu",
        "description": "Young",
    }
    created = api.post("/models", json=body)
    assert created.status_code == 201
    assert created.json()["run_count"] == 0
    assert created.json()["latest_version"] is None
    assert api.post("/models", json=body).status_code == 409
    assert api.get("/models/sandbox/new/versions").json()["results"] == []
    changed = api.patch("/models/sandbox/new", json={"readme": "# New", "weights_url": "https://w"})
    assert changed.json()["weights_url"] == "https://w"
    assert changed.json()["description"] == "Young"
    assert api.get("/models/sandbox/new/readme").headers["content-type"].startswith("text/plain")
    assert api.delete("/models/sandbox/new").status_code == 204
    assert api.get("/models/sandbox/new").status_code == 404
    assert api.delete("/models/sandbox/painter").status_code == 403


@pytest.mark.parametrize(
    "change",
    [
        {"visibility": "secret"},
        {"owner": None},
        {"name": "a/b"},
        {"name": "a\n"},
        {"name": "n" * 256},
        {"description": 3},
        {"hardware": "gpu-of-tomorrow"},
    ],
)
def test_create_checks(api: Api, change: Dict[str, Any]) -> None:
    body = {"owner": "sandbox", "name": "new", "visibility": "public", "hardware": "cpu", **change}
    response = api.post("/models", json=body)
    assert response.status_code == 422
    assert response.json()["invalid_fields"]


def test_the_first_success_becomes_the_example(sandbox: Sandbox, api: Api) -> None:
    api.finish(sandbox, "sandbox/divider")
    assert api.get("/models/sandbox/divider/examples").json()["results"] == []
    done = api.finish(sandbox, "sandbox/divider", denominator=4)
    assert api.get("/models/sandbox/divider/examples").json()["results"] == [done]
    model = api.get("/models/sandbox/divider").json()
    assert (model["default_example"], model["run_count"]) == (done, 2)


def test_names_are_checked(sandbox: Sandbox) -> None:
    for name in ("shout", "a/b/c", "/b", "a/"):
        with pytest.raises(ValueError, match="owner/name"):
            sandbox.model(name)
