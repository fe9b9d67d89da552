"""The schemas of what goes in and out below `/_sandbox`."""

from __future__ import annotations

from typing import Any, Dict

Schema = Dict[str, Any]

TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer", "minimum": 0}
NUMBER: Schema = {"type": "number", "minimum": 0}
FLAG: Schema = {"type": "boolean"}
TIME: Schema = {"type": "string", "format": "date-time"}


def ref(name: str) -> Schema:
    """Refer to a component."""
    return {"$ref": f"#/components/schemas/{name}"}


def list_of(name: str) -> Schema:
    """Return the schema of a list of components."""
    return {"type": "array", "items": ref(name)}


def or_null(schema: Schema) -> Schema:
    """Return a schema that allows null too."""
    return {**schema, "type": [schema["type"], "null"]}


def object_of(*required: str, **properties: Schema) -> Schema:
    """Return the schema of an object."""
    schema: Schema = {"type": "object", "properties": properties}
    return {**schema, "required": list(required)} if required else schema


FAULT: Dict[str, Schema] = {
    "target": {
        "type": "array",
        "items": TEXT,
        "description": "An operationId, stream, output or webhook; or a method and a path.",
    },
    "status": {"type": "integer", "minimum": 100, "maximum": 599},
    "headers": {"type": "object", "additionalProperties": TEXT},
    "body": {"description": "Text as it is, anything else as JSON."},
    "content_type": TEXT,
    "script": {
        "type": "array",
        "items": {},
        "description": "Texts to send, seconds to wait, and null to cut the connection.",
    },
    "work": FLAG,
    "delay": NUMBER,
    "drop": {"type": "string", "enum": ["before", "during", "after"]},
    "truncate": WHOLE,
    "content_length": FLAG,
    "trickle": NUMBER,
    "times": {
        "type": "integer",
        "minimum": 1,
        "nullable": True,
        "description": "How many requests are hit; null means all. One, if it is left out.",
    },
    "after": WHOLE,
    "optional": FLAG,
}
NEW_FAULT: Schema = {**object_of("target", **FAULT), "additionalProperties": False}
LIMIT: Schema = {
    **object_of(
        "requests",
        requests={"type": "integer", "minimum": 1},
        per={"type": "number", "exclusiveMinimum": 0},
        burst={"type": "integer", "minimum": 1},
        header=FLAG,
    ),
    "additionalProperties": False,
}
SETTLE: Schema = {
    **object_of(timeout={"type": "number", "minimum": 0}),
    "additionalProperties": False,
}
DRIVE: Schema = {**object_of(auto=FLAG), "additionalProperties": False}
ADVANCE: Schema = {
    **object_of("seconds", seconds={"type": "number", "minimum": 0, "maximum": 1e9}),
    "additionalProperties": False,
}
STEPS: Schema = {"type": "array", "items": {}}
NEW_MODEL: Schema = {
    **object_of(
        "name",
        name={**TEXT, "description": "owner/name"},
        schema={
            "type": "object",
            "description": "A real version or model, or its OpenAPI document."
            " Without one the model takes every input.",
        },
        returns={
            "description": 'The output. {"file": "a.png", "base64": "..."} in it is a file.'
            " Without one it is made from the schema."
        },
        script={
            **STEPS,
            "description": "The life of each prediction: statuses, seconds to wait, outputs,"
            ' {"output": ...}, {"log": "..."}, {"metric": ["name", 1]}, {"failed": "..."},'
            " and null for a prediction that only ends when it is canceled.",
        },
        scripts={
            "type": "array",
            "items": STEPS,
            "minItems": 1,
            "description": "One script for each prediction, the last one repeated.",
        },
        official=FLAG,
        cold_start=NUMBER,
    ),
    "additionalProperties": False,
}
SECRET: Schema = {**object_of("secret", secret=TEXT), "additionalProperties": False}

COMPONENTS: Dict[str, Schema] = {
    "Info": object_of(
        version=TEXT,
        url=TEXT,
        files_url=TEXT,
        token=TEXT,
        username=TEXT,
        rate_limited=FLAG,
    ),
    "Clock": object_of(now=TIME, driven=FLAG),
    "Model": object_of(
        name=TEXT,
        reference={"type": "string", "description": "What runs it: owner/name, or with version."},
        official=FLAG,
        description=or_null(TEXT),
        input={"description": "The JSON schema of the input."},
        output={"description": "The JSON schema of the output."},
        run_count=WHOLE,
        trainable=FLAG,
    ),
    "Run": object_of(
        id=TEXT,
        kind={"type": "string", "enum": ["prediction", "training"]},
        model=TEXT,
        version=TEXT,
        deployment=or_null(TEXT),
        status=TEXT,
        error=or_null(TEXT),
        created_at=TIME,
        seconds={"type": ["number", "null"]},
    ),
    "Request": object_of(
        number={"type": "integer", "description": "Counts from 1, over the sandbox's life."},
        host={"type": "string", "enum": ["api", "files"]},
        method=TEXT,
        path=TEXT,
        query=TEXT,
        headers={"type": "object", "additionalProperties": TEXT},
        body={"type": ["string", "null"], "description": "The body, if it is text."},
        body_base64={"type": ["string", "null"], "description": "The body, if it is not."},
        status={"type": ["integer", "null"]},
        seconds=NUMBER,
    ),
    "Delivery": object_of(
        run_id=TEXT,
        event=TEXT,
        url=TEXT,
        webhook_id=TEXT,
        status={"type": ["integer", "null"]},
    ),
    "Fault": object_of(id=TEXT, fired=WHOLE, **FAULT),
    "Problem": object_of(title=TEXT, detail=TEXT, status={"type": "integer"}),
}
