"""openapi.yaml as a checker of the wire has to read it."""

from __future__ import annotations

import json
from typing import Any, Dict, List, Mapping

import yaml


def prepared(text: str, fields: Mapping[str, List[Any]]) -> Dict[str, Any]:
    """Return the document in OpenAPI 3.2, which knows the method QUERY and no `nullable`.

    Args:
        text: openapi.yaml.
        fields: Values of fields in bodies of requests, which name things that are there.
    """
    # Examples hold what YAML reads as times; JSON does not.
    document: Dict[str, Any] = json.loads(json.dumps(yaml.safe_load(text), default=str))
    document["openapi"] = "3.2.0"
    _modernize(document)
    _say_what_the_wire_does(document)
    for item in document["paths"].values():
        for operation in item.values():
            content = operation.get("requestBody", {}).get("content", {})
            _name(document, content.get("application/json", {}).get("schema", {}), fields)
    return document


def _name(document: Dict[str, Any], schema: Dict[str, Any], fields: Mapping[str, Any]) -> None:
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    properties = schema.get("properties", {})
    for name in set(properties) & set(fields):
        properties[name] = {"type": "string", "enum": list(fields[name])}


def _modernize(node: Any) -> None:
    if isinstance(node, dict):
        if node.pop("nullable", False) is True:
            node["type"] = [node["type"], "null"]
            if "enum" in node:
                node["enum"] = [*node["enum"], None]
        for value in node.values():
            _modernize(value)
    elif isinstance(node, list):
        for value in node:
            _modernize(value)


def _say_what_the_wire_does(document: Dict[str, Any]) -> None:
    """Change what the document says of answers, and no recorded answer keeps."""
    schemas = document["components"]["schemas"]
    # The links of a model are what people typed.
    for name in ("cover_image_url", "github_url", "license_url", "paper_url"):
        schemas["schemas_model_response"]["properties"][name].pop("format", None)
    # The search finds models as `models.list` shows them, and not all have a description.
    found = document["paths"]["/models"]["query"]["responses"]["200"]["content"]
    results = found["application/json"]["schema"]["properties"]["results"]
    results["items"] = {"$ref": "#/components/schemas/schemas_model_response"}
    # The version `hidden` fits both schemas, a text and this text, of which only one may fit.
    version = schemas["schemas_prediction_response"]["properties"]["version"]
    version["anyOf"] = version.pop("oneOf")
    # A training has all fields from its start, null as long as they have no value; logs, too.
    for schema in ("schemas_prediction_response", "schemas_training_response"):
        fields = schemas[schema]["properties"]
        for name in ("logs", "started_at", "completed_at", "output"):
            if isinstance(fields[name].get("type"), str):
                fields[name]["type"] = [fields[name]["type"], "null"]
