"""Typed functions of models: what `python -m replicate.typed` writes, and says of changes."""

from __future__ import annotations

import ast
import importlib.util
import inspect
import json
import keyword
import os
import subprocess
import sys
import typing
from pathlib import Path
from typing import Any, Dict, List, Literal, Optional, Sequence

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replicate import typed
from replicate._command.main import main
from replicate._functions.changes import compare, functions_of
from replicate._functions.writer import Described, module_of
from replicate.exceptions import InvalidArgumentError
from replicate.sandbox import Input
from replicate.use import FileInput, URLPath

ROOT = Path(__file__).parents[1]
RECORDINGS = ROOT.parent / "shared" / "recordings"
FLUX = "black-forest-labs/flux-schnell"
DEMOS = (FLUX, "sandbox/storyteller", "sandbox/reader", "sandbox/primes", "sandbox/divider")


@pytest.fixture
def place(shared_sandbox, monkeypatch, tmp_path):
    """An empty folder, and the sandbox for the default client."""
    monkeypatch.setenv("REPLICATE_BASE_URL", shared_sandbox.url)
    monkeypatch.setenv("REPLICATE_API_TOKEN", shared_sandbox.token)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def load(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location("written", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def write(*arguments: str) -> int:
    return typed.main(list(arguments))


# What is written.


def test_functions_of_several_models(place):
    assert write(*DEMOS, "-o", "models.py") == 0

    models = load(place / "models.py")
    assert models.flux_schnell(prompt="a llama", num_outputs=2)[1].read().startswith(b"\x89PNG")
    assert models.storyteller(prompt="a cat", sentences=1) == "Once upon a time there was a cat."
    assert models.reader(document=b"one two")["frequent"] == ["one", "two"]
    assert models.primes(limit=10, delay=0) == [2, 3, 5, 7]
    assert models.divider(denominator=2.0) == 0.5
    with pytest.raises(InvalidArgumentError, match="num_outputs"):
        models.flux_schnell(prompt="a", num_outputs=9)

    async def main():
        picture, text = (
            await models.async_flux_schnell(prompt="a"),
            await models.async_storyteller(prompt="a cat", sentences=1),
        )
        return await picture[0].aread(), text

    picture, text = anyio.run(main)
    assert picture.startswith(b"\x89PNG")
    assert text == "Once upon a time there was a cat."


def test_signature_and_documentation(place):
    write(FLUX, "nightmareai/real-esrgan", "-o", "models.py")
    models = load(place / "models.py")

    for function in (models.flux_schnell, models.async_flux_schnell):
        types = typing.get_type_hints(function)
        parameters = inspect.signature(function).parameters
        assert types["prompt"] is str
        assert types["seed"] == Optional[int]
        assert types["output_format"] == Literal["webp", "jpg", "png"]
        assert types["return"] == List[URLPath]
        assert parameters["num_outputs"].default == 1
        assert parameters["prompt"].default is inspect.Parameter.empty
        assert {each.kind for each in parameters.values()} == {inspect.Parameter.KEYWORD_ONLY}
        assert "num_outputs (1 to 4): How many pictures" in inspect.getdoc(function)
    assert inspect.iscoroutinefunction(models.async_flux_schnell)
    assert typing.get_type_hints(models.real_esrgan)["image"] == FileInput


def test_a_module_that_is_printed(place, capsys):
    assert write(FLUX) == 0
    printed = capsys.readouterr().out

    write(FLUX, "-o", "models.py")

    written = (place / "models.py").read_text()
    assert printed.splitlines()[4:] == written.splitlines()[4:]
    assert f"python -m replicate.typed {FLUX} -o models.py" in written


def test_it_is_the_same_each_time(place, capsys):
    write(*DEMOS, "-o", "models.py")
    first = (place / "models.py").read_bytes()
    assert write(*DEMOS, "-o", "models.py") == 0
    assert write("-o", "models.py") == 0  # the references are in the module
    assert write("-o", "models.py", "--check") == 0

    assert (place / "models.py").read_bytes() == first
    assert capsys.readouterr().out == "nothing changes for callers\n" * 3


def test_a_pinned_version(place, shared_sandbox):
    with shared_sandbox.client() as client:
        version = client.models.get(FLUX).latest_version.id

    write(f"{FLUX}:{version}", "-o", "models.py")

    assert version in (place / "models.py").read_text()
    assert load(place / "models.py").flux_schnell(prompt="a")


@pytest.mark.parametrize("kind", ["version", "model", "document"])
def test_a_schema_from_a_file(place, shared_sandbox, kind):
    with shared_sandbox.client() as client:
        model = client.models.get(FLUX)
    whole = {
        "version": model.latest_version.to_dict(),
        "model": model.to_dict(),
        "document": model.latest_version.openapi_schema,
    }
    Path("schema.json").write_text(json.dumps(whole[kind]))
    sent = len(shared_sandbox.requests)
    refs = [] if kind == "model" else [FLUX]

    assert write(*refs, "--schema", "schema.json", "-o", "models.py") == 0

    assert len(shared_sandbox.requests) == sent
    assert load(place / "models.py").flux_schnell(prompt="a")
    assert "--schema schema.json" in (place / "models.py").read_text()
    if kind != "model":
        assert write("--schema", "schema.json") == 2


def test_a_change_of_the_model(place, capsys):
    write(FLUX, "-o", "models.py")
    text = (place / "models.py").read_text()
    older = text.replace("num_outputs (1 to 4)", "num_outputs (1 to 8)")
    older = older.replace("Literal['webp', 'jpg', 'png'] = 'webp'", "Literal['webp'] = 'webp'")
    (place / "models.py").write_text(older)
    changes = (
        "BREAKING  flux_schnell: argument num_outputs: 1 to 8 becomes 1 to 4"
        " (breaks code that passes num_outputs)\n"
        "          flux_schnell: argument output_format: choice 'jpg' added\n"
        "          flux_schnell: argument output_format: choice 'png' added\n"
    )

    assert write("-o", "models.py", "--check") == 1
    assert capsys.readouterr() == (
        changes,
        "python -m replicate.typed: models.py is not up to date\n",
    )
    assert (place / "models.py").read_text() == older
    assert write("-o", "models.py") == 0
    assert capsys.readouterr().out == changes
    assert (place / "models.py").read_text() == text


ODD_DOCUMENTS = (
    {"components": []},
    {"components": {"schemas": []}},
    {"components": {"schemas": {"Input": []}}},
    {"latest_version": [1]},
    {"latest_version": {"openapi_schema": 3}},
)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "name a model: owner/name"),
        (["-o", "models.py"], "name a model: owner/name"),
        (["acme/nothing"], "could not be found"),
        (["no reference"], "Invalid reference"),
        (["0" * 64], "owner/name:version"),
        ([FLUX, "-o", "mine.py"], "was not written by this command"),
        ([FLUX, "--schema", "missing.json"], "missing.json"),
        ([FLUX, "--schema", "mine.py"], "Expecting value"),
        ([FLUX, "a/b", "--schema", "empty.json"], "no schema of an input"),
        *(
            ([FLUX, "--schema", f"odd{n}.json"], "no schema of an input")
            for n in range(len(ODD_DOCUMENTS))
        ),
        ([FLUX, "--schema", "deep.json"], "nested too deeply"),
    ],
)
def test_mistakes(place, capsys, arguments, message):
    (place / "mine.py").write_text("x = 1\n")
    (place / "empty.json").write_text("{}")
    (place / "deep.json").write_text("[" * 100_000)
    for n, document in enumerate(ODD_DOCUMENTS):
        (place / f"odd{n}.json").write_text(json.dumps(document))

    assert write(*arguments) == 2

    assert message in capsys.readouterr().err
    assert (place / "mine.py").read_text() == "x = 1\n"
    assert not (place / "models.py").exists()


