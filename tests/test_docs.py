"""Every Python block of the README, of docs/ and of docstrings runs, unchanged, against a sandbox.

The blocks of a page run in their order and in one namespace, as in a notebook. A comment in
front of a block changes that, and nothing else does:

    <!-- run: alone -->                it is a program of its own
    <!-- run: alone, with fastapi -->  the same, skipped where the package is not installed
    <!-- run: alone, on 3.11 -->       the same, skipped on an older Python
    <!-- run: notebook -->             `await` stands outside of functions, as notebooks allow
    <!-- run: not, because ... -->     it cannot run here
"""

from __future__ import annotations

import ast
import asyncio
import contextlib
import importlib.util
import inspect
import io
import json
import os
import re
import runpy
import subprocess
import sys
import time
import types
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Optional

import httpx
import pytest

import replicate
from replicate.sandbox import Sandbox
from replicate.sandbox.webhooks import sign
from tests import docs_models

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
PAGES = [README, *sorted((ROOT / "docs").rglob("*.md"))]

_BLOCK = re.compile(
    r"(?ms)(?:^ *<!-- run: (?P<run>[^\n]*?) -->\n+)?"
    r"^(?P<indent> *)(?P<fence>`{3,}) *python\b[^\n]*\n(?P<code>.*?)^(?P=indent)(?P=fence)$"
)
_RUN = re.compile(
    r"notebook|not, because \S.*|alone(?:, with (?P<package>\w+))?(?:, on (?P<python>3\.\d+))?"
)


