"""Regression tests for crashes of 1.0.7 with files, schemas and trainings (M23 to M32)."""

from __future__ import annotations

import collections
import copy
import io
import os
import pathlib
import shutil
import tempfile
import threading

import numpy as np
import pytest

from replicate.exceptions import DownloadError
from replicate.helpers import FileOutput
from replicate.schema import (
    input_properties,
    is_iterator,
    make_schema_backwards_compatible,
)
from tests.bodies import FILE, ID, ITERATOR, V, page, prediction, training, version
from tests.test_wire_details import parts

CREATE = "/v1/models/o/n/predictions"


@pytest.fixture
def uploads(server):
    """Take uploads and creates; return what was uploaded, as (name, type, content)."""
    server.on("POST", "/v1/files", FILE, 201)
    server.on("POST", CREATE, prediction(output="ok"), 201)

    def found():
        return [
            parts(request)["content"] for request in server.requests if request.path == "/v1/files"
        ]

    return found


def give(call, client, file):
    """Give a file to a model, and upload it by hand."""
    call(client.run, "o/n", {"file": file})
    call(client.files.create, file)


class Duck:
    """Something that reads like a file and is none."""

    def __init__(self, content):
        self.read = io.BytesIO(content).read


class PathLike:
    def __init__(self, path):
        self._path = path

    def __fspath__(self):
        return str(self._path)


# M23: handles that are no io.IOBase, bytes and path-likes were refused.


def test_m23_named_temporary_files_bytes_and_path_likes(call, served, server, uploads, tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"text")
    with tempfile.NamedTemporaryFile(suffix=".txt") as named:
        named.write(b"text")
        named.seek(0)
        give(call, served, named)
        assert uploads() == [(pathlib.Path(named.name).name, "text/plain", b"text")] * 2
    server.requests.clear()
    for value in (b"text", bytearray(b"text"), memoryview(b"text")):
        give(call, served, value)
    assert uploads() == [("file", "application/octet-stream", b"text")] * 6
    server.requests.clear()
    give(call, served, PathLike(path))
    give(call, served, path)
    assert uploads() == [("a.txt", "text/plain", b"text")] * 4
    server.requests.clear()
    call(served.run, "o/n", {"file": Duck(b"text")})
    call(served.files.create, Duck(b"text"))
    assert uploads() == [("file", "application/octet-stream", b"text")] * 2


# M24: a handle whose name is a number or None raised TypeError.


def test_m24_nameless_temporary_files(call, served, uploads):
    for make in (tempfile.TemporaryFile, tempfile.SpooledTemporaryFile):
        with make() as file:
            file.write(b"text")
            file.seek(0)
            give(call, served, file)
    call(served.files.create, b"text", filename=None)
    assert uploads() == [("file", "application/octet-stream", b"text")] * 5


# M25: a handle was sent from 0, wherever it stood, and a pipe could not be.


def test_m25_a_handle_is_sent_from_where_it_stands(call, served, uploads, tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"head|body")
    with path.open("rb") as file:
        file.seek(5)
        give(call, served, file)
    memory = io.BytesIO(b"head|body")
    memory.seek(5)
    give(call, served, memory)
    assert {content for _, _, content in uploads()} == {b"body"}


def test_m25_a_handle_can_be_sent_again_and_again(call, served, uploads, tmp_path):
    """As in 1.0.7, which sent every handle from 0: a loop over prompts with one open image."""
    path = tmp_path / "a.txt"
    path.write_text("head|body")
    with path.open("rb") as binary, path.open() as text:
        for file in (binary, text, io.BytesIO(b"head|body"), io.StringIO("head|body")):
            give(call, served, file)
            file.seek(5)
            give(call, served, file)
    sent = [content for _, _, content in uploads()]
    assert sent == [b"head|body", b"head|body", b"body", b"body"] * 4


def test_m25_what_was_just_written_is_sent_whole(call, served, uploads):
    """The position after writing is the end: `image.save(buffer, "PNG")` leaves it there."""
    memory, text = io.BytesIO(), io.StringIO()
    memory.write(b"whole")
    text.write("whole")
    with tempfile.NamedTemporaryFile() as named, tempfile.SpooledTemporaryFile() as spooled:
        named.write(b"whole")
        spooled.write(b"whole")
        for file in (memory, text, named, spooled):
            give(call, served, file)
    assert [content for _, _, content in uploads()] == [b"whole"] * 8


def test_m25_pipes_can_be_sent(call, served, uploads):
    reading, writing = os.pipe()

    def write():
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(b"through the pipe")

    thread = threading.Thread(target=write)
    thread.start()
    with os.fdopen(reading, "rb") as pipe:
        call(served.run, "o/n", {"file": pipe})
    thread.join()
    assert uploads() == [("file", "application/octet-stream", b"through the pipe")]


# M26: a path overwrote an explicit file name.


def test_m26_an_explicit_name_wins(call, served, uploads, tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"x")
    for file in (path, str(path)):
        call(served.files.create, file, filename="b.json")
    assert uploads() == [("b.json", "application/json", b"x")] * 2


# M27: a handle in text mode raised, as in the official README's own example.


def test_m27_handles_in_text_mode_are_sent_as_bytes(call, served, uploads, tmp_path):
    path = tmp_path / "mystery.jpg"
    path.write_bytes(b"\xff\xd8\xff no text at all \x80\r\n")
    with path.open() as file:
        give(call, served, file)
    assert uploads() == [("mystery.jpg", "image/jpeg", path.read_bytes())] * 2
    call(served.run, "o/n", {"file": io.StringIO("gr\u00fcn")})
    assert uploads()[-1][2] == "gr\u00fcn".encode()