def test_without_a_token(place, capsys, monkeypatch):
    monkeypatch.delenv("REPLICATE_API_TOKEN")

    assert write(FLUX, "-o", "models.py") == 2
    assert "REPLICATE_API_TOKEN" in capsys.readouterr().err


@pytest.mark.parametrize("ref", ["me", "me/nothing"])
def test_errors_have_the_words_of_the_other_commands(place, capsys, ref):
    assert write(ref) == 2
    _, _, own = capsys.readouterr().err.partition(": ")
    main(["run", ref])
    _, _, of_run = capsys.readouterr().err.partition(": ")
    assert own == of_run
    assert "Details" not in own


def test_a_module_that_finds_no_room_leaves_the_one_that_is_there(place, capsys, full_disk):
    assert write(*DEMOS, "-o", "models.py") == 0
    old = (place / "models.py").read_bytes()

    with full_disk():
        assert write(FLUX, "-o", "models.py") == 2

    assert "File too large" in capsys.readouterr().err
    assert (place / "models.py").read_bytes() == old
    assert [*place.iterdir()] == [place / "models.py"]


def test_a_description_that_is_none(place, capsys):
    document = {"description": 5, "components": {"schemas": {"Input": {"description": 5}}}}
    (place / "odd.json").write_text(json.dumps(document))

    assert write(FLUX, "--schema", "odd.json") == 0
    assert f"Run {FLUX}." in capsys.readouterr().out


