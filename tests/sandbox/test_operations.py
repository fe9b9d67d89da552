from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from replicate.sandbox import Sandbox
from replicate.sandbox import app as app_module
from replicate.sandbox.operations import OPERATIONS

if TYPE_CHECKING:
    from .conftest import Api

DESCRIPTION = Path(__file__).parents[2] / "openapi.yaml"


def test_every_operation_is_there() -> None:
    yaml = pytest.importorskip("yaml")
    paths = yaml.safe_load(DESCRIPTION.read_text(encoding="utf-8"))["paths"]
    described = {
        (operation["operationId"], method.upper(), path)
        for path, methods in paths.items()
        for method, operation in methods.items()
        if isinstance(operation, dict) and "operationId" in operation
    }
    assert {(o.id, o.method, o.path) for o in OPERATIONS.values()} <= described
    assert app_module


def test_what_is_not_implemented_says_so_by_name(api: Api, monkeypatch: Any) -> None:
    monkeypatch.delitem(OPERATIONS, "hardware.list")
    response = api.get("/hardware")
    assert (response.status_code, response.headers["content-type"]) == (
        501,
        "application/problem+json",
    )
    assert response.json() == {
        "title": "Not implemented",
        "detail": "The sandbox does not implement hardware.list (GET /v1/hardware).",
        "status": 501,
    }


def test_tokens(sandbox: Sandbox) -> None:
    url = f"{sandbox.url}/v1/account"
    for header in (f"Bearer {sandbox.token}", f"Token {sandbox.token}", f"bearer {sandbox.token}"):
        assert httpx.get(url, headers={"authorization": header}).status_code == 200
    missing = httpx.get(url)
    assert missing.status_code == 401
    assert missing.headers["content-type"] == "application/problem+json"
    assert missing.text == (
        '{"title":"Unauthenticated","detail":"You did not pass an authentication token",'
        '"status":401}\n'
    )
    for wrong in ("Bearer x", f"Basic {sandbox.token}", "Bearer", f"Bearer {sandbox.token}x"):
        refused = httpx.get(url, headers={"authorization": wrong})
        assert refused.status_code == 401
        assert refused.text == (
            '{"title":"Unauthenticated","detail":"You did not pass a valid authentication token",'
            '"status":401}\n'
        )


@pytest.mark.parametrize("path", ["/index.html", "/predictions", "/v2/predictions", "/v1"])
def test_the_edge(sandbox: Sandbox, path: str) -> None:
    response = httpx.get(f"{sandbox.url}{path}")
    assert response.status_code == 404
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert response.text == (
        "response 404 (backend NotFound), service rules for the path non-existent "
    )


def test_unknown_paths_and_methods(api: Api) -> None:
    for path in ("/nothing", "/predictions/x/y", "/predictions/", "/models//x"):
        assert api.get(path).json() == {
            "detail": "The requested resource could not be found.",
            "status": 404,
        }
    assert api.put("/predictions").status_code == 405


def test_path_parameters_are_unquoted(sandbox: Sandbox, api: Api) -> None:
    @sandbox.model("me/a b+c.d")
    def model() -> str:
        return ""

    assert api.get("/models/me/a%20b%2Bc.d").json()["name"] == "a b+c.d"
    assert api.get("/models/me%2Fa b+c.d").status_code == 404


def test_account(api: Api) -> None:
    account = api.get("/account").json()
    assert (account["type"], account["username"], account["name"]) == ("user", "sandbox", "Sandbox")


def test_hardware(api: Api) -> None:
    hardware = api.get("/hardware").json()
    assert {"name": "CPU", "sku": "cpu"} in hardware


def test_collections(sandbox: Sandbox, api: Api) -> None:
    sandbox.collection("mine", name="Mine", description="Good ones", models=["sandbox/painter"])
    listed = api.get("/collections").json()
    assert [c["slug"] for c in listed["results"]] == ["demo-models", "text-to-image"]
    assert set(listed["results"][0]) == {"name", "slug", "description"}
    assert [c["slug"] for c in api.get(listed["next"]).json()["results"]] == ["mine"]
    mine = api.get("/collections/mine").json()
    assert [m["name"] for m in mine["models"]] == ["painter"]
    assert mine["full_description"] is None
    assert api.get("/collections/none").status_code == 404


def test_search(sandbox: Sandbox) -> None:
    def search(**parameters: Any) -> httpx.Response:
        return httpx.get(f"{sandbox.url}/v1/search", params=parameters)

    found = search(query="demo").json()
    assert [c["slug"] for c in found["collections"]] == ["demo-models"]
    assert found["query"] == "demo"
    found = search(query="a story", limit=1).json()
    assert [m["model"]["name"] for m in found["models"]] == ["storyteller"]
    assert found["models"][0]["metadata"]["score"] == 1.0
    assert len(search(query="a").json()["models"]) > 1
    assert len(search(query="a", limit=1).json()["models"]) == 1
    for wrong in ({}, {"query": " "}, {"query": "a", "limit": 51}, {"query": "a", "limit": "x"}):
        response = search(**wrong)
        assert response.status_code == 400
        assert list(response.json()) == ["detail"]


def test_what_is_recorded(sandbox: Sandbox, api: Api) -> None:
    api.request("QUERY", "/models?a=1&b=%20", content="word")
    (request,) = sandbox.requests
    assert (request.host, request.method) == ("api", "QUERY")
    assert (request.path, request.query) == ("/v1/models", "a=1&b=%20")
    assert request.headers["authorization"] == f"Bearer {sandbox.token}"
    assert (request.body, request.status) == (b"word", 200)
    assert sandbox.token not in repr(request)


def test_a_bug_is_a_500(sandbox: Sandbox, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(type(sandbox._state), "account")
    response = api.get("/account")
    assert response.status_code == 500
    assert response.json() == {"detail": "Internal server error", "status": 500}
