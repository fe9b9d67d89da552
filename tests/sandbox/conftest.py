from __future__ import annotations

from typing import Any, Dict, Iterator

import httpx
import pytest

from replicate.sandbox import Sandbox


class Api(httpx.Client):
    """The API as a bare HTTP client sees it."""

    def __init__(self, sandbox: Sandbox) -> None:
        headers = {"authorization": f"Bearer {sandbox.token}"}
        super().__init__(base_url=f"{sandbox.url}/v1", headers=headers, timeout=30)

    def create(self, version: str, wait: Any = None, **input: Any) -> Dict[str, Any]:
        headers = {"prefer": wait} if wait else {}
        body = {"version": version, "input": input}
        response = self.post("/predictions", json=body, headers=headers)
        assert response.status_code == 201, response.text
        return response.json()

    def finish(self, sandbox: Sandbox, version: str, **input: Any) -> Dict[str, Any]:
        prediction = self.create(version, **input)
        sandbox.settle()
        return self.get(f"/predictions/{prediction['id']}").json()


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(webhook_interval=0, webhook_retries=(0.01, 0.01), page_size=2) as sandbox:
        yield sandbox


@pytest.fixture
def api(sandbox: Sandbox) -> Iterator[Api]:
    with Api(sandbox) as api:
        yield api
