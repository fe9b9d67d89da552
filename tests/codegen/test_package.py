"""The generated package: complete, fresh, the same everywhere, and ready for what is new."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from codegen import generator
from codegen.document import CodegenError, load, operations
from codegen.generator import HEADER
from codegen.names import Names
from codegen.package import build, differences
from codegen.prepare import prepare
from tests.sampling import sampled

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def package(root) -> Path:
    return root / "generated" / "replicate_api"


def tree(package: Path):
    """The syntax trees of all modules, without docstrings."""
    trees = {}
    for file in sorted(package.rglob("*.py")):
        module = ast.parse(file.read_text(encoding="utf-8"))
        for node in ast.walk(module):
            if isinstance(getattr(node, "body", None), list):
                node.body = [
                    statement
                    for statement in node.body
                    if not (
                        isinstance(statement, ast.Expr)
                        and isinstance(statement.value, ast.Constant)
                        and isinstance(statement.value.value, str)
                    )
                ]
        trees[file.relative_to(package).as_posix()] = ast.dump(module)
    return trees


def contents(package: Path):
    files = (file for file in sorted(package.rglob("*")) if file.is_file())
    return {
        file.relative_to(package).as_posix(): file.read_bytes()
        for file in files
        if "__pycache__" not in file.parts
    }


def test_the_committed_package_is_fresh(root, package):
    assert differences(root / "openapi.yaml", package) == []


def test_one_module_per_operation(document, package):
    modules = [p for p in package.glob("api/*/*.py") if p.name != "__init__.py"]
    assert len(modules) == len(list(operations(document)))


def test_every_file_says_where_it_is_from(package):
    for name, text in contents(package).items():
        assert text.decode().startswith(HEADER) or name == "openapi.json", name


def test_the_document_comes_with_it(document, package):
    assert json.loads((package / "openapi.json").read_text(encoding="utf-8")) == document


def test_every_module_is_python_3_8(package):
    for name, text in contents(package).items():
        if name.endswith(".py"):
            ast.parse(text, feature_version=(3, 8))


def test_the_published_document_can_be_generated_from(published, python, tmp_path):
    build(published, tmp_path / "replicate_api")
    python("import replicate_api.api.predictions.create, replicate_api.models.prediction", tmp_path)


@pytest.mark.slow
def test_two_hash_seeds_give_the_same_bytes(root, package, tmp_path):
    for seed in ("1", "2"):
        subprocess.run(
            [sys.executable, "-m", "codegen", "generate", "--output", tmp_path / seed],
            cwd=root,
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
        )
    assert contents(tmp_path / "1") == contents(tmp_path / "2") == contents(package)


def test_an_old_package_is_deleted_first(root, tmp_path):
    output = tmp_path / "replicate_api"
    (output / "models").mkdir(parents=True)
    (output / "models" / "gone.py").touch()
    build(root / "openapi.yaml", output)
    assert not (output / "models" / "gone.py").exists()


def test_a_failed_run_leaves_the_package_alone(document, tmp_path, generate):
    source = generate(document)
    before = contents(source)
    del document["servers"]
    spec = tmp_path / "spec.yaml"
    spec.write_text(json.dumps(document))
    with pytest.raises(CodegenError, match="names no server"):
        build(spec, source / "replicate_api")
    assert contents(source) == before


def test_what_the_generator_loses_stops_the_run(document, generate, monkeypatch):
    def lose(project, write=generator._write):
        write(project)
        (project.package_dir / "api" / "hardware" / "list.py").unlink()

    monkeypatch.setattr(generator, "_write", lose)
    with pytest.raises(CodegenError, match=r"GET /hardware: hardware\.list was not generated"):
        generate(document)


def test_a_warning_of_the_generator_stops_the_run(document, generate, monkeypatch):
    def damaged(api, outline=generator._outline):
        return {**outline(api), "components": {"schemas": {"X": {"type": "array", "items": 5}}}}

    monkeypatch.setattr(generator, "_outline", damaged)
    with pytest.raises(CodegenError, match=r"X|pars"):
        generate(document)


def test_a_file_that_is_no_text_is_told_and_not_read(document, generate):
    package = generate(document) / "replicate_api"
    (package / "odd.py").write_bytes(b"\xff\x00")
    lines = differences(package.parents[1] / "spec.json", package)
    assert any("odd.py" in line for line in lines)


def test_ruff_is_required(document, generate, monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", "")
    with pytest.raises(CodegenError, match="ruff is missing"):
        generate(document)


@pytest.mark.parametrize("version", ["3.0.3", "3.1.1", "3.2.0"])
def test_the_package_does_not_depend_on_the_version_of_openapi(
    document, generate, package, version
):
    document["openapi"] = version
    fresh = contents(generate(document) / "replicate_api")
    fresh.pop("openapi.json")
    assert fresh == {k: v for k, v in contents(package).items() if k != "openapi.json"}


def test_a_document_of_another_openapi_stops_the_run(document, generate):
    document["openapi"] = "4.0.0"
    with pytest.raises(CodegenError, match=r"3\.0, 3\.1 or 3\.2; found openapi: 4\.0\.0"):
        generate(document)


@pytest.mark.parametrize(
    "name", sampled(["stream", "wait", "copy", "json", "progress", "reload"], 5)
)
def test_a_field_never_takes_the_place_of_what_a_resource_does(document, generate, name):
    schemas = document["components"]["schemas"]
    schemas["schemas_prediction_response"]["properties"][name] = {"type": "string"}
    with pytest.raises(CodegenError, match=rf"Prediction\.{name} would take the place") as error:
        generate(document)
    assert "replicate/" in str(error.value)
    assert "`fields` in models.yaml" in str(error.value)


def test_models_yaml_gives_such_a_field_another_name(document, python, tmp_path):
    schemas = document["components"]["schemas"]
    schemas["schemas_prediction_response"]["properties"]["stream"] = {"type": "string"}
    api = prepare(document, Names(fields={"Prediction.stream": "stream_url"}))
    generator.generate(api, tmp_path / "replicate_api")
    python(
        """
