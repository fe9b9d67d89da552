"""The general rules: what the document may bring tomorrow comes out right unaided."""

from __future__ import annotations

import pytest

from codegen.document import CodegenError
from codegen.names import Names, pascal, singular, split_operation_id
from codegen.prepare import prepare

REF = "#/components/schemas/"


def described(paths=None, schemas=None, **components):
    return {
        "openapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "servers": [{"url": "https://api.example.com/v1"}],
        "paths": paths or {},
        "components": {"schemas": schemas or {}, **components},
    }


def schemas_of(schemas, names=None):
    return prepare(described(schemas=schemas), Names(names or {})).schemas


def operation_of(operation, path="/quotas", method="get", schemas=None, shared=None):
    item = {method: operation, **({"parameters": shared} if shared else {})}
    prepared = prepare(described({path: item}, schemas), Names({}))
    (found,) = prepared.document["paths"][path].values()
    return found, prepared.schemas


def answers(schema, media_type="application/json"):
    return {"200": {"description": "", "content": {media_type: {"schema": schema}}}}


@pytest.mark.parametrize(
    ("component", "name"),
    [
        ("schemas_quota_response", "Quota"),
        ("schemas_paginated_quota_response", "QuotaPage"),
        ("schemas_quota_request", "QuotaRequest"),
        ("quota", "Quota"),
        ("QuotaItem", "QuotaItem"),
        ("response", "Response"),
        ("schemas_any_response", "AnyObject"),
    ],
)
def test_classes_are_named_after_components(component, name):
    assert Names({}).of_component(component) == name


@pytest.mark.parametrize(
    ("plural", "one"),
    [("quotas", "quota"), ("entries", "entry"), ("status", "status"), ("hardware", "hardware"),
     ("address", "address")],
)  # fmt: skip
def test_singular(plural, one):
    assert singular(plural) == one


def test_pascal():
    assert pascal("current_release.created-by") == "CurrentReleaseCreatedBy"


@pytest.mark.parametrize(
    ("operation_id", "group", "name"),
    [
        ("quotas.get", "quotas", "get"),
        ("models.versions.list", "models", "versions_list"),
        ("search", "search", "search"),
        ("", "quotas", "quotas_id_get"),
    ],
)
def test_operations_are_named_after_their_ids(operation_id, group, name):
    assert split_operation_id(operation_id, "GET", "/quotas/{id}") == (group, name)


@pytest.mark.parametrize(
    ("schema", "prepared"),
    [
        ({"type": "string", "format": "uri", "nullable": True}, {"type": "string"}),
        ({"type": ["integer", "null"]}, {"type": "integer"}),
        ({"oneOf": [{"type": "string"}, {"type": "string", "enum": ["x"]}]}, {"type": "string"}),
        ({"anyOf": [{"type": "number"}, {"type": "null"}]}, {"type": "number"}),
        ({"oneOf": [{"type": "string"}, {"type": "integer"}]}, {}),
        ({"type": "object", "additionalProperties": True}, {"$ref": REF + "JsonObject"}),
        ({"type": "object"}, {"$ref": REF + "JsonObject"}),
        ({"type": "object", "properties": {}}, {"$ref": REF + "JsonObject"}),
        ({"type": "integer", "enum": [1, 2], "default": 1, "minimum": 1}, {"type": "integer"}),
        ({"type": "array", "items": {"type": "boolean"}},
         {"type": "array", "items": {"type": "boolean"}}),
        ({"type": "string", "format": "date-time"}, {"type": "string", "format": "date-time"}),
        ({}, {}),
    ],
)  # fmt: skip
def test_fields_are_simplified(schema, prepared):
    quota = {"type": "object", "required": ["x"], "properties": {"x": schema}}
    assert schemas_of({"schemas_quota_response": quota})["Quota"] == {
        "type": "object",
        "properties": {"x": prepared},
    }


def test_inline_objects_and_enums_become_classes_named_by_their_place():
    schemas = schemas_of(
        {
            "schemas_quota_response": {
                "type": "object",
                "description": "A limit.",
                "properties": {
                    "kind": {"type": "string", "nullable": True, "enum": ["soft", "hard", None]},
                    "steps": {
                        "type": "array",
                        "items": {"type": "object", "properties": {"n": {"type": "integer"}}},
                    },
                },
            }
        }
    )
    assert schemas["Quota"]["description"] == "A limit."
    assert schemas["Quota"]["properties"]["kind"] == {"$ref": REF + "QuotaKind"}
    assert schemas["QuotaKind"] == {"type": "string", "enum": ["soft", "hard"]}
    assert schemas["Quota"]["properties"]["steps"]["items"] == {"$ref": REF + "QuotaStep"}
    assert schemas["QuotaStep"]["properties"] == {"n": {"type": "integer"}}


def test_places_of_one_name_are_one_class_with_the_fields_and_values_of_both():
    def thing(**properties):
        return {"type": "object", "properties": properties}

    a = thing(owner=thing(name={"type": "string"}, kind={"type": "string", "enum": ["x"]}))
    b = thing(owner=thing(since={"type": "string"}, kind={"type": "string", "enum": ["x", "y"]}))
    schemas = schemas_of({"a": a, "b": b}, {"classes": {"A.owner": "Owner", "B.owner": "Owner"}})
    assert list(schemas["Owner"]["properties"]) == ["name", "kind", "since"]
    assert schemas["OwnerKind"]["enum"] == ["x", "y"]


def test_descriptions_of_references_are_kept():
    schemas = schemas_of(
        {
            "a": {"type": "object", "properties": {"x": {"type": "string"}}},
            "b": {
                "type": "object",
                "properties": {
                    "a": {"$ref": REF + "a", "description": "Its a."},
                    "n": {"oneOf": [{"$ref": REF + "a"}, {"type": "null"}]},
                },
            },
        }
    )
    assert schemas["B"]["properties"] == {
        "a": {"allOf": [{"$ref": REF + "A"}], "description": "Its a."},
        "n": {"$ref": REF + "A"},
    }


def test_all_of_is_one_class():
    schemas = schemas_of(
        {
            "a": {"type": "object", "properties": {"x": {"type": "string"}}},
            "b": {"allOf": [{"$ref": REF + "a"}, {"properties": {"y": {"type": "number"}}}]},
        }
    )
    assert schemas["B"]["properties"] == {"x": {"type": "string"}, "y": {"type": "number"}}


def test_components_without_fields_are_used_in_place():
    schemas = schemas_of(
        {
            "id": {"type": "string"},
            "free": {"type": "object"},
            "a": {"type": "object", "properties": {"id": {"$ref": REF + "id"}}},
        }
    )
    assert schemas["A"]["properties"] == {"id": {"type": "string"}}
    assert set(schemas) == {"A", "JsonObject"}


def test_references_to_elsewhere_are_refused():
    schema = {"type": "object", "properties": {"a": {"$ref": "other.json#/a"}}}
    with pytest.raises(CodegenError, match=r"other\.json"):
        schemas_of({"b": schema})


def test_request_bodies_are_arguments_and_no_class():
    body = {"content": {"application/json": {"schema": {"$ref": REF + "quota_request"}}}}
    request = {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}}
    operation, schemas = operation_of(
        {"operationId": "quotas.create", "requestBody": body, "responses": {}},
        method="post",
        schemas={"quota_request": request},
    )
    assert "QuotaRequest" not in schemas
    assert schemas["BodyOfQuotasCreate"]["required"] == ["a"]
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    assert schema == {"$ref": REF + "BodyOfQuotasCreate"}


@pytest.mark.parametrize(
    ("media_type", "prepared"),
    [
        ("text/markdown", "text/plain; charset=utf-8"),
        ("image/png", "application/octet-stream"),
        ("application/merge-patch+json", "application/json"),
        ("multipart/form-data", "multipart/form-data"),
    ],
)
def test_media_types_of_requests(media_type, prepared):
    body = {"content": {media_type: {"schema": {"type": "object", "properties": {}}}}}
    operation, _ = operation_of({"requestBody": body, "responses": {}}, method="post")
    assert list(operation["requestBody"]["content"]) == [prepared]


@pytest.mark.parametrize(
    ("media_type", "prepared"),
    [
        ("text/markdown", ("text/plain", {"type": "string"})),
        ("image/png", ("application/octet-stream", {"type": "string", "format": "binary"})),
        ("application/hal+json", ("application/json", {"type": "integer"})),
    ],
)
def test_media_types_of_answers(media_type, prepared):
    operation, _ = operation_of({"responses": answers({"type": "integer"}, media_type)})
    ((found, media),) = operation["responses"]["200"]["content"].items()
    assert (found, media["schema"]) == prepared


def test_json_is_preferred_and_errors_are_dropped():
    responses = answers({"type": "string"}, "text/csv")
    responses["200"]["content"]["application/json"] = {"schema": {"type": "integer"}}
    responses.update({"404": {"description": ""}, "5XX": {"description": ""}, "default": {}})
    operation, _ = operation_of({"responses": responses})
    assert list(operation["responses"]) == ["200"]
    assert list(operation["responses"]["200"]["content"]) == ["application/json"]


def test_inline_answers_are_named_after_the_operation():
    fields = {"type": "object", "properties": {"n": {"type": "integer"}}}
    _, schemas = operation_of({"operationId": "quotas.get", "responses": answers(fields)})
    assert "Quota" in schemas
    items = {"type": "array", "items": fields}
    _, schemas = operation_of({"operationId": "quotas.list", "responses": answers(items)})
    assert "Quota" in schemas


def test_inline_pages_are_named_after_their_items():
    def page(items):
        results = {"type": "array", "items": items}
        return {"type": "object", "properties": {"next": {"type": "string"}, "results": results}}

    fields = {"type": "object", "properties": {"n": {"type": "integer"}}}
    for items, schemas in [(fields, {}), ({"$ref": REF + "quota"}, {"quota": fields})]:
        operation = {"operationId": "quotas.list", "responses": answers(page(items))}
        _, prepared = operation_of(operation, schemas=schemas)
        assert prepared["QuotaPage"]["properties"] == {
            "next": {"type": "string"},
            "results": {"type": "array", "items": {"$ref": REF + "Quota"}},
        }
    operation = {"operationId": "names.list", "responses": answers(page({"type": "string"}))}
    assert "NamesListPage" in operation_of(operation)[1]


def test_an_operation_overrides_the_parameters_of_its_path():
    def parameter(name, where="query", **rest):
        return {"name": name, "in": where, "schema": {"type": "string"}, **rest}

    operation, _ = operation_of(
        {
            "operationId": "quotas.get",
            "parameters": [parameter("a", required=True), parameter("session", "cookie")],
            "responses": {},
        },
        shared=[parameter("a"), parameter("b", description="The b."), parameter("id", "path")],
        path="/quotas/{id}",
    )
    assert operation["parameters"] == [
        {"name": "a", "in": "query", "required": True, "schema": {"type": "string"}},
        {
            "name": "b",
            "in": "query",
            "required": False,
            "schema": {"type": "string", "description": "The b."},
        },
        {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}},
    ]


def test_query_travels_as_trace():
    prepared = prepare(described({"/a": {"query": {"responses": {}}}}), Names({}))
    assert list(prepared.document["paths"]["/a"]) == ["trace"]
