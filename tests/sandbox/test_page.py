"""How the web page is served; what it does, tests/browser sees in a real browser."""

from __future__ import annotations

import base64
import hashlib
import re

import httpx
import pytest

from replicate.sandbox import Sandbox
from replicate.sandbox.page import FILE

from .conftest import Api


def test_the_page_is_where_people_look(sandbox: Sandbox, api: Api) -> None:
    made = api.finish(sandbox, "sandbox/divider", denominator=1)
    web = made["urls"]["web"]
    model = api.get("/models/sandbox/divider").json()["url"]
    for url in (sandbox.url, f"{sandbox.url}/runs", web, model):
        response = httpx.get(url)
        assert response.status_code == 200, url
        assert response.headers["content-type"] == "text/html; charset=utf-8"
        assert "<title>Replicate sandbox</title>" in response.text
        head = httpx.head(url)
        assert (head.status_code, head.content) == (200, b"")
    # All else is as at the API, whose edge does not know these paths.
    for path in ("/p/nothing", "/sandbox/nothing", "/a", "/p", "/v1", "/account"):
        response = httpx.get(sandbox.url + path)
        assert response.status_code == 404
        assert "backend NotFound" in response.text
    assert httpx.post(sandbox.url).status_code == 404


def test_nothing_but_the_page_itself_may_run_in_it(sandbox: Sandbox) -> None:
    response = httpx.get(sandbox.url)
    policy = dict(
        part.split(" ", 1) for part in response.headers["content-security-policy"].split("; ")
    )
    assert policy["default-src"] == "'none'"
    assert policy["connect-src"] == "'self'"
    for tag in ("script", "style"):
        (text,) = re.findall(rf"<{tag}>(.*?)</{tag}>", response.text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert policy[f"{tag}-src"] == f"'sha256-{digest}'"
    assert not re.search(r'(?:src|href)="(?:https?:)?//', response.text)
    assert not re.search(r"\son\w+=\"|style=\"", response.text)
    assert response.headers["x-content-type-options"] == "nosniff"


def test_the_page_knows_the_path_of_a_public_url() -> None:
    with Sandbox(public_url="https://tunnel.example/a&b", demo_models=False) as sandbox:
        there = httpx.get(sandbox.url, headers={"host": "tunnel.example"}).text
        assert '<meta name="base" content="/a&amp;b">' in there
        assert '<meta name="base" content="">' in httpx.get(sandbox.url).text


def test_the_page_is_small_and_has_no_build_step() -> None:
    assert FILE.stat().st_size < 70_000


@pytest.mark.parametrize("path", ["/", "/openapi.json"])
def test_what_stands_in_front_of_the_api_does_not_know_the_token(
    sandbox: Sandbox, path: str
) -> None:
    assert sandbox.token not in httpx.get(sandbox.url + path).text