from replicate_api.models import Prediction
found = Prediction.from_dict({"stream": "https://x"})
assert found.stream_url == "https://x" and "stream" not in vars(found)
assert found.to_dict() == {"stream": "https://x"}
assert "stream_url" not in found._fields() and found.additional_properties == {}
assert Prediction(stream_url="y").to_dict() == {"stream": "y"}
assert Prediction(**{"stream": "y"}).stream_url == "y"
""",
        tmp_path,
    )


@pytest.fixture(scope="module")
def extended(root, generate) -> Path:
    """A package for an API that has grown: fields, values, a schema, operations."""
    document = load(root / "openapi.yaml")
    schemas, paths = document["components"]["schemas"], document["paths"]
    prediction = schemas["schemas_prediction_response"]["properties"]
    prediction["example_position"] = {"type": "integer", "description": "The place in the queue."}
    prediction["example_time"] = {"type": "string", "format": "date-time", "nullable": True}
    prediction["from"] = {"type": "string"}
    prediction["retry"] = {"type": "object", "properties": {"count": {"type": "integer"}}}
    prediction["status"]["enum"].append("queued")
    schemas["schemas_example_quota_response"] = {
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": {"type": "string"},
            "limits": {
                "type": "array",
                "items": {"type": "object", "properties": {"per": {"type": "string"}}},
            },
            "resets_at": {"type": "string", "format": "date-time"},
            "to_dict": {"type": "string"},
            "class": {"type": "string"},
            "burst-size": {"type": "integer"},
        },
    }
    quota = {
        "application/json": {
            "schema": {"$ref": "#/components/schemas/schemas_example_quota_response"}
        }
    }
    name = {"name": "name", "in": "path", "required": True, "schema": {"type": "string"}}
    moment = {"type": "string", "format": "date-time"}
    paths["/examplequotas/{name}"] = {
        "parameters": [name],
        "get": {
            "operationId": "examplequotas.get",
            "summary": "Get a quota",
            "responses": {"200": {"description": "", "content": quota}},
        },
        "put": {
            "operationId": "examplequotas.import",
            "parameters": [
                {"name": "name", "in": "query", "schema": {"type": "string"}},
                {"name": "transport", "in": "query", "schema": moment},
                {"name": "X-Dry-Run", "in": "header", "schema": {"type": "boolean"}},
            ],
            "requestBody": {
                "content": {
                    "application/json": {
                        "schema": {
                            "type": "object",
                            "required": ["limit"],
                            "properties": {
                                "limit": {"type": "integer"},
                                "name": {"type": "string"},
                                "of": {
                                    "$ref": "#/components/schemas/schemas_example_quota_response"
                                },
                                "since": moment,
                            },
                        }
                    }
                }
            },
            "responses": {"200": {"description": "", "content": quota}, "204": {"description": ""}},
        },
        "post": {
            "operationId": "examplequotas.upload",
            "requestBody": {"content": {"image/png": {"schema": {"type": "string"}}}},
            "responses": {"202": {"description": ""}},
        },
    }
    return generate(document)


SETUP = """
import httpx, asyncio
from datetime import datetime, timezone
from replicate_api.api import Api
from replicate_api import models
sent = []
def answer(request):
    sent.append(request)
    return httpx.Response(200, json={"name": "gpu", "limits": [{"per": "hour"}], "class": "a",
        "resets_at": "2024-10-01T00:00:00Z", "to_dict": "x", "burst-size": 5})
