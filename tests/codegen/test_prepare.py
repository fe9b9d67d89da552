"""The general rules: what the document may bring tomorrow comes out right unaided."""

from __future__ import annotations

import pytest

from codegen import names as naming
from codegen import reserved
from codegen.document import CodegenError, Place
from codegen.names import Names
from codegen.prepare import prepare
from codegen.types import Class, Enum

REF = "#/components/schemas/"
STRING = {"type": "string"}
FIELDS = {"type": "object", "properties": {"n": {"type": "integer"}}}


def described(paths=None, schemas=None, **rest):
    paths = paths or {"/x": {"get": {"operationId": "x.get", "responses": {}}}}
    components = {"schemas": schemas or {}, **rest.pop("components", {})}
    return {
        "openapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "servers": [{"url": "https://api.example.com/v1"}],
        "paths": paths,
        "components": components,
        **rest,
    }


def classes_of(schemas, names=None, paths=None):
    return prepare(described(paths, schemas), Names(**(names or {}))).classes


def fields_of(schemas, name, **kwargs):
    return {
        field.wire_name: field.type.annotation
        for field in classes_of(schemas, **kwargs)[name].fields
    }


def api_of(operation, path="/quotas", method="get", schemas=None, shared=None, names=None, **rest):
    item = {method: operation, **({"parameters": shared} if shared else {})}
    return prepare(described({path: item}, schemas, **rest), Names(**(names or {})))


def operation_of(operation, **kwargs):
    (found,) = api_of(operation, **kwargs).operations
    return found


def answers(schema, media_type="application/json", status="200"):
    return {status: {"description": "", "content": {media_type: {"schema": schema}}}}


def body(schema, media_type="application/json", **rest):
    return {"requestBody": {"content": {media_type: {"schema": schema}}, **rest}, "responses": {}}


def parameter(name, where="query", **rest):
    return {"name": name, "in": where, "schema": STRING, **rest}


# Names.


@pytest.mark.parametrize(
    ("component", "name"),
    [
        ("schemas_quota_response", "Quota"),
        ("schemas_paginated_quota_response", "QuotaPage"),
        ("schemas_quota_request", "QuotaRequest"),
        ("quota", "Quota"),
        ("QuotaItem", "QuotaItem"),
        ("response", "ResponseObject"),
        ("schemas_any_response", "AnyObject"),
        ("timestamp", "TimestampObject"),
        ("api-model", "ApiModelObject"),
        ("2fa.code", "Model2faCode"),
        ("größe", "Groe"),
    ],
)
def test_classes_are_named_after_components(component, name):
    assert naming.of_component(component) == name
    assert name in classes_of({component: FIELDS})


@pytest.mark.parametrize(
    ("plural", "one"),
    [("quotas", "quota"), ("entries", "entry"), ("status", "status"), ("hardware", "hardware"),
     ("address", "address")],
)  # fmt: skip
def test_singular(plural, one):
    assert naming.singular(plural) == one


@pytest.mark.parametrize(
    ("operation_id", "tags", "group", "name"),
    [
        ("quotas.get", [], "quotas", "get"),
        ("models.versions.list", [], "models", "versions_list"),
        ("search", [], "search", "search"),
        ("getQuota", ["Quotas"], "quotas", "get_quota"),
        ("quotas/get-one", [], "quotas_get_one", "quotas_get_one"),
        ("class.import", [], "class_", "import_"),
        ("", [], "quotas", "quotas_id_get"),
    ],
)
def test_operations_are_named_after_their_ids(operation_id, tags, group, name):
    place = Place("get", "/quotas/{id}", {}, {"operationId": operation_id, "tags": tags})
    assert naming.of_operation(place, Names())[1:] == (group, name)


def test_models_yaml_names_operations():
    names = {"operations": {"GET /quotas": "quotas.all"}}
    assert (
        operation_of({"operationId": "x", "responses": {}}, names=names).full_name == "quotas.all"
    )


def test_reserved_names_are_those_of_the_templates():
    assert {"Any", "ApiModel", "Timestamp", "Response", "FileContent"} <= reserved.for_classes()
    assert {"to_dict", "additional_properties", "base", "str"} <= reserved.for_fields()
    assert {"transport", "response", "build", "answer", "self"} <= reserved.for_arguments()
    assert not {"id", "model", "type", "name", "status"} & reserved.for_fields()