def test_a_terminal_gets_no_control_characters(place, capsys, sandbox, monkeypatch):
    def described(text):
        properties = {"x": {"type": "string", "description": text}}
        (place / "it.json").write_text(json.dumps(schema_of(properties, [], None)))

    described("plain")
    assert write(FLUX, "--schema", "it.json", "-o", "models.py") == 0
    described("a \x1b]0;title\x07 \x9b31m \r b")
    assert write(FLUX, "--schema", "it.json", "-o", "models.py") == 0
    out = capsys.readouterr().out
    assert "]0;title" in out
    assert not {"\x1b", "\x07", "\x9b", "\r"} & set(out)

    sandbox.fault("models.get", status=403, body={"detail": "no \x1b[31m"})
    monkeypatch.setenv("REPLICATE_BASE_URL", sandbox.url)
    assert write(FLUX) == 2
    err = capsys.readouterr().err
    assert "[31m" in err
    assert "\x1b" not in err


def test_check_without_a_module(place, capsys):
    assert write(FLUX, "-o", "models.py", "--check") == 1
    assert not (place / "models.py").exists()


@pytest.mark.parametrize("program", [["replicate.typed"], ["replicate", "typed"]])
def test_as_a_command(place, program):
    command = [sys.executable, "-m", *program, FLUX, "-o", "models.py"]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "generated")])}

    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert "def flux_schnell(" in (place / "models.py").read_text()


@pytest.mark.skipif(sys.platform == "win32", reason="pipes are no files there")
def test_a_module_that_goes_into_a_pipe(place):
    command = [sys.executable, "-m", "replicate.typed", FLUX, "-o", "/dev/stdout"]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "generated")])}

    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=20)

    assert (done.returncode, done.stderr) == (0, "")
    assert "def flux_schnell(" in done.stdout


USER = """\
from pathlib import Path
from typing import List
import replicate
from replicate.use import URLPath
from models import async_flux_schnell, flux_schnell, real_esrgan, storyteller

pictures: List[URLPath] = flux_schnell(prompt="a llama", aspect_ratio="16:9", seed=None)
large: URLPath = real_esrgan(image=pictures[0])
large = real_esrgan(image=Path("a.png"), scale=2)
large = real_esrgan(image=open("a.png", "rb"))
print(open(large).read(), storyteller(prompt="a cat").upper())

async def main() -> List[URLPath]:
    return await async_flux_schnell(prompt="a llama")

run = replicate.use("black-forest-labs/flux-schnell", hint=flux_schnell).create(prompt="a")
pictures = run.output()

flux_schnell(promt="a llama")
flux_schnell(prompt="a llama", aspect_ratio="16:10")
flux_schnell(prompt=5)
real_esrgan()
"""
WRONG = range(len(USER.splitlines()) - 3, len(USER.splitlines()) + 1)


@pytest.mark.slow
@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_checkers_check_the_callers(place, checker):
    pytest.importorskip("mypy")
    write(FLUX, "nightmareai/real-esrgan", "sandbox/storyteller", "-o", "models.py")
    (place / "user.py").write_text(USER, encoding="utf-8")
    paths = [str(ROOT), str(ROOT / "generated")]
    (place / "pyrightconfig.json").write_text(
        json.dumps({"typeCheckingMode": "strict", "extraPaths": paths})
    )
    commands = {
        "mypy": ["mypy", "--strict", "--config-file=", "models.py", "user.py"],
        "pyright": ["pyright", "models.py", "user.py"],
    }

    done = subprocess.run(
        [sys.executable, "-m", *commands[checker]],
        env={**os.environ, "MYPYPATH": os.pathsep.join(paths)},
        capture_output=True,
        text=True,
        check=False,
    )

    errors = [line for line in done.stdout.splitlines() if "error:" in line]
    assert not [line for line in errors if "models.py" in line], done.stdout
    found = {int(line.partition("user.py:")[2].split(":")[0]) for line in errors}
    assert found == set(WRONG), done.stdout