mock = httpx.MockTransport(answer)
http = httpx.Client(base_url="https://api.example.com/v1", transport=mock)
api = Api(http, httpx.AsyncClient(base_url="https://api.example.com/v1", transport=mock))
"""


def test_new_fields_and_values_appear(extended, python):
    python(
        """
from replicate_api.models.prediction import Prediction
from replicate_api.models.prediction_status import PREDICTION_STATUS_VALUES
import typing
prediction = Prediction.from_dict({"example_position": 3, "example_time": "2024-10-01T00:00:00Z",
    "from": "x", "retry": {"count": 1}, "status": "queued"})
assert prediction.example_position == 3
assert prediction.example_time.datetime.year == 2024
assert prediction.from_ == "x" and prediction.to_dict()["from"] == "x"
assert prediction.retry.count == 1, prediction.retry
assert prediction.additional_properties == {}
assert Prediction.__annotations__["example_position"] == "Optional[int]"
assert "queued" in PREDICTION_STATUS_VALUES
""",
        extended,
    )


def test_a_new_operation_appears(extended, python):
    python(
        SETUP
        + """
from replicate_api.api.examplequotas import get
quota = api.examplequotas.get("a/b")
assert isinstance(quota, models.ExampleQuota)
assert isinstance(quota.limits[0], models.ExampleQuotaLimit)
assert sent[0].url.raw_path == b"/v1/examplequotas/a%2Fb"
assert quota == asyncio.run(api.examplequotas.async_get("gpu")) == get.sync(http, "gpu")
assert get.__doc__ == "GET /examplequotas/{name}"
assert api.examplequotas.get.__doc__.startswith("Get a quota.")
assert quota.resets_at.datetime == datetime(2024, 10, 1, tzinfo=timezone.utc)
assert quota.class_ == "a" and quota.burst_size == 5 and quota.to_dict_ == "x"
assert quota.to_dict()["burst-size"] == 5 and quota.to_dict()["class"] == "a"
assert models.ExampleQuota(class_="b", burst_size=1).to_dict() == {"class": "b", "burst-size": 1}
""",
        extended,
    )


def test_names_that_meet_are_told_apart(extended, python):
    python(
        SETUP
        + """
moment = datetime(2024, 10, 1, tzinfo=timezone.utc)
api.examplequotas.import_("gpu", limit=1, body_name="b", query_name="q", query_transport=moment,
    x_dry_run=True, of=models.ExampleQuota(name="n"), since=moment)
