"""What the document may bring: it is generated, imported, typed and sent, or stops with a reason.

growth/ holds a small document and changes to it. For each change the files say what must be true:
of the new package (`after`), of code that was written for the old one (`before`), of types
(`typed`) and of `codegen diff`.
"""

from __future__ import annotations

import asyncio
import copy
import importlib
import json
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
import yaml

from codegen.diff import compare
from codegen.document import CodegenError, _Loader, load
from codegen.names import Names
from codegen.prepare import prepare
from tests.servers import Answer, Recorder

GROWTH = Path(__file__).parent / "growth"
BASE = load(GROWTH / "base.yaml")


def cases():
    """Return every case by name."""
    found = {}
    for file in sorted(GROWTH.glob("*.yaml")):
        data = yaml.load(file.read_text(encoding="utf-8"), Loader=_Loader)
        if isinstance(data, list):
            found.update((f"{file.stem}_{number}", case) for number, case in enumerate(data))
        elif file.stem != "base":
            found[file.stem] = data
    return found


CASES = cases()


def merged(target, patch):
    """Apply a merge patch (RFC 7396)."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


def document_of(case):
    return merged(copy.deepcopy(BASE), json.loads(json.dumps(case["change"])))


@pytest.fixture(scope="session")
def packages(tmp_path_factory):
    """Generate the package for a document under a name of its own, and make it importable."""
    folder = tmp_path_factory.mktemp("growth")
    sys.path.insert(0, str(folder))

    def package(name, document):
        generator = pytest.importorskip("codegen.generator", reason="it needs a newer Python")
        if not (folder / name).exists():
            generator.generate(prepare(document, Names()), folder / name)
            importlib.invalidate_caches()
        return name

    package.folder = folder
    yield package
    sys.path.remove(str(folder))


@pytest.fixture(scope="module")
def recorder():
    with Recorder() as recorder:
        yield recorder


class Program:
    """A program of a case: it calls operations, in both forms, over HTTP."""

    def __init__(self, package, recorder):
        self.package = package
        self.recorder = recorder
        recorder.handle = self._answer
        self.names = {
            "SERVER_URL": importlib.import_module(package).SERVER_URL,
            "models": importlib.import_module(f"{package}.models"),
            "operation": self.operation,
            "call": self.call,
            "answer": {},
            "status": 200,
        }

    def run(self, text):
        exec(text.replace("PACKAGE", self.package), self.names)

    def operation(self, name):
        return importlib.import_module(f"{self.package}.api.{name}")

    def _answer(self, request):
        answer, status = self.names["answer"], self.names["status"]
        if request.method == "HEAD":
            return Answer(None, 204)
        return Answer(answer, status)

    def call(self, name, /, *arguments, **named):
        """Call an operation in both forms; return what it returned and the request."""
        group, method = name.split(".")
        api = importlib.import_module(f"{self.package}.api").Api
        base = f"{self.recorder.url}/v1"

        async def wait():
            async with httpx.AsyncClient(base_url=base) as later:
                bound = getattr(api(None, later), group)
                return await getattr(bound, f"async_{method}")(*arguments, **named)

        with httpx.Client(base_url=base) as http:
            found = getattr(getattr(api(http, None), group), method)(*arguments, **named)
        first = self.recorder.last
        assert asyncio.run(wait()) == found
        second = self.recorder.last
        assert first is not second
        assert (first.method, first.target) == (second.method, second.target)
        if "multipart" not in (first.header("content-type") or ""):
            assert first.body == second.body
        return found, _Sent(*first)


class _Sent:
    """A request, with what the programs ask of it."""

    def __init__(self, method, target, headers, body):
        self.method, self.target, self.headers, self.body = method, target, headers, body
        self.path, _, self.query = target.partition("?")
        self.lines = f"{method} {target}"

    @property
    def json(self):
        return json.loads(self.body)

    def header(self, name):
        found = [value for key, value in self.headers if key.lower() == name.lower()]
        return found[0] if found else None


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if "diff" in case])
def test_diff_says_what_changes(name):
    old, new = prepare(BASE, Names()), prepare(document_of(CASES[name]), Names())
    found = [str(change).strip() for change in compare(old, new)]
    assert sorted(found) == sorted(CASES[name]["diff"])
    breaking = [line.startswith("BREAKING") for line in found]
    assert breaking == sorted(breaking, reverse=True)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if "after" in case])
def test_what_grows_can_be_used(name, packages, recorder):
    package = packages(f"growth_{name}", document_of(CASES[name]))
    Program(package, recorder).run(CASES[name]["after"])


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if "before" in case])
def test_the_verdict_is_true_for_code_of_before(name, packages, recorder):
    case = CASES[name]
    Program(packages("growth_base", BASE), recorder).run(case["before"])
    program = Program(packages(f"growth_{name}", document_of(case)), recorder)
    if any(line.startswith("BREAKING") for line in case["diff"]):
        with pytest.raises((AssertionError, AttributeError, TypeError, ImportError)):
            program.run(case["before"])
    else:
        program.run(case["before"])


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if "stops" in case])
def test_what_cannot_be_right_stops_with_its_reason(name):
    with pytest.raises(CodegenError) as error:
        prepare(document_of(CASES[name]), Names())
    assert CASES[name]["stops"] in str(error.value)


TYPED = [name for name, case in CASES.items() if "typed" in case]


@pytest.fixture(scope="module")
def typed(packages):
    """Write the programs of all cases beside their packages; return the lines that are wrong."""
    wrong = set()
    for name in TYPED:
        package = packages(f"growth_{name}", document_of(CASES[name]))
        text = CASES[name]["typed"].replace("PACKAGE", package)
        (packages.folder / f"use_{name}.py").write_text(text, encoding="utf-8")
        for number, line in enumerate(text.splitlines(), 1):
            if line.endswith("# WRONG"):
                wrong.add((f"use_{name}.py", number))
    return wrong


def _complaints(output):
    return {
        (Path(file).name, int(line))
        for file, line in re.findall(
            r"^\s*(\S+?\.py):(\d+)(?::\d+)?(?:-| -|:) ?.*?error", output, re.MULTILINE
        )
    }


@pytest.mark.slow
def test_mypy_agrees_with_what_is_typed(typed, packages):
    pytest.importorskip("mypy")
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "."]
    result = subprocess.run(
        command, cwd=packages.folder, capture_output=True, text=True, check=False
    )
    assert _complaints(result.stdout) == typed, result.stdout


@pytest.mark.slow
def test_pyright_agrees_with_what_is_typed(typed, packages):
    pytest.importorskip("pyright")
    settings = {
        "typeCheckingMode": "strict",
        "reportPrivateUsage": False,  # as in the project: its classes are one unit
        **dict.fromkeys(("reportUnusedVariable", "reportUnusedExpression"), False),
    }
    (packages.folder / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    command = [sys.executable, "-m", "pyright", "--pythonpath", sys.executable]
    result = subprocess.run(
        command, cwd=packages.folder, capture_output=True, text=True, check=False
    )
    assert _complaints(result.stdout) == typed, result.stdout