# Schemas of strangers.


def schema_of(properties: Dict[str, Any], required: Sequence[str] = (), output: Any = None) -> Any:
    inputs = {"type": "object", "properties": properties, "required": list(required)}
    return {"components": {"schemas": {"Input": inputs, "Output": output or {"type": "string"}}}}


def written(properties: Any, *required: str, output: Any = None, **more: Any) -> str:
    schema = schema_of(properties, required, output)
    return module_of([Described("a/b", "f", more.get("description", "What it is"), schema)], "make")


@pytest.mark.parametrize(
    ("schema", "type"),
    [
        ({"type": "string"}, "str"),
        ({"type": "integer"}, "int"),
        ({"type": "number"}, "float"),
        ({"type": "boolean"}, "bool"),
        ({"type": "object"}, "Mapping[str, Any]"),
        ({"type": "string", "format": "uri"}, "FileInput"),
        ({"type": "string", "format": "date-time"}, "str"),
        ({"type": "array", "items": {"type": "string", "format": "uri"}}, "Sequence[FileInput]"),
        ({"type": "array"}, "Sequence[Any]"),
        ({"enum": ["a", 'b"c', 3], "type": "string"}, "Literal['a', 'b\"c', 3]"),
        ({"enum": [0.5, 1.5], "type": "number"}, "float"),
        ({"enum": [], "type": "string"}, "str"),
        ({"allOf": [{"$ref": "#/components/schemas/Output"}]}, "str"),
        ({"type": "integer", "nullable": True}, "Optional[int]"),
        ({"type": ["integer", "null"]}, "Optional[int]"),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "Optional[int]"),
        ({"anyOf": [{"type": "integer"}, {"type": "string"}]}, "Union[int, str]"),
        ({}, "Any"),
    ],
)
def test_types_of_inputs(schema, type):
    required = functions_of(written({"x": schema}, "x"))["f"].arguments["x"]
    optional = functions_of(written({"x": schema}))["f"].arguments["x"]

    assert required[:2] == (type, None)
    bare = type if type == "Any" or type.startswith("Optional") else f"Optional[{type}]"
    assert optional[:2] == (bare, "None")


@pytest.mark.parametrize(
    ("schema", "type"),
    [
        ({"type": "string"}, "str"),
        ({"type": "string", "format": "uri"}, "URLPath"),
        ({"type": "array", "items": {"type": "string", "format": "uri"}}, "List[URLPath]"),
        (
            {
                "type": "array",
                "items": {"type": "string"},
                "x-cog-array-type": "iterator",
                "x-cog-array-display": "concatenate",
            },
            "str",
        ),
        ({"type": "array", "items": {"type": "string"}}, "List[str]"),
        ({"type": "object", "properties": {"a": {}}}, "Dict[str, Any]"),
        ({"title": "Output"}, "Any"),
    ],
)
def test_types_of_outputs(schema, type):
    assert functions_of(written({}, output=schema))["f"].result == type


@pytest.mark.parametrize(
    ("rules", "text"),
    [
        ({"minimum": 1, "maximum": 4}, "1 to 4"),
        ({"minimum": 0.5}, "at least 0.5"),
        ({"maximum": -1}, "at most -1"),
        ({"minLength": 1, "maxLength": 80}, "1 to 80 characters"),
        ({"maxLength": 80, "pattern": "^(a|b)$"}, "at most 80 characters, matches '^(a|b)$'"),
    ],
)
def test_rules_of_inputs(rules, text):
    schema = {"type": "string", "description": "Some text: a (long) one", **rules}
    argument = functions_of(written({"x": schema}))["f"].arguments["x"]
    assert argument.rules == text
    assert argument.description == "Some text: a (long) one"


def test_long_rules_and_texts_are_read_whole():
    pattern, text = "^(" + " | ".join(f"word{n}" for n in range(30)) + ")$", "long text " * 30
    schema = {"x": {"type": "string", "pattern": pattern, "description": text}}
    argument = functions_of(written(schema))["f"].arguments["x"]
    assert argument.rules == f"matches {pattern!r}"
    assert argument.description == text.strip()


def test_a_default_that_the_model_refuses_is_none():
    schema = {"x": {"type": "integer", "minimum": 1, "default": 0}}
    assert functions_of(written(schema))["f"].arguments["x"].default == "None"