class Block(NamedTuple):
    page: Path
    line: int
    code: str
    run: str

    @property
    def name(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"

    @property
    def alone(self) -> bool:
        return self.run.startswith("alone")

    def skip(self) -> Optional[str]:
        """Say why the block cannot run on this machine, if so."""
        needs = _RUN.fullmatch(self.run)
        if needs and needs["package"] and importlib.util.find_spec(needs["package"]) is None:
            return f"{needs['package']} is not installed"
        if needs and needs["python"]:
            python = tuple(map(int, needs["python"].split(".")))
            if sys.version_info < python:
                return f"Python is older than {needs['python']}"
        return self.run if self.run.startswith("not") else None

    def execute(self, namespace: Dict[str, Any]) -> None:
        # Blank lines in front: tracebacks then show the line of the page.
        source = "\n" * (self.line - 1) + self.code
        flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT if self.run == "notebook" else 0
        code = compile(source, str(self.page), "exec", flags=flags, dont_inherit=True)
        if code.co_flags & inspect.CO_COROUTINE:
            asyncio.run(types.FunctionType(code, namespace)())
        else:
            exec(code, namespace)


def blocks_of(page: Path) -> List[Block]:
    text = page.read_text(encoding="utf-8")
    blocks = []
    for match in _BLOCK.finditer(text):
        line = text.count("\n", 0, match.start("code")) + 1
        lines = [each[len(match["indent"]) :] for each in match["code"].split("\n")]
        blocks.append(Block(page, line, "\n".join(lines), match["run"] or ""))
    return blocks


def name_of(item) -> str:
    return item.name if isinstance(item, Block) else str(item.relative_to(ROOT))


MODULES = [path for path in sorted((ROOT / "replicate").rglob("*.py")) if blocks_of(path)]
BLOCKS = [block for page in PAGES for block in blocks_of(page)]
IN_ORDER = [page for page in PAGES if any(not block.alone for block in blocks_of(page))]
ALONE = [block for block in BLOCKS if block.alone]


DOCSTRINGS = [block for module in MODULES for block in blocks_of(module)]


@pytest.fixture
def place(tmp_path, monkeypatch, request):
    """A folder with the files that the pages read, and a sandbox that the environment names."""
    docs_models.lay_out(tmp_path)
    monkeypatch.chdir(tmp_path)
    page = request.node.callspec.params.get("page")
    # What the README shows runs on a sandbox that nobody has prepared.
    with Sandbox() if page == README else docs_models.sandbox() as sandbox:
        # Nothing leaves this machine: the addresses in the pages count as having answered.
        sandbox.fault("webhook", status=200, times=None)
        monkeypatch.setenv("REPLICATE_BASE_URL", sandbox.url)
        monkeypatch.setenv("REPLICATE_API_TOKEN", sandbox.token)
        monkeypatch.setenv("OTHER_REPLICATE_API_TOKEN", sandbox.token)
        monkeypatch.setenv("REPLICATE_WEBHOOK_SECRET", sandbox.webhook_secret)
        # One page sets it, and the next pages would wait as long.
        monkeypatch.setattr(replicate.default_client, "_poll_interval", None)
        yield sandbox


def run(blocks: List[Block]) -> Dict[str, Any]:
    # In a module of their own, so that what they define can be looked up by its name.
    module = types.ModuleType("documentation")
    sys.modules["documentation"] = module
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            for block in blocks:
                block.execute(vars(module))
    finally:
        del sys.modules["documentation"]
    return vars(module)


@pytest.mark.parametrize("page", IN_ORDER, ids=name_of)
def test_page(page, place):
    run([block for block in blocks_of(page) if not block.alone and not block.skip()])


@pytest.mark.parametrize("block", ALONE, ids=name_of)
def test_block_alone(block, place):
    if block.skip():
        pytest.skip(block.skip())
    names = run([block])
    framework = FRAMEWORKS.get(_RUN.fullmatch(block.run)["package"])
    if framework and "picture" in names:
        check_picture(framework(names, "picture"))
    elif framework and "story" in names:
        check_story(framework(names, "story"))
    elif framework:
        check_receiver(framework(names, "receive"), place)


@pytest.mark.parametrize("block", DOCSTRINGS, ids=name_of)
def test_docstring(block, place):
    """With what a reader has at hand there: the names of the sandbox, a picture, a prediction."""
    place.script("acme/upscaler", ["a large picture"], official=True)
    names = {name: getattr(replicate.sandbox, name) for name in replicate.sandbox.__all__}
    prediction = place.client().predictions.create(model="sandbox/painter", input={"prompt": "x"})
    names.update(replicate=replicate, sandbox=place, prediction=prediction, picture=b"large")
    with contextlib.redirect_stdout(io.StringIO()):
        block.execute(names)
        for name, value in list(names.items()):
            if name.startswith("test_"):
                value(place)


def test_no_docstring_has_an_example_that_does_not_run():
    for path in (ROOT / "replicate").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
                text = re.sub(r"(?ms)^ *```python$.*?```$", "", ast.get_docstring(node) or "")
                assert not re.search(r"(?m)>>>|::$|^ +import \w|```", text), f"{path}: {text}"
    assert len(DOCSTRINGS) > 7


def test_the_readme_runs_on_a_server_as_it_stands(tmp_path):
    text = "\n\n".join(block.code for block in blocks_of(README))
    (tmp_path / "readme.py").write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "replicate.sandbox", "--", sys.executable, "readme.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "generated")])},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert sorted(file.name for file in tmp_path.glob("*.png")) == [
        "observatory-0.png",
        "observatory-1.png",
    ]


def check_picture(ask):
    status, content = ask("GET", "/picture", {}, b"")
    assert status == 200
    assert content.startswith(b"\x89PNG")


def check_story(ask):
    status, content = ask("GET", "/story?prompt=tides", {}, b"")
    assert status == 200
    assert len(content) > 20


def check_receiver(ask, sandbox):
    prediction = sandbox.client().predictions.create(
        model="meta/meta-llama-3-70b-instruct", input={"prompt": "a telegraph"}
    )
    body = prediction.json().encode()
    signed = sign(sandbox.webhook_secret, "msg_1", int(time.time()), body)
    status, content = ask("POST", "/replicate", signed, body)
    assert status == 200
    assert json.loads(content) == {"id": prediction.id, "status": prediction.status}
    assert ask("POST", "/replicate", signed, body + b" ")[0] == 401


