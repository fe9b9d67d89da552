"""Turn the corrected document into one that the generator handles well.

The rules are general, so that what the API adds tomorrow comes out right unaided:

- Every inline object and enum becomes a named component; places with the same name are one class,
  which has the fields or values of all of them.
- Answers are read tolerantly: no field is required unless models.yaml says that it identifies the
  object; `nullable`, unions and formats other than date-time and binary are dropped.
- Only 2xx answers stay: errors are the business of whoever sends the requests.
- An operation's group and module are named after its operationId. `query` travels as `trace`, since
  the generator knows the methods of OpenAPI 3.1 only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, List, Set

from .document import Json, follow, operations
from .names import pascal, split_operation_id
from .schemas import FREE_FORM, Schemas

if TYPE_CHECKING:
    from .names import Names

#: The method that `query` travels as.
CARRIER = "trace"

_MULTIPART = "multipart/form-data"


@dataclass(frozen=True)
class Prepared:
    """A document for the generator, and the schemas in it that become no class."""

    document: Json
    classless: Set[str]

    @property
    def schemas(self) -> Json:
        """The schemas by class name."""
        schemas: Json = self.document["components"]["schemas"]
        return schemas


def prepare(document: Json, names: Names) -> Prepared:
    """Return the generator-ready form of a document."""
    schemas = Schemas(document, names)
    paths: Json = {}
    for method, path, operation in operations(document):
        item = paths.setdefault(path, {})
        item[CARRIER if method == "query" else method] = _operation(
            document, schemas, method, path, operation
        )
    for name, fields in names.required.items():
        if name in schemas.prepared:
            schemas.prepared[name]["required"] = fields
    prepared = {
        "openapi": document.get("openapi"),
        "info": document.get("info"),
        "servers": document.get("servers", []),
        "paths": paths,
        "components": {"schemas": schemas.prepared},
    }
    return Prepared(prepared, {FREE_FORM, *schemas.bodies})


def _operation(document: Json, schemas: Schemas, method: str, path: str, operation: Json) -> Json:
    operation_id = operation.get("operationId", "")
    tag, name = split_operation_id(operation_id, method, path)
    shared = document["paths"][path].get("parameters", [])
    prepared = {
        "operationId": name,
        "tags": [tag],
        "summary": operation.get("summary", ""),
        "description": operation.get("description", ""),
        "parameters": [
            _parameter(schemas, parameter, f"{tag}_{name}")
            for parameter in _merged(document, [*shared, *operation.get("parameters", [])])
        ],
        "responses": {
            str(status): _answer(document, schemas, response, operation_id or f"{tag}.{name}")
            for status, response in operation.get("responses", {}).items()
            if str(status).startswith("2")
        },
    }
    content = follow(document, operation.get("requestBody", {})).get("content")
    if content:
        prepared["requestBody"] = _body(schemas, content, pascal(f"{tag}_{name}"))
    return prepared


def _merged(document: Json, parameters: List[Json]) -> List[Json]:
    """Return the parameters behind references; an operation's own replace those of its path."""
    found = {}
    for parameter in parameters:
        followed = follow(document, parameter)
        if followed["in"] != "cookie":  # a matter of the HTTP client
            found[followed["name"], followed["in"]] = followed
    return list(found.values())


def _parameter(schemas: Schemas, parameter: Json, owner: str) -> Json:
    schema = {"type": "string", **parameter.get("schema", {})}
    if parameter["in"] == "header" and schema["type"] != "string":
        schema = {"type": "string"}  # the generator has no other headers
    if parameter.get("description"):
        schema["description"] = parameter["description"]
    return {
        "name": parameter["name"],
        "in": parameter["in"],
        "required": parameter["in"] == "path" or parameter.get("required", False),
        "schema": schemas.tidy(schema, owner, parameter["name"]),
    }


def _body(schemas: Schemas, content: Json, operation: str) -> Json:
    media_type = _preferred(content)
    if _is_json(media_type) or media_type == _MULTIPART:
        schema = schemas.add_body(operation, content[media_type].get("schema", {}))
        media_type = _MULTIPART if media_type == _MULTIPART else "application/json"
    else:
        schema = {"type": "string", "format": "binary"}
        # generator.yaml knows this spelling, which no answer has: a text body passes as binary.
        text = media_type.startswith("text/")
        media_type = "text/plain; charset=utf-8" if text else "application/octet-stream"
    return {"required": True, "content": {media_type: {"schema": schema}}}


def _answer(document: Json, schemas: Schemas, response: Json, operation_id: str) -> Json:
    content = follow(document, response).get("content")
    if not content:
        return {"description": ""}
    media_type = _preferred(content)
    if _is_json(media_type):
        schema = schemas.add_answer(operation_id, content[media_type].get("schema", {}))
        media_type = "application/json"
    elif media_type.startswith("text/"):
        schema, media_type = {"type": "string"}, "text/plain"
    else:
        schema, media_type = {"type": "string", "format": "binary"}, "application/octet-stream"
    return {"description": "", "content": {media_type: {"schema": schema}}}


def _preferred(content: Json) -> str:
    """Return the media type to speak: JSON where there is a choice."""
    return next((media_type for media_type in content if _is_json(media_type)), next(iter(content)))


def _is_json(media_type: str) -> bool:
    return media_type == "application/json" or media_type.endswith("+json")