@pytest.mark.parametrize("default", [float("inf"), float("nan"), [{"a": float("-inf")}]])
def test_a_default_that_is_no_json_is_none(default):
    """The JSON of an answer may have 1e999, which Python reads as infinity."""
    assert functions_of(written({"x": {"default": default}}))["f"].arguments["x"].default == "None"


def test_inputs_of_the_names_of_what_is_called():
    source = written({"_f": {}, "_async_f": {}, "x": {}})

    assert list(functions_of(source)["f"].arguments) == ["x"]
    assert "return _f(x=x, **others)" in source


def test_names_that_python_has_no_place_for():
    source = written({"from": {}, "a-b": {}, "others": {}, "x": {}, "ﬁ": {}, "__debug__": {}})

    assert list(functions_of(source)["f"].arguments) == ["others", "x"]
    assert "return _f(others=others, x=x, **others_)" in source


TEXT = st.text(st.sampled_from("aZ_ .'\"\\\n{}()#\0\r\t:,%$*é\u202e\u2028\ud800ﬁ🙂"), max_size=12)
JSON = st.none() | st.booleans() | st.integers() | st.floats() | TEXT
NODES = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["string", "integer", "number", "boolean", "array", "object"])
        | TEXT,
        "format": st.sampled_from(["uri", "date"]) | TEXT,
        "description": TEXT,
        "default": JSON | st.lists(JSON, max_size=2),
        "enum": st.lists(JSON, max_size=3),
        "minimum": st.integers() | TEXT,
        "pattern": TEXT,
        "title": TEXT,
    },
)


INPUTS = st.dictionaries(
    st.sampled_from(["x", "y", "output", "_f", "_async_f", "__debug__"]) | TEXT, NODES, max_size=3
)


@settings(max_examples=100, deadline=None)
@given(INPUTS, TEXT)
def test_whatever_a_model_says_stays_in_quotes(properties, description):
    source = written(properties, description=description)

    kinds = [type(node).__name__ for node in ast.parse(source).body]
    assert kinds[-4:] == ["AnnAssign", "AnnAssign", "FunctionDef", "AsyncFunctionDef"]
    assert set(kinds[:-4]) <= {"Expr", "Import", "ImportFrom"}
    called = {
        node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
    }
    assert called == {"use", "_f", "_async_f"}
    source.encode()
    assert source.isprintable() or all(each.isprintable() or each == "\n" for each in source)
    namespace: Dict[str, Any] = {}
    exec(compile(source, "written", "exec"), namespace)
    typing.get_type_hints(namespace["f"], namespace)


def test_names_of_functions(place, shared_sandbox):
    for name in ("acme/flux", "zoo/flux", "acme/async_flux", "acme/replicate", "acme/class"):

        @shared_sandbox.model(name)
        def model(text: str = Input(default="a")) -> str:
            return text

    refs = ["acme/flux", "zoo/flux", "acme/async_flux", "acme/replicate", "acme/class"]
    assert write(*refs, "-o", "models.py") == 0

    functions = functions_of((place / "models.py").read_text())
    assert {name: each.ref for name, each in functions.items()} == {
        "flux": "acme/flux",
        "zoo_flux": "zoo/flux",
        "acme_async_flux": "acme/async_flux",
        "acme_replicate": "acme/replicate",
        "model_class": "acme/class",
    }
    assert not [name for name in functions if keyword.iskeyword(name)]
    module = load(place / "models.py")
    assert module.zoo_flux(text="zoo") == "zoo"
    assert write("-o", "models.py", "--check") == 0


def recorded():
    """Return models and versions of the recorded traffic, by their address."""
    yaml = pytest.importorskip("yaml")
    found = {}
    for path in sorted(RECORDINGS.glob("*.yaml")):
        for exchange in yaml.safe_load(path.read_text(encoding="utf-8"))["interactions"]:
            text = str(exchange["response"].get("content", ""))
            if "openapi_schema" in text:
                found[exchange["request"]["uri"].partition("/models/")[2]] = json.loads(text)
    return found


