"""Random documents are generated from, imported, called and typed, or stop with a reason.

What is drawn is plausible OpenAPI with implausible names and combinations.
"""

from __future__ import annotations

import importlib
import itertools
import json
import pkgutil
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, Phase, event, given, note, settings
from hypothesis import strategies as st

from codegen.document import CodegenError
from codegen.names import Names
from codegen.prepare import prepare
from codegen.types import Class, Enum
from tests.codegen.test_growth import Program
from tests.servers import Recorder

WORDS = [
    "id", "name", "class", "list", "str", "base", "self", "to_dict", "import", "burst-size",
    "burst_size", "Any", "type", "3d", "_private", "ünï", "a b", "x.y", "Model", "created_at",
    "timestamp", "datetime", "transport", "cursor", "next", "results", "None", "__class__", "$",
]  # fmt: skip
GROUPS = ["quotas", "class", "models", "api", "Runs", "my-group", "x", "async", "files"]
VERBS = ["list", "get", "create", "cost", "import", "delete", "files", "update.all", "Do", "for"]
COMPONENTS = [
    "quota",
    "Quota_2",
    "schemas_run_response",
    "any",
    "timestamp",
    "File",
    "page",
    "node",
]

#: What a header or a cookie can be called; others stop the run, see growth/stops.yaml.
tokens = st.sampled_from([word for word in WORDS if word.isascii() and " " not in word])
words = st.sampled_from(WORDS) | st.text("abcXYZ_-. é", min_size=1, max_size=6)
scalars = st.sampled_from(
    [
        {"type": "string"}, {"type": "integer"}, {"type": "number"}, {"type": "boolean"}, {}, True,
        {"type": "string", "format": "date-time"}, {"type": "string", "enum": ["a", "b c", "ü"]},
        {"type": ["string", "null"]}, {"type": "integer", "nullable": True}, {"enum": [1, 2]},
        {"type": "object"}, {"type": "object", "additionalProperties": {"type": "integer"}},
        {"const": "x"}, {"type": "string", "format": "binary"}, {"type": "array"},
    ]
)  # fmt: skip
refs = st.sampled_from(COMPONENTS).map(lambda name: {"$ref": f"#/components/schemas/{name}"})


def objects_of(inner):
    return st.builds(
        lambda properties, count, extra: {
            "type": "object",
            "properties": properties,
            "required": list(properties)[:count],
            **({} if extra is None else {"additionalProperties": extra}),
        },
        st.dictionaries(words, inner, max_size=4),
        st.integers(0, 2),
        st.sampled_from([None, None, True, False]),
    )


def containers_of(inner):
    return st.one_of(
        inner.map(lambda items: {"type": "array", "items": items}),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"oneOf": parts}),
        st.lists(inner, min_size=1, max_size=2).map(lambda parts: {"allOf": parts}),
        objects_of(inner),
    )


schemas = st.recursive(scalars | refs, containers_of, max_leaves=8)
lists = scalars.map(lambda items: {"type": "array", "items": items})
simple = st.one_of(scalars, scalars, scalars, lists, objects_of(scalars), schemas)
media = st.one_of(
    st.tuples(st.sampled_from(["application/json", "application/hal+json"]), schemas),
    st.tuples(
        st.sampled_from(["multipart/form-data", "application/x-www-form-urlencoded"]),
        objects_of(simple),
    ),
    st.tuples(st.sampled_from(["text/plain", "image/png", "audio/*", "text/csv"]), scalars),
)
contents = st.lists(media, min_size=1, max_size=2).map(
    lambda found: {media_type: {"schema": schema} for media_type, schema in found}
)
parameters = st.builds(
    lambda place, schema, required, extra: {
        "name": place[1], "in": place[0], "schema": schema, "required": required, **extra
    },
    st.tuples(st.just("query"), words) | st.tuples(st.just("header"), tokens),
    st.one_of(scalars, scalars, lists, lists, refs, objects_of(scalars), schemas),
    st.booleans(),
    st.sampled_from([{}, {}, {"explode": False}, {"style": "deepObject"}, {"deprecated": True}]),
)  # fmt: skip
responses = st.dictionaries(
    st.sampled_from(["200", "201", "202", "204", "2XX", "default", "404"]),
    st.one_of(st.just({}), contents.map(lambda content: {"content": content})),
    max_size=3,
).map(lambda found: {**found, "204": {}} if "204" in found else found)
cookies = st.builds(
    lambda name, schema: {"name": name, "in": "cookie", "schema": schema}, tokens, scalars
)
operation_ids = st.one_of(
    st.builds("{}.{}".format, st.sampled_from(GROUPS), st.sampled_from(VERBS)),
    st.sampled_from(["", "getAll", "search"]),
)
bodies = contents.map(lambda content: {"requestBody": {"content": content}})