@pytest.mark.parametrize(
    ("wire_name", "name"),
    [("id", "id"), ("class", "class_"), ("burst-size", "burst_size"), ("to_dict", "to_dict_"),
     ("_private", "private"), ("3d", "field_3d"), ("ü", "u"), ("$", "field"),
     ("maxItems", "maxItems"),
     ("base", "base_"), ("int", "int_")],
)  # fmt: skip
def test_fields_have_the_name_of_the_wire_if_python_can_have_that(wire_name, name):
    fields = {"type": "object", "properties": {wire_name: STRING}}
    (field,) = classes_of({"a": fields})["A"].fields
    assert (field.name, field.wire_name) == (name, wire_name)


def test_fields_that_python_would_call_the_same_are_told_apart():
    fields = {"type": "object", "properties": {"a-b": STRING, "a_b": STRING, "a b": STRING}}
    found = {field.wire_name: field.name for field in classes_of({"a": fields})["A"].fields}
    assert found == {"a_b": "a_b", "a-b": "a_b_", "a b": "a_b__"}


def test_an_argument_keeps_its_name_when_another_one_appears_beside_it():
    fields = {"type": "object", "properties": {"cancel_after": STRING, "name": STRING}}
    operation = operation_of(
        {**body(fields), "parameters": [parameter("Cancel-After", "header"), parameter("name")]},
        method="post",
    )
    assert {(a.location, a.wire_name): a.name for a in operation.arguments} == {
        ("header", "Cancel-After"): "cancel_after",
        ("body", "cancel_after"): "body_cancel_after",
        ("body", "name"): "name",
        ("query", "name"): "query_name",
    }


# Schemas.


@pytest.mark.parametrize(
    ("schema", "annotation"),
    [
        ({"type": "string", "format": "uri", "nullable": True}, "str"),
        ({"type": ["integer", "null"]}, "int"),
        ({"type": ["integer", "string"]}, "Any"),
        ({"oneOf": [STRING, {"type": "string", "enum": ["x"]}]}, "str"),
        ({"anyOf": [{"type": "number"}, {"type": "null"}]}, "float"),
        ({"oneOf": [{"type": "integer"}, {"type": "number"}]}, "float"),
        ({"oneOf": [STRING, {"type": "integer"}]}, "Any"),
        ({"oneOf": [{"type": "object"}, FIELDS]}, "Dict[str, Any]"),
        ({"type": "object", "additionalProperties": True}, "Dict[str, Any]"),
        ({"type": "object"}, "Dict[str, Any]"),
        ({"additionalProperties": STRING}, "Dict[str, Any]"),
        ({"type": "object", "properties": {}}, "Dict[str, Any]"),
        ({"type": "integer", "enum": [1, 2], "default": 1, "minimum": 1}, "int"),
        ({"enum": [1, 2]}, "int"),
        ({"const": "x"}, "str"),
        ({"type": "array", "items": {"type": "boolean"}}, "List[bool]"),
        ({"items": {"type": "array", "items": STRING}}, "List[List[str]]"),
        ({"type": "array"}, "List[Any]"),
        ({"type": "string", "format": "date-time"}, "Timestamp"),
        ({"type": "array", "items": {"type": "string", "format": "date-time"}}, "List[Timestamp]"),
        ({"allOf": [STRING, {"maxLength": 5}]}, "str"),
        ({}, "Any"),
        (True, "Any"),
        (False, "Any"),
    ],
)  # fmt: skip
def test_types_of_fields(schema, annotation):
    quota = {"type": "object", "required": ["x"], "properties": {"x": schema}}
    (field,) = classes_of({"schemas_quota_response": quota})["Quota"].fields
    assert (field.type.annotation, field.required) == (annotation, False)


def test_openapi_3_0_says_null_another_way():
    quota = {
        "type": "object",
        "properties": {"x": {"nullable": True, "allOf": [{"$ref": REF + "a"}]}},
    }
    document = described(schemas={"a": FIELDS, "quota": quota})
    document["openapi"] = "3.0.3"
    (field,) = prepare(document, Names()).classes["Quota"].fields
    assert field.type.annotation == "A"


def test_inline_objects_and_enums_become_classes_named_by_their_place():
    steps = {"type": "array", "items": FIELDS}
    kind = {"type": "string", "nullable": True, "enum": ["soft", "hard", None]}
    quota = {"description": "A limit.", "properties": {"kind": kind, "steps": steps}}
    classes = classes_of({"schemas_quota_response": quota})
    assert classes["Quota"].description == "A limit."
    assert {f.wire_name: f.type.annotation for f in classes["Quota"].fields} == {
        "kind": "QuotaKind",
        "steps": "List[QuotaStep]",
    }
    assert classes["QuotaKind"].values == ["soft", "hard"]
    assert isinstance(classes["QuotaStep"], Class)


def test_places_that_models_yaml_gives_one_name_are_one_class():
    def thing(**properties):
        return {"type": "object", "properties": properties}

    a = thing(owner=thing(name=STRING, kind={"type": "string", "enum": ["x"]}))
    b = thing(owner=thing(since=STRING, kind={"type": "string", "enum": ["x", "y"]}))
    named = {"A.owner": "Owner", "B.owner": "Owner", "Owner.kind": "OwnerKind"}
    classes = classes_of({"a": a, "b": b}, {"classes": named})
    assert [field.wire_name for field in classes["Owner"].fields] == ["name", "kind", "since"]


def test_descriptions_of_references_are_kept():
    b = {
        "type": "object",
        "properties": {
            "a": {"$ref": REF + "a", "description": "Its a."},
            "n": {"oneOf": [{"$ref": REF + "a"}, {"type": "null"}], "deprecated": True},
        },
    }
    first, second = classes_of({"a": FIELDS, "b": b})["B"].fields
    assert (first.type.annotation, first.description) == ("A", "Its a.")
    assert (second.type.annotation, second.description) == ("A", "Deprecated.")


def test_all_of_is_one_class():
    b = {"allOf": [{"$ref": REF + "a"}, {"properties": {"y": {"type": "number"}}}]}
    assert fields_of({"a": FIELDS, "b": b}, "B") == {"n": "int", "y": "float"}


def test_components_without_fields_are_used_in_place():
    a = {"type": "object", "properties": {"id": {"$ref": REF + "id"}}}
    schemas = {"id": STRING, "free": {"type": "object"}, "a": a}
    assert fields_of(schemas, "A") == {"id": "str"}
    assert set(classes_of(schemas)) == {"A"}


def test_recursion_ends():
    children = {"type": "array", "items": {"$ref": REF + "node"}}
    node = {"type": "object", "properties": {"children": children,
            "list": {"$ref": REF + "list"}, "me": {"$ref": REF + "me"}}}  # fmt: skip
    schemas = {
        "node": node,
        "list": {"type": "array", "items": {"$ref": REF + "list"}},
        "me": {"anyOf": [{"$ref": REF + "me"}, {"type": "null"}]},
    }
    assert fields_of(schemas, "Node") == {
        "children": "List[Node]",
        "list": "List[Any]",
        "me": "Any",
    }


@pytest.mark.parametrize("ref", ["other.json#/a", "#/components/schemas/gone"])
def test_references_to_elsewhere_are_refused(ref):
    with pytest.raises(CodegenError, match=ref):
        classes_of({"b": {"type": "object", "properties": {"a": {"$ref": ref}}}})


def test_references_may_lead_into_a_schema():
    b = {"type": "object", "properties": {"n": {"$ref": REF + "a/properties/n"}}}
    assert fields_of({"a": FIELDS, "b": b}, "B") == {"n": "int"}


def test_two_components_of_one_name_stop_the_run():
    with pytest.raises(
        CodegenError, match=r"schemas/QuotaURL.* and .*schemas/QuotaUrl would both"
    ) as error:
        classes_of({"QuotaUrl": FIELDS, "QuotaURL": FIELDS})
    assert "`classes` in models.yaml" in str(error.value)
    named = {"classes": {"QuotaURL": "QuotaAddress"}}
    assert {"QuotaUrl", "QuotaAddress"} <= set(
        classes_of({"QuotaUrl": FIELDS, "QuotaURL": FIELDS}, named)
    )