def test_recorded_schemas(place, capsys):
    """Real schemas, where they are at hand."""
    found = recorded()
    if not found:
        pytest.skip("no recordings here")
    for address, data in found.items():
        Path("schema.json").write_text(json.dumps(data))
        ref = ":".join(address.split("/versions/"))
        assert write(ref, "--schema", "schema.json", "-o", f"{len(ref)}.py") == 0
        load(place / f"{len(ref)}.py")
    sdxl = load(place / f"{len('stability-ai/sdxl')}.py").sdxl
    types = typing.get_type_hints(sdxl)
    assert types["image"] == Optional[FileInput]
    assert types["refine"] == Literal["no_refiner", "expert_ensemble_refiner", "base_image_refiner"]
    assert types["seed"] == Optional[int]
    assert types["return"] == List[URLPath]
    assert "num_outputs (1 to 4): Number of images to output" in inspect.getdoc(sdxl)
    llama = load(place / f"{len('meta/llama-2-70b-chat')}.py").llama_2_70b_chat
    assert typing.get_type_hints(llama)["return"] is str


# What changes.


@pytest.mark.parametrize(
    ("old", "new", "change", "breaks"),
    [
        ({}, {"x": {}}, "argument x added", ""),
        ({"x": {}}, {}, "argument x removed", "code that passes x"),
        (
            {"x": {"type": "integer"}},
            {"x": {"type": "number"}},
            "argument x: Optional[int] becomes Optional[float]",
            "",
        ),
        (
            {"x": {"type": "number"}},
            {"x": {"type": "integer"}},
            "argument x: Optional[float] becomes Optional[int]",
            "code that passes x",
        ),
        (
            {"x": {"enum": ["a"]}},
            {"x": {"type": "string"}},
            "argument x: Optional[Literal['a']] becomes Optional[str]",
            "",
        ),
        (
            {"x": {"type": "string"}},
            {"x": {"type": "string", "format": "uri"}},
            "argument x: Optional[str] becomes Optional[FileInput]",
            "",
        ),
        ({"x": {"enum": ["a"]}}, {"x": {"enum": ["a", "b"]}}, "argument x: choice 'b' added", ""),
        (
            {"x": {"enum": ["a", "b"]}},
            {"x": {"enum": ["a"]}},
            "argument x: choice 'b' removed",
            "code that passes x",
        ),
        (
            {"x": {"type": "integer", "default": 1}},
            {"x": {"type": "integer", "default": 2}},
            "argument x: default 1 becomes 2",
            "",
        ),
        (
            {"x": {"minimum": 2}},
            {"x": {"minimum": 1}},
            "argument x: at least 2 becomes at least 1",
            "",
        ),
        ({"x": {"minimum": 2}}, {"x": {}}, "argument x: at least 2 becomes any value", ""),
        (
            {"x": {}},
            {"x": {"minimum": 2}},
            "argument x: any value becomes at least 2",
            "code that passes x",
        ),
        (
            {"x": {"minimum": 2, "maxLength": 5}},
            {"x": {"minimum": 2, "maxLength": 4}},
            "argument x: at least 2, at most 5 characters becomes at least 2, at most 4 characters",
            "code that passes x",
        ),
        (
            {"x": {"pattern": "a"}},
            {"x": {"pattern": "b"}},
            "argument x: matches 'a' becomes matches 'b'",
            "code that passes x",
        ),
        (
            {"x": {"description": "a"}},
            {"x": {"description": "b " * 60}},
            f"argument x: {'b ' * 60}",
            "",
        ),
    ],
)
def test_changes(old, new, change, breaks):
    (found,) = compare(written(old), written(new))
    assert (found.function, found.text, found.breaks) == ("f", change.strip(), breaks)
    assert compare(written(new), written(new)) == []


def test_changes_of_what_is_required():
    free, needed = written({"x": {}}), written({"x": {}}, "x")
    assert [str(each) for each in compare(free, needed)] == [
        "BREAKING  f: argument x becomes required (breaks code without x)"
    ]
    assert [str(each) for each in compare(needed, free)] == [
        "          f: argument x becomes optional"
    ]
    assert [str(each) for each in compare(written({}), needed)] == [
        "BREAKING  f: required argument x added (breaks code that calls f)"
    ]


def test_changes_of_functions():
    one = module_of([Described("a/b", "f", "", schema_of({}))], "make")
    two = module_of([Described("a/c", "f", "", schema_of({}, (), {"type": "integer"}))], "make")
    three = module_of([Described("a/b", "g", "", schema_of({}))], "make")
    assert [str(each) for each in compare(one, two)] == [
        "BREAKING  f: returns int, not str (breaks code that uses what f returns)",
        "          f: runs a/c, not a/b",
    ]
    assert [str(each) for each in compare(one, three)] == [
        "BREAKING  f: function removed (breaks code that calls f)",
        "          g: function added",
    ]