# M28: outputs of models, numpy scalars, Mappings and path-likes were no inputs.


def test_m28_everything_that_means_something_is_an_input(call, server, served, uploads, tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"x")
    url = "https://example.com/out.png"
    given = {
        "output": FileOutput(url),
        "nested": {"outputs": [FileOutput(url)]},
        "data": FileOutput("data:,x"),
        "flag": np.bool_(True),
        "integer": np.int64(3),
        "number": np.float32(0.5),
        "array": np.arange(4).reshape(2, 2),
        "mapping": collections.UserDict({"a": np.int8(1)}),
        "chain": collections.ChainMap({"b": 2}),
        "path": PathLike(path),
        "values": {"k": 1}.values(),
        "numbers": map(int, "12"),
    }
    call(served.run, "o/n", given)
    assert server.last.json["input"] == {
        "output": url,
        "nested": {"outputs": [url]},
        "data": "data:,x",
        "flag": True,
        "integer": 3,
        "number": 0.5,
        "array": [[0, 1], [2, 3]],
        "mapping": {"a": 1},
        "chain": {"b": 2},
        "path": FILE["urls"]["get"],
        "values": [1],
        "numbers": [1, 2],
    }


# M29: a file could not be read in pieces of a size, and had no repr.


def test_m29_a_file_can_be_read_like_one(call, server, served):
    server.on("GET", "/out.bin", b"0123456789")
    file = FileOutput(f"{server.url}/out.bin", served)
    with call(file.open) as handle:
        assert handle.read(4) == b"0123"
        handle.seek(8)
        copied = io.BytesIO()
        shutil.copyfileobj(handle, copied)
        assert copied.getvalue() == b"89"
    assert repr(file) == f"FileOutput({file.url!r})"
    assert len(repr(FileOutput("data:;base64," + "A" * 100_000))) < 300


def test_m29_the_content_of_a_broken_data_uri_is_an_error_of_ours(call):
    with pytest.raises(DownloadError, match="broken base64"):
        call.read(FileOutput("data:;base64,A"))


# M30: a training without an owner in its output broke `get` and whole lists.

OUTPUTS = [
    ({"version": None, "weights": "https://w"}, None),
    ({"version": "no-owner:v", "weights": "https://w"}, None),
    ({"weights": "https://w"}, None),
    ("text", None),
    (None, None),
    ({"version": f"me/mine:{V}"}, "me/mine"),
]


@pytest.mark.parametrize(("output", "destination"), OUTPUTS, ids=repr)
def test_m30_any_output_of_a_training_can_be_read(call, server, served, output, destination):
    server.on("GET", f"/v1/trainings/{ID}", training(output=output))
    server.on("GET", "/v1/trainings", page(training(output=output), training()))
    found = call(served.trainings.get, ID)
    assert found.output == output
    assert found.destination == destination
    assert len(call(served.trainings.list)) == 2


# M31: a schema without Output raised KeyError, and one with it was changed in place.


def test_m31_schemas_are_read_tolerantly_and_left_alone():
    for schema in ({}, {"components": {}}, {"components": {"schemas": {}}}):
        assert make_schema_backwards_compatible(schema, "0.3.8") == schema
    for odd in (None, 5, "x", ["x"], {"x": None}):
        known = {"components": {"schemas": {"Input": {"properties": odd}}}}
        assert input_properties(known) == (odd if isinstance(odd, dict) else {})
    old = {"components": {"schemas": {"Output": {"type": "array", "items": {}}, "Input": {}}}}
    before = copy.deepcopy(old)
    new = make_schema_backwards_compatible(old, "0.3.8")
    assert old == before
    assert new["components"]["schemas"]["Output"]["x-cog-array-type"] == "iterator"
    assert new["components"]["schemas"]["Input"] == {}
    assert make_schema_backwards_compatible(old, "0.3.9") == before
    assert make_schema_backwards_compatible(old, "dev") == before


# M32: an Output that refers to another schema was not recognized as an iterator.


@pytest.mark.parametrize(
    "output",
    [
        {"$ref": "#/components/schemas/Pieces"},
        {"allOf": [{"$ref": "#/components/schemas/Pieces"}]},
        {"title": "Output", "allOf": [{"$ref": "#/components/schemas/Again"}]},
    ],
    ids=str,
)
def test_m32_references_in_schemas_are_followed(call, server, served, output):
    schemas = {
        "Output": output,
        "Pieces": ITERATOR,
        "Again": {"$ref": "#/components/schemas/Pieces"},
    }
    found = version(openapi_schema={"components": {"schemas": schemas}})
    server.on("GET", f"/v1/models/o/n/versions/{V}", found)
    server.on("POST", "/v1/predictions", prediction(output=["a", "b"]), 201)
    result = call(served.run, f"o/n:{V}")
    # The asynchronous call hands its iterator's items out as a list.
    assert isinstance(result, list) if call.is_async else iter(result) is result
    assert list(result) == ["a", "b"]


def test_m32_schemas_that_go_round_in_circles_end():
    circle = {"Output": {"$ref": "#/components/schemas/Output"}}
    assert not is_iterator({"components": {"schemas": circle}}, "0.9.0")
    assert not is_iterator({"components": {"schemas": {"Output": {"$ref": "#/nowhere"}}}})
