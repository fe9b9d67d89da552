"""openapi.yaml has the facts of the published document, and words of its own."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from codegen.document import CodegenError, follow, load, operations, parse, resolve

_PROSE = {"description", "summary", "example", "examples", "bearerFormat"}


def without_prose(node: Any, *, is_map: bool = False) -> Any:
    """Drop texts; in a map of names, such as `properties`, every key is a name."""
    if isinstance(node, dict):
        return {
            key: without_prose(value, is_map=key in ("properties", "schemas") and not is_map)
            for key, value in node.items()
            if is_map or key not in _PROSE
        }
    if isinstance(node, list):
        return [without_prose(value) for value in node]
    return node


def without_errors(document: Any) -> Any:
    """Drop the error answers: the published document leaves nearly all of them out."""
    for _, _, operation in operations(document):
        for status in [status for status in operation["responses"] if str(status)[0] in "45"]:
            del operation["responses"][status]
    document["components"].pop("responses", None)
    return document


def test_facts_are_those_of_the_published_document(document, published):
    theirs = without_errors(json.loads(published.read_text()))
    assert without_prose(without_errors(document)) == without_prose(theirs)


def test_every_operation_names_its_error_answers(document):
    problem = {"$ref": "#/components/responses/problem"}
    for _, path, operation in operations(document):
        answers = operation["responses"]
        errors = {status: answer for status, answer in answers.items() if status[0] in "45"}
        if operation["operationId"] == "search":  # it has a form of its own
            assert set(errors) == {"400", "500"}
            continue
        assert all(answer == problem for answer in errors.values())
        assert {"429", "5XX"} < set(errors)
        assert ("401" in errors) == (operation["operationId"] != "files.download")
        assert ("404" in errors) == ("{" in path)


def test_properties_have_the_order_of_the_published_document(document, published):
    # It decides the order of fields, arguments and JSON keys.
    theirs = json.loads(published.read_text())["components"]["schemas"]
    for name, schema in document["components"]["schemas"].items():
        assert list(schema["properties"]) == list(theirs[name]["properties"])


def test_only_the_query_method_is_beyond_openapi_3_1(document):
    validator = pytest.importorskip("openapi_spec_validator")
    errors = list(validator.OpenAPIV31SpecValidator(document).iter_errors())
    assert [error.message for error in errors] == [
        "Unevaluated properties are not allowed ('query' was unexpected)"
    ]


def test_all_operations_are_described(document):
    for _, _, operation in operations(document):
        assert operation["summary"].endswith(".")
        for parameter in operation.get("parameters", []):
            assert follow(document, parameter)["description"]


def test_every_field_is_described(document):
    missing = []

    def walk(node: Any, place: str) -> None:
        if isinstance(node, dict):
            for key, value in node.get("properties", {}).items():
                if isinstance(value, dict) and "description" not in value and "$ref" not in value:
                    missing.append(f"{place}.{key}")
            for key, value in node.items():
                walk(value, f"{place}/{key}")
        elif isinstance(node, list):
            for value in node:
                walk(value, place)

    walk({"components": document["components"], "paths": document["paths"]}, "")
    assert not [place for place in missing if "/properties.properties" not in place]


def test_yaml_and_json_give_the_same_document(document, tmp_path):
    (tmp_path / "a.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    (tmp_path / "a.json").write_text(json.dumps(document), encoding="utf-8")
    assert load(tmp_path / "a.yaml") == load(tmp_path / "a.json") == document


def test_time_stamps_in_yaml_stay_strings():
    assert parse("example: 2024-10-01T00:00:00Z", "x") == {"example": "2024-10-01T00:00:00Z"}


@pytest.mark.parametrize("text", ["- a", "just text", "{", "a: [", ""])
def test_what_is_no_mapping_is_refused_by_name(text):
    with pytest.raises(CodegenError, match=r"spec\.yaml"):
        parse(text, "spec.yaml")


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