def ask_fastapi(names, view):
    transport = httpx.ASGITransport(names["app"])

    async def send(method, path, headers, body):
        async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
            return await client.request(method, path, headers=headers, content=body)

    def ask(method, path, headers, body):
        response = asyncio.run(send(method, path, headers, body))
        return response.status_code, response.content

    return ask


def ask_flask(names, view):
    client = names["app"].test_client()

    def ask(method, path, headers, body):
        response = client.open(path, method=method, headers=headers, data=body)
        return response.status_code, response.data

    return ask


def ask_django(names, view):
    from django.conf import settings
    from django.test import RequestFactory

    if not settings.configured:
        settings.configure()

    def ask(method, path, headers, body):
        meta = {f"HTTP_{name.upper().replace('-', '_')}": headers[name] for name in headers}
        request = RequestFactory().generic(method, path, body, **meta)
        response = names[view](request)
        return response.status_code, b"".join(response)

    return ask


FRAMEWORKS = {"django": ask_django, "fastapi": ask_fastapi, "flask": ask_flask}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_no_block_is_left_out_silently(page):
    """Each fence of Python is found, each marker is understood and stands before a block."""
    text = page.read_text(encoding="utf-8")
    blocks = blocks_of(page)
    assert len(blocks) == len(re.findall(r"(?im)^ *(?:`{3,}|~{3,}) *(?:py|>)", text))
    assert text.count("<!-- run:") == sum(bool(block.run) for block in blocks)
    for block in blocks:
        assert not block.run or _RUN.fullmatch(block.run), block.name
        assert ">>>" not in block.code, block.name


@pytest.mark.parametrize("name", ["README", "CHANGELOG", "CONTRIBUTING", "SECURITY"])
def test_links_lead_somewhere(name):
    """As those between the pages of docs/ do, which `make docs` checks."""
    text = (ROOT / f"{name}.md").read_text(encoding="utf-8")
    for path, anchor in re.findall(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)", text):
        target = ROOT / (path or f"{name}.md")
        assert target.exists(), path
        assert not anchor or anchor in anchors_of(target), anchor


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_examples_that_are_named_are_there(page):
    for path in re.findall(r"`(examples/[^`]*)`", page.read_text(encoding="utf-8")):
        assert (ROOT / path).exists(), path


def anchors_of(page: Path) -> List[str]:
    titles = re.findall(r"(?m)^#+ (.*)$", page.read_text(encoding="utf-8"))
    return [re.sub(r"[^\w-]", "", title.lower().replace(" ", "-")) for title in titles]


def test_the_start_page_leads_to_every_guide():
    menu = (ROOT / "docs" / "site" / "mkdocs.yml").read_text(encoding="utf-8")
    guides = re.findall(r"[\w-]+\.md", menu.partition("- Guides:")[2].partition("- Reference:")[0])
    start = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    chapters = start + (ROOT / "docs" / "sandbox.md").read_text(encoding="utf-8")
    assert len(guides) > 25
    assert [guide for guide in guides if f"]({guide})" not in chapters] == []


def test_every_page_shows_the_version():
    hooks = runpy.run_path(str(ROOT / "docs" / "site" / "hooks.py"))
    config = hooks["on_config"](types.SimpleNamespace())
    assert config.copyright == f"replicate {replicate.__version__}"


def test_every_fault_of_the_table_can_be_asked_for(sandbox):
    text = (ROOT / "docs" / "sandbox-faults.md").read_text(encoding="utf-8")
    lines = re.findall(r"^\| .* \| `((?:with )?sandbox\..*)` \|$", text, re.MULTILINE)
    assert len(lines) > 15
    for line in lines:
        exec(line, {"sandbox": sandbox, "CUT": replicate.sandbox.CUT})