request = sent[0]
assert (request.method, request.url.path) == ("PUT", "/v1/examplequotas/gpu")
assert dict(request.url.params) == {"name": "q", "transport": "2024-10-01T00:00:00+00:00"}
assert request.headers["x-dry-run"] == "true"
import json
assert json.loads(request.content) == {"limit": 1, "name": "b", "of": {"name": "n"},
    "since": "2024-10-01T00:00:00+00:00"}
""",
        extended,
    )


def test_an_answer_that_may_be_empty_is_optional(extended, python):
    python(
        """
import httpx
from replicate_api.api.examplequotas import import_, upload
assert import_.parse.__annotations__["return"] == "Optional[ExampleQuota]"
assert import_.parse(httpx.Response(204)) is None
assert import_.parse(httpx.Response(200, json={"name": "x"})).name == "x"
assert upload.parse(httpx.Response(202)) is None
request = upload.build("gpu", b"png")
assert request["content"] == b"png"
assert request["headers"] == {"Content-Type": "image/png"}
""",
        extended,
    )


PROSE = [
    "One sentence. Another\nline of the first paragraph.\n\nAnother paragraph.",
    'Ends with a "quotation"',
    '"""',
    "C:\\new\\x \\N{oops} \\",
    "# Heading\n\nText.",
    "```shell\ncurl -s\n```",
    "| a | b |\n| - | - |",
    "word" * 60,
    "Tab\tand \x00 null, \u2028 and {braces} %s.",
]


def test_any_prose_makes_a_docstring(document, generate, python):
    operations = [
        operation
        for item in document["paths"].values()
        for method, operation in item.items()
        if method in {"get", "post", "patch", "delete", "query"}
    ]
    search = document["paths"]["/search"]["get"]
    operations.sort(key=lambda operation: operation is not search)
    for operation, text in zip(operations, PROSE):
        operation["summary"] = operation["description"] = text
        for parameter in operation.get("parameters", []):
            parameter["description"] = text
    for schema, text in zip(document["components"]["schemas"].values(), PROSE):
        schema["description"] = text
        for field in schema.get("properties", {}).values():
            field["description"] = text
    source = generate(document)
    docs = python(
        """
from importlib import import_module
from pkgutil import walk_packages
import replicate_api
from replicate_api.api.search import search
for module in walk_packages(replicate_api.__path__, "replicate_api."):
    import_module(module.name)
print(search.build.__doc__)
""",
        source,
    )
    assert docs.startswith("One sentence.\n\n")
    assert "One sentence. Another line of the first paragraph.\n" in docs
    assert "Another paragraph" not in docs


@pytest.mark.slow
def test_types(extended, tmp_path):
    """Generated code is strictly typed, also for what is new; a bare httpx client fits."""
    pytest.importorskip("mypy")
    usage = tmp_path / "usage.py"
    usage.write_text(
        """
from typing import Dict, Optional
import httpx
from replicate_api import models
from replicate_api.api import Api
from replicate_api.api.predictions import get
from replicate_api.types import Request

http, later = httpx.Client(), httpx.AsyncClient()
prediction: models.Prediction = get.sync(http, "id")
position: Optional[int] = prediction.example_position
urls: Optional[Dict[str, str]] = prediction.urls
request: Request = get.build("id")
response: httpx.Response = http.request(**request)
built = models.Version(id="v", created_at="2024-10-01T00:00:00Z")

class Resource(models.Prediction): ...

resource: Resource = Resource.from_dict({})

async def use() -> models.ExampleQuota:
    await get.asyncio(later, "id")
    return await Api(http, later).examplequotas.async_get("gpu")

prediction.misspelled  # type: ignore[attr-defined]
get.sync(http)  # type: ignore[call-arg]
"""
    )
    result = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", usage, extended / "replicate_api"],
        cwd=tmp_path,
        env={**os.environ, "MYPYPATH": str(extended)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout
