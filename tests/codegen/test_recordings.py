"""Every recorded answer of the real API is read by its operation, and written back unchanged."""

from __future__ import annotations

import importlib
import re
from urllib.parse import urlsplit

import httpx
import pytest
import yaml

from codegen.document import load, operations
from codegen.names import Names, of_operation
from replicate_api.errors import UnexpectedResponse
from replicate_api.types import ApiModel


def exchanges(recordings):
    for file in sorted(recordings.glob("*.yaml")):
        cassette = yaml.safe_load(file.read_text(encoding="utf-8"))
        for interaction in cassette["interactions"]:
            yield file.name, interaction["request"], _response(interaction["response"])


def _response(recorded):
    """Return a response from either of the two forms that the recordings have."""
    if "status_code" in recorded:  # the body is already decoded
        return httpx.Response(recorded["status_code"], content=recorded["content"])
    headers = {name: values[0] for name, values in recorded["headers"].items()}
    encoding = {key: value for key, value in headers.items() if key.lower() == "content-encoding"}
    body = recorded["body"]["string"]
    return httpx.Response(recorded["status"]["code"], headers=encoding, content=body)


@pytest.fixture(scope="module")
def find_operation(root):
    table = []
    for place in operations(load(root / "openapi.yaml")):
        _, group, name = of_operation(place, Names())
        pattern = "/v1" + re.sub(r"\\{.*?\\}", "[^/]+", re.escape(place.path))
        table.append(
            (place.method.upper(), re.compile(pattern), f"replicate_api.api.{group}.{name}")
        )

    def find(method, url):
        parts = urlsplit(url)
        if parts.hostname != "api.replicate.com":
            return None
        for known, pattern, module in table:
            if known == method and pattern.fullmatch(parts.path):
                return importlib.import_module(module)
        return None

    return find


def plain(answer):
    if isinstance(answer, ApiModel):
        return answer.to_dict()
    return [plain(item) for item in answer] if isinstance(answer, list) else answer


def test_every_recorded_answer(recordings, find_operation):
    parsed = set()
    for file, request, response in exchanges(recordings):
        operation = find_operation(request["method"], request["uri"])
        if operation is None or not response.is_success:
            continue
        expected = response.json() if response.content else None
        answer = operation.parse(response)
        assert plain(answer) == expected, file
        if isinstance(answer, ApiModel):
            assert list(plain(answer)) == list(expected), file
        parsed.add(operation.__name__)
    assert len(parsed) >= 10


def test_recorded_refusals_are_unexpected_responses(recordings, find_operation):
    seen = 0
    for _, request, response in exchanges(recordings):
        operation = find_operation(request["method"], request["uri"])
        if operation is not None and response.is_error:
            seen += 1
            with pytest.raises(UnexpectedResponse):
                operation.parse(response)
    assert seen