def test_a_place_whose_name_is_taken_gets_a_longer_one():
    quota = {
        "type": "object",
        "properties": {"limit": {"type": "object", "properties": {"x": STRING}}},
    }
    classes = classes_of({"quota_limit": FIELDS, "quota": quota})
    assert [field.type.annotation for field in classes["Quota"].fields] == ["QuotaLimitObject"]
    assert [field.wire_name for field in classes["QuotaLimit"].fields] == ["n"]


# Operations.


def test_request_bodies_are_arguments_and_no_class():
    request = {"type": "object", "required": ["a"], "properties": {"b": STRING, "a": STRING}}
    given = {"operationId": "quotas.create", **body({"$ref": REF + "quota_request"})}
    api = api_of(given, method="post", schemas={"quota_request": request})
    assert api.classes == {}
    assert api.operations[0].signature == "*, a: str, b: Optional[str] = None"


def test_all_of_bodies_know_what_is_required():
    parts = [{"$ref": REF + "a"}, {"required": ["x"], "properties": {"x": STRING}}]
    a = {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}}
    operation = operation_of(
        body({"allOf": parts, "required": ["n"]}), method="post", schemas={"a": a}
    )
    assert operation.signature == "*, n: int, x: str"


@pytest.mark.parametrize(
    ("schema", "signature"),
    [
        ({"type": "array", "items": STRING}, "body: Sequence[str]"),
        ({"oneOf": [FIELDS, STRING]}, "body: Any"),
        ({"oneOf": [FIELDS, FIELDS]}, "body: Mapping[str, Any]"),
        ({"type": "object"}, "body: Mapping[str, Any]"),
        (True, "body: Any"),
        ({**FIELDS, "additionalProperties": True},
         "*, n: Optional[int] = None, additional_properties: Optional[Mapping[str, Any]] = None"),
    ],
)  # fmt: skip
def test_bodies_of_any_form_have_an_argument(schema, signature):
    assert operation_of(body(schema), method="post").signature == signature


@pytest.mark.parametrize(
    ("method", "field", "required", "declaration"),
    [
        ("patch", {"type": ["string", "null"]}, False, "x: Union[str, Unset, None] = UNSET"),
        ("patch", STRING, False, "x: Optional[str] = None"),
        ("post", {"type": ["string", "null"]}, False, "x: Optional[str] = None"),
        ("post", {"type": ["string", "null"], "default": "a"}, False,
         "x: Union[str, Unset, None] = UNSET"),
        ("post", {"type": "string", "nullable": True}, True, "x: Optional[str]"),
    ],
)  # fmt: skip
def test_null_is_sent_where_it_means_something(method, field, required, declaration):
    schema = {"properties": {"x": field}, "required": ["x"] if required else []}
    assert operation_of(body(schema), method=method).signature == f"*, {declaration}"


@pytest.mark.parametrize(
    ("media_type", "kind", "sent"),
    [
        ("text/markdown", "text", "text/markdown"),
        ("image/png", "binary", "image/png"),
        ("audio/*", "binary", "application/octet-stream"),
        ("application/xml", "binary", "application/xml"),
        ("application/merge-patch+json", "json", "application/merge-patch+json"),
        ("application/json; charset=utf-8", "json", "application/json; charset=utf-8"),
        ("multipart/form-data", "multipart", "multipart/form-data"),
        ("application/x-www-form-urlencoded", "form", "application/x-www-form-urlencoded"),
    ],
)
def test_media_types_of_requests(media_type, kind, sent):
    operation = operation_of(body(FIELDS, media_type), method="post")
    assert (operation.body.kind, operation.body.media_type) == (kind, sent)


@pytest.mark.parametrize(
    ("media_type", "annotation"),
    [
        ("text/markdown", "str"),
        ("text/event-stream", "str"),
        ("image/png", "bytes"),
        ("application/hal+json", "int"),
        ("application/json; charset=utf-8", "int"),
        ("text/json", "int"),
    ],
)
def test_media_types_of_answers(media_type, annotation):
    operation = operation_of({"responses": answers({"type": "integer"}, media_type)})
    assert operation.answer_type == annotation


def test_json_is_preferred_and_errors_are_dropped():
    responses = answers(STRING, "text/csv")
    responses["200"]["content"]["application/json"] = {"schema": {"type": "integer"}}
    responses.update({"404": {"description": ""}, "5XX": {"description": ""}, "default": {}})
    assert operation_of({"responses": responses}).answer_type == "int"


def test_a_form_is_preferred_if_it_has_files():
    content = {
        "application/json": {"schema": FIELDS},
        "multipart/form-data": {
            "schema": {"properties": {"f": {"type": "string", "format": "binary"}}}
        },
    }
    given = {"requestBody": {"content": content}, "responses": {}}
    assert operation_of(given, method="post").signature == "*, f: Optional[FileContent] = None"


@pytest.mark.parametrize(
    ("responses", "annotation"),
    [
        ({}, "None"),
        ({"204": {"description": ""}}, "None"),
        (answers({"$ref": REF + "a"}, status="default"), "A"),
        (answers({"$ref": REF + "a"}, status="2XX"), "A"),
        ({**answers({"$ref": REF + "a"}), "204": {}}, "Optional[A]"),
        ({**answers({"$ref": REF + "a"}), **answers({"$ref": REF + "b"}, status="202")},
         "Union[A, B]"),
        ({**answers({"$ref": REF + "a"}), **answers(STRING, "text/plain", "202"), "204": {}},
         "Union[A, str, None]"),
        (answers({"oneOf": [{"$ref": REF + "a"}, {"type": "null"}]}), "Optional[A]"),
        (answers({"type": "array", "items": {"type": "array", "items": {"$ref": REF + "a"}}}),
         "List[List[A]]"),
        (answers({"type": "array", "items": {"type": "string", "format": "date-time"}}),
         "List[Timestamp]"),
        (answers({"type": "object"}), "Dict[str, Any]"),
        (answers({}), "Any"),
    ],
)  # fmt: skip
def test_types_of_answers(responses, annotation):
    schemas = {"a": FIELDS, "b": {"type": "object", "properties": {"m": STRING}}}
    assert operation_of({"responses": responses}, schemas=schemas).answer_type == annotation


@pytest.mark.parametrize(
    ("operation_id", "schemas", "annotation"),
    [
        ("quotas.get", {}, "Quota"),
        ("quotas.list", {}, "Quota"),
        ("quotas.cost", {}, "QuotasCost"),
        ("quotas.get", {"quota": {"type": "object", "properties": {"other": STRING}}}, "QuotasGet"),
        ("quotas.cost", {"quota": FIELDS}, "QuotasCost"),
        ("quotas.get", {"quota": FIELDS}, "Quota"),
    ],
)
def test_inline_answers_are_named_after_the_operation(operation_id, schemas, annotation):
    api = api_of({"operationId": operation_id, "responses": answers(FIELDS)}, schemas=schemas)
    assert api.operations[0].answer_type == annotation
    for name in schemas:
        assert len(api.classes[naming.of_component(name)].fields) == 1


def test_inline_pages_are_named_after_their_items():
    def page(items):
        results = {"type": "array", "items": items}
        return {"type": "object", "properties": {"next": STRING, "results": results}}

    for items, schemas in [(FIELDS, {}), ({"$ref": REF + "quota"}, {"quota": FIELDS})]:
        api = api_of(
            {"operationId": "quotas.list", "responses": answers(page(items))}, schemas=schemas
        )
        assert {f.wire_name: f.type.annotation for f in api.classes["QuotaPage"].fields} == {
            "next": "str",
            "results": "List[Quota]",
        }
        assert api.operations[0].is_page
        assert api.operations[0].signature == "cursor: Optional[str] = None"
    operation = operation_of({"operationId": "names.list", "responses": answers(page(STRING))})
    assert operation.answer_type == "NamesListPage"


def test_an_operation_overrides_the_parameters_of_its_path():
    operation = operation_of(
        {
            "operationId": "quotas.get",
            "parameters": [parameter("a", required=True), parameter("session", "cookie")],
            "responses": {},
        },
        shared=[parameter("a"), parameter("b", description="The b."), parameter("id", "path")],
        path="/quotas/{id}",
    )
    assert (
        operation.signature
        == "id: str, *, a: str, b: Optional[str] = None, session: Optional[str] = None"
    )
    assert operation.doc[-1] == "    b: The b."


LIST = {"type": "array", "items": STRING}


@pytest.mark.parametrize(
    ("given", "item"),
    [
        ({"schema": LIST}, '"x": x'),
        ({"schema": LIST, "explode": False}, '"x": request.joined(x)'),
        ({"schema": LIST, "explode": False, "style": "pipeDelimited"}, '"x": request.piped(x)'),
        ({"schema": LIST, "explode": False, "style": "spaceDelimited"}, '"x": request.spaced(x)'),
        ({"schema": FIELDS, "style": "deepObject"}, '**request.deep("x", x)'),
        ({"schema": {"type": "object"}}, '**request.spread("x", x)'),
        ({"schema": FIELDS, "explode": False}, '"x": request.joined(x)'),
        ({"content": {"application/json": {"schema": FIELDS}}, "schema": None},
         '"x": request.as_json(x)'),
        ({"schema": LIST, "in": "header"}, '"x": request.joined(x)'),
        ({"schema": FIELDS, "in": "header", "explode": True}, '"x": request.pairs(x)'),
        ({"schema": {"type": "string", "format": "date-time"}}, '"x": request.moment("x", x)'),
    ],
)  # fmt: skip
def test_parameters_are_written_as_the_document_says(given, item):
    operation = operation_of({"parameters": [{**parameter("x"), **given}], "responses": {}})
    assert operation.arguments[0].item == item


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"parameters": [parameter("x", style="matrix", schema=LIST)]}, "has the style 'matrix'"),
        ({"parameters": [parameter("x", "body")]}, "is in 'body'"),
        ({"parameters": [parameter("x", "path")]}, "do not agree about 'x'"),
        (
            {"parameters": [{"name": "x", "in": "query", "content": {"text/xml": {}}}]},
            "is text/xml",
        ),
        (
            {"parameters": [parameter("x", schema={"type": "array", "items": LIST})]},
            "list of lists",
        ),
        (body(LIST, "multipart/form-data"), "its multipart/form-data body is no object"),
    ],
)
def test_what_cannot_be_generated_right_stops_the_run(given, why):
    with pytest.raises(CodegenError, match=r"POST /quotas \(quotas\.create\): .*" + why) as error:
        operation_of({"operationId": "quotas.create", "responses": {}, **given}, method="post")
    assert "corrections.yaml" in str(error.value)


def test_two_operations_of_one_name_stop_the_run():
    get = {"operationId": "quotas.get", "responses": {}}
    paths = {"/a": {"get": get}, "/b": {"post": get}}
    with pytest.raises(CodegenError, match=r"POST /b and GET /a would both be quotas\.get"):
        prepare(described(paths), Names())
    names = Names(operations={"POST /b": "quotas.post"})
    assert [o.full_name for o in prepare(described(paths), names).operations] == [
        "quotas.get",
        "quotas.post",
    ]


@pytest.mark.parametrize("method", ["query", "trace", "patch", "head", "options"])
def test_every_method_is_itself(method):
    assert operation_of({"responses": {}}, method=method).method == method.upper()


@pytest.mark.parametrize(
    ("servers", "url"),
    [
        (None, "/quotas"),
        ([{"url": "https://api.example.com/v1"}], "/quotas"),
        ([{"url": "https://other.example.com/v2/"}], "https://other.example.com/v2/quotas"),
        ([{"url": "/v2"}], "https://api.example.com/v2/quotas"),
        ([{"url": "https://{place}.example.com", "variables": {"place": {"default": "eu"}}}],
         "https://eu.example.com/quotas"),
    ],
)  # fmt: skip
def test_operations_may_have_a_server_of_their_own(servers, url):
    assert operation_of({"servers": servers, "responses": {}}).url == url


def test_servers_are_needed_and_their_variables_filled_in():
    document = described()
    document["servers"] = [
        {"url": "https://{host}/v1", "variables": {"host": {"default": "a.test"}}}
    ]
    assert prepare(document, Names()).server_url == "https://a.test/v1"
    document["servers"][0]["variables"] = {}
    with pytest.raises(CodegenError, match="'host' has no default"):
        prepare(document, Names())
    document["servers"] = []
    with pytest.raises(CodegenError, match="names no server"):
        prepare(document, Names())


def test_integer_enums_are_integers():
    api = api_of({"parameters": [parameter("x", schema={"enum": [1, 2]})], "responses": {}})
    assert api.operations[0].signature == "*, x: Optional[int] = None"
    assert not any(isinstance(cls, Enum) for cls in api.classes.values())
