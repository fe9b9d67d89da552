"""Documents are read as they are, whatever their form."""

from __future__ import annotations

import json

import pytest
import yaml

from codegen.document import CodegenError, check_version, follow, load, operations, parse, resolve


def test_yaml_and_json_give_the_same_document(document, tmp_path):
    (tmp_path / "a.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    (tmp_path / "a.json").write_text(json.dumps(document), encoding="utf-8")
    assert load(tmp_path / "a.yaml") == load(tmp_path / "a.json") == document


def test_time_stamps_in_yaml_stay_strings():
    assert parse(b"example: 2024-10-01T00:00:00Z", "x") == {"example": "2024-10-01T00:00:00Z"}


@pytest.mark.parametrize("text", ["- a", "just text", "{", "a: [", ""])
def test_what_is_no_mapping_is_refused_by_name(text):
    with pytest.raises(CodegenError, match=r"spec\.yaml"):
        parse(text.encode(), "spec.yaml")


def test_pointers_unescape_and_index():
    document = {"paths": {"/a": [{"b~c": 1}]}}
    assert resolve(document, "/paths/~1a/0/b~0c") == 1
    for pointer in ("/paths/~1b", "/paths/~1a/1", "/paths/~1a/x", "/paths/~1a/0/b~0c/d"):
        with pytest.raises(KeyError):
            resolve(document, pointer)


@pytest.mark.parametrize("ref", ["#/a", "#/nowhere", "other.yaml#/a"])
def test_references_that_lead_nowhere_are_refused(ref):
    with pytest.raises(CodegenError, match=ref):
        follow({"a": {"$ref": "#/a"}}, {"$ref": ref})


def test_what_is_no_text_is_refused_by_name(tmp_path):
    (tmp_path / "spec.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CodegenError, match=r"spec\.yaml: not a text in UTF-8"):
        load(tmp_path / "spec.yaml")


def test_keys_are_strings_as_in_json():
    text = b"responses: {200: {a: 1}, '404': {}, on: x, 1.5: y}"
    assert parse(text, "x") == {"responses": {"200": {"a": 1}, "404": {}, "on": "x", "1.5": "y"}}


def test_values_are_those_of_yaml_1_2():
    text = b"enum: [on, no, yes, 12:30, 1_000, 0x1F, 12, -3, 0, true, false, null, 1.5, '7']"
    words = ["on", "no", "yes", "12:30", "1_000", "0x1F"]
    assert parse(text, "x") == {"enum": [*words, 12, -3, 0, True, False, None, 1.5, "7"]}


@pytest.mark.parametrize("version", ["3.0.4", "3.1.0", "3.1", "3.2.0", "3.0.0-rc1"])
def test_versions_that_are_understood(version):
    check_version({"openapi": version}, "x")


@pytest.mark.parametrize(
    ("document", "found"),
    [
        ({"swagger": "2.0"}, "found swagger: 2.0"),
        ({"openapi": "4.0.0"}, "found openapi: 4.0.0"),
        ({"openapi": 3.1}, "found openapi: 3.1"),
        ({}, "found no `openapi`"),
    ],
)
def test_other_versions_are_refused(document, found):
    with pytest.raises(CodegenError, match=f"x: expected an OpenAPI document, .*; {found}"):
        check_version(document, "x")


def test_operations_may_be_behind_a_reference_or_have_other_methods():
    item = {"get": {"operationId": "a"}, "additionalOperations": {"COPY": {"operationId": "b"}}}
    document = {
        "paths": {"/a": {"$ref": "#/components/pathItems/a", "put": {}}, "x-b": {"get": {}}},
        "components": {"pathItems": {"a": item}},
    }
    assert list(map(str, operations(document))) == ["GET /a", "PUT /a", "COPY /a"]