@st.composite
def documents(draw):
    paths, ids = {}, set()
    for number in range(draw(st.integers(1, 3))):
        names = draw(
            st.lists(st.sampled_from(["id", "class", "self", "X-y"]), unique=True, max_size=2)
        )
        path = f"/p{number}" + "".join(f"/{{{name}}}" for name in names)
        item = paths.setdefault(path, {})
        for method in sorted(
            draw(
                st.sets(
                    st.sampled_from(["get", "post", "patch", "query", "trace"]),
                    min_size=1,
                    max_size=2,
                )
            )
        ):  # sorted: the order of a set is another one in each process
            operation_id = draw(operation_ids)
            if operation_id in ids and draw(st.integers(0, 5)):
                operation_id = f"{operation_id or 'x'}_{number}_{method}"
            ids.add(operation_id)
            item[method] = {
                "operationId": operation_id,
                "parameters": [
                    *({"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
                      for name in names),
                    *draw(st.lists(parameters | cookies, max_size=3)),
                ],
                "responses": draw(responses),
                **(draw(bodies) if method in ("post", "patch", "query") else {}),
            }  # fmt: skip
    return {
        "openapi": draw(st.sampled_from(["3.0.3", "3.1.0", "3.2.0"])),
        "info": {"title": draw(words), "version": "1"},
        "servers": [{"url": "https://api.example.com/v1"}],
        "paths": paths,
        "components": {"schemas": {name: draw(schemas) for name in COMPONENTS}},
    }


def prepared(document):
    """Return what a document describes; None if it stops with a reason."""
    try:
        return prepare(document, Names())
    except CodegenError as error:
        event(f"stops: {str(error).split(':')[-1][:40]}")
        assert str(error)
        return None


QUICK = settings(
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
    derandomize=True,
    phases=[Phase.generate],  # to make an example smaller takes minutes
)


@settings(QUICK, max_examples=150)
@given(documents())
def test_every_document_can_be_read_or_stops_with_a_reason(document):
    api = prepared(document)
    if api is None:
        return
    for operation in api.operations:
        names = [argument.name for argument in operation.arguments]
        assert len(names) == len(set(names))
        assert all(name.isidentifier() for name in [operation.name, operation.group, *names])
    for name, cls in api.classes.items():
        assert name.isidentifier()
        if isinstance(cls, Class):
            names = [field.name for field in cls.fields]
            assert len(names) == len(set(names))


def sample(api, type_, depth=0):
    """Return a JSON value of a type."""
    if type_.depth:
        inner = type(type_)(type_.name, type_.kind, type_.depth - 1)
        return [sample(api, inner, depth), sample(api, inner, depth)]
    cls = api.classes.get(type_.name)
    if isinstance(cls, Enum):
        return cls.values[0]
    if isinstance(cls, Class):
        fields = cls.fields if depth < 2 else []
        return {field.wire_name: sample(api, field.type, depth + 1) for field in fields}
    values = {"str": "x", "int": 1, "float": 0.5, "bool": True, "bytes": "", "FileContent": "x"}
    return values.get(
        type_.name, "2026-01-02T00:00:00Z" if type_.name == "Timestamp" else {"k": [1]}
    )


def argument(api, type_):
    if type_.name == "FileContent":
        return [b"x"] if type_.depth else b"x"
    return b"x" if type_.name == "bytes" else sample(api, type_)


def plain(value):
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.to_dict() if hasattr(value, "to_dict") else value


def call_all(api, package, recorder):
    """Call every operation, in both forms, and compare what goes and what comes."""
    for operation in api.operations:
        program = Program(package, recorder)
        answer = operation.answers[0] if operation.answers else None
        wire = None
        if answer is not None and answer.type is not None:
            wire = sample(api, answer.type)
            program.names["answer"] = json.dumps(wire).encode() if answer.kind == "json" else b"ab"
        status = answer.status if answer is not None else "204"
        program.names["status"] = int(status) if status.isdigit() else 299
        if wire is None:
            program.names["answer"] = None
        first = [argument(api, a.type) for a in operation.arguments if a.location == "path"]
        if operation.body is not None and operation.body.is_argument:
            first.append(argument(api, operation.body.type))
        rest = [a for a in operation.arguments if a.location != "path"]
        named = {a.name: argument(api, a.type) for a in rest}
        # A header or a cookie has no room for what is nested.
        flat = {a.name for a in rest if a.location in ("header", "cookie")}
        named = {n: {"k": 1} if n in flat and v == {"k": [1]} else v for n, v in named.items()}
        found, request = program.call(operation.full_name, *first, **named)
        assert request.method == operation.method
        if wire is not None:
            expected = wire if answer.kind == "json" else "ab" if answer.kind == "text" else b"ab"
            assert plain(found) == expected
        if operation.body is not None and operation.body.kind == "json":
            body = json.loads(request.body)
            for a in operation.located("body"):
                assert a.wire_name in body
        for a in rest:
            if a.location == "query" and not a.style and a.wire_name != "cursor":
                assert "=" in request.query


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("any")
    sys.path.insert(0, str(folder))
    yield folder
    sys.path.remove(str(folder))


def generate_and_import(api, folder, name):
    generator = pytest.importorskip("codegen.generator", reason="it needs a newer Python")
    generator.generate(api, folder / name)
    importlib.invalidate_caches()
    package = importlib.import_module(name)
    for module in pkgutil.walk_packages(package.__path__, f"{name}."):
        importlib.import_module(module.name)
    models = importlib.import_module(f"{name}.models")
    for cls in models.__all__:
        getattr(models, cls)


@pytest.mark.slow
def test_documents_are_generated_imported_and_called(folder):
    numbers = itertools.count()
    with Recorder() as recorder:

        @settings(QUICK, max_examples=25)
        @given(documents())
        def check(document):
            api = prepared(document)
            if api is None:
                return
            name = f"any_{next(numbers)}"
            note(name)
            generate_and_import(api, folder, name)
            call_all(api, name, recorder)

        check()
    assert next(numbers) > 3


@pytest.mark.slow
def test_documents_are_typed(folder):
    pytest.importorskip("mypy")
    packages = []

    @settings(QUICK, max_examples=40)
    @given(documents())
    def generate(document):
        api = prepared(document)
        if api is not None:
            packages.append(f"typed_{len(packages)}")
            generate_and_import(api, folder, packages[-1])

    generate()
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", *packages]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout
