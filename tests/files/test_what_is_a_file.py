"""Which strings of an output are files: by the schema of the version where it is known."""

from __future__ import annotations

import sys

import pytest

from replicate.helpers import FileOutput
from tests.bodies import V, prediction, version

HTTPS = "https://files.test/out.png"
DATA = "data:text/plain;base64,aGVsbG8="
TEXT = {"type": "string"}
PIECES = {
    "type": "array",
    "items": {"type": "string"},
    "x-cog-array-type": "iterator",
    "x-cog-array-display": "concatenate",
}


def kinds(output):
    if isinstance(output, dict):
        return {key: kinds(item) for key, item in output.items()}
    return [kinds(item) for item in output] if isinstance(output, list) else type(output)


@pytest.fixture
def run(call, server, served):
    """Run a version whose schema describes its output so, and return what comes."""

    def run(schema, output):
        server.on("GET", f"/v1/models/o/n/versions/{V}", version(schema))
        server.on("POST", "/v1/predictions", prediction(output=output), 201)
        found = call(served.run, f"o/n:{V}")
        return found if isinstance(found, (str, FileOutput, dict)) else list(found)

    return run


@pytest.mark.parametrize("url", [HTTPS, DATA, "HTTPS://files.test/", "Data:,x"])
def test_a_whole_url_under_plain_text_is_a_file_as_in_1x(run, url):
    output = run(TEXT, url)
    assert type(output) is FileOutput
    assert output.url == url


def test_it_is_read_and_iterated_over_as_bytes(call, run):
    output = run(TEXT, DATA)
    assert call.read(output) == b"hello"
    assert call.chunks(output) == [b"hello"]


# To PyPy a separator of units is no white space.
on_cpython = pytest.mark.skipif(sys.implementation.name != "cpython", reason="only on CPython")


@pytest.mark.parametrize(
    "text",
    [
        f"{HTTPS} is the picture",
        f"{HTTPS}\n",
        f" {HTTPS}",
        f"{HTTPS}\u00a0",
        pytest.param(f"{HTTPS}\x1fx", marks=on_cpython),
        "data: none",
        "data:none",
        "https://",
        "https:",
        "http://files.test/out.png?",
        "a https://b",
        "",
    ],
)
def test_prose_stays_text(run, text):
    if text.startswith("http:"):
        text += " is not secure"
    assert type(run(TEXT, text)) is str


@pytest.mark.parametrize("display", ["concatenate", None])
def test_items_of_text_that_is_displayed_as_one_stay_text(run, display):
    schema = {**PIECES, "x-cog-array-display": display}
    expected = str if display else FileOutput
    assert [type(item) for item in run(schema, ["see ", HTTPS, DATA])] == [str, expected, expected]


def test_a_list_that_is_displayed_as_one_text_stays_text(run):
    schema = {key: value for key, value in PIECES.items() if key != "x-cog-array-type"}
    assert run(schema, ["see ", HTTPS]) == ["see ", HTTPS]


def test_concatenated_text_inside_an_object_stays_text(run):
    schema = {
        "type": "object",
        "properties": {"text": PIECES, "caption": TEXT, "picture": {**TEXT, "format": "uri"}},
    }
    value = {"text": [HTTPS], "caption": HTTPS, "picture": HTTPS, "other": HTTPS}
    assert kinds(run(schema, value)) == {
        "text": [str],
        "caption": FileOutput,
        "picture": FileOutput,
        "other": FileOutput,
    }


@pytest.mark.parametrize("schema", [{}, {"type": ["string", "null"]}, {"anyOf": [TEXT]}, TEXT])
def test_what_the_schema_leaves_open_is_told_by_the_value(run, schema):
    assert kinds(run({"type": "array", "items": schema}, [HTTPS, "text"])) == [FileOutput, str]
