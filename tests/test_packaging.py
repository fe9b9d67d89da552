"""What is built: wheel, wheel from the sdist, editable install, as users get them."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.matrix import interpreter

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("build") is None, reason="build is not installed"),
]

ROOT = Path(__file__).parents[1]
PYTHONS = ("3.8", "3.13")

PROGRAM = """
import sys
import replicate, replicate_api
import httpx
from replicate.sandbox import Sandbox

with Sandbox() as sandbox, sandbox.client() as client:
    assert client.run("sandbox/painter", {"prompt": "x"}).read()[:4] == b"\\x89PNG"
    for path in ("/", "/openapi.json", "/_sandbox/openapi.json"):
        assert httpx.get(sandbox.url + path).status_code == 200
print(replicate.__version__, replicate.__file__, replicate_api.__file__)
"""

CONSUMER = """
from typing import Optional
import replicate
from replicate_api.models import Prediction
from replicate_api.types import Timestamp

prediction: Prediction = replicate.predictions.get("p")
created: Optional[Timestamp] = prediction.created_at
wrong: int = replicate.predictions.get("p").id
"""


def run(*command, **options):
    result = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, check=False, **options
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Build sdist and wheel; the wheel is made from the sdist."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--outdir", folder, ROOT)
    [sdist], [wheel] = folder.glob("*.tar.gz"), folder.glob("*.whl")
    return sdist, wheel


def names(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_wheel_from_the_sdist_is_the_wheel_from_the_tree(built, tmp_path):
    run(sys.executable, "-m", "build", "--wheel", "--outdir", tmp_path, ROOT)
    [direct] = tmp_path.glob("*.whl")
    assert names(direct) == names(built[1])


def test_contents(built):
    sdist, wheel = built
    files = names(wheel)
    assert {"replicate/py.typed", "replicate_api/py.typed", "replicate/sandbox/demo.py"} <= files
    assert any(name.endswith("licenses/LICENSE") for name in files)
    packages = {name.split("/")[0] for name in files}
    assert packages == {"replicate", "replicate_api", "replicate-1.1.0.dist-info"}
    assert not [
        name for name in files if "__pycache__" in name or Path(name).name.startswith("test")
    ]
    with tarfile.open(sdist) as archive:
        inside = {name.partition("/")[2] for name in archive.getnames()}
    assert {"openapi.yaml", "README.md", "LICENSE", "CHANGELOG.md"} <= inside
    assert not [name for name in inside if name.startswith(("tests/", "docs/", "codegen/"))]


def test_the_package_index_can_follow_every_link(built):
    with zipfile.ZipFile(built[1]) as archive:
        text = archive.read("replicate-1.1.0.dist-info/METADATA").decode()
    links = re.findall(r"\]\(([^)]+)\)", text)
    assert len(links) > 15
    assert [link for link in links if not link.startswith("https://")] == []


def environment(folder, version, *requirements):
    """Make a virtual environment with these installed; return its Python."""
    python = interpreter(version)
    if python is None:
        pytest.skip(f"no Python {version} on this machine")
    run(python, "-m", "venv", folder)
    executable = folder / "bin" / "python"
    run(executable, "-m", "pip", "install", "-q", "--upgrade", "pip")
    run(executable, "-m", "pip", "install", "-q", *requirements)
    return executable


@pytest.mark.parametrize("version", PYTHONS)
@pytest.mark.parametrize("form", ["wheel", "sdist", "editable"])
def test_install_runs_a_prediction(built, tmp_path, version, form):
    sdist, wheel = built
    what = {"wheel": [f"{wheel}[sandbox]"], "sdist": [f"{sdist}[sandbox]"]}.get(
        form, ["-e", f"{ROOT}[sandbox]"]
    )
    python = environment(tmp_path / "venv", version, *what)
    output = run(python, "-W", "error", "-c", PROGRAM, cwd=tmp_path)
    assert output.startswith("1.1.0 ")
    assert (str(ROOT) in output) is (form == "editable")


@pytest.mark.parametrize("form", ["wheel", "editable"])
def test_checkers_resolve_both_packages(built, tmp_path, form):
    """One error is there to be found, at its line, and no other."""
    what = [str(built[1])] if form == "wheel" else ["-e", str(ROOT)]
    python = environment(tmp_path / "venv", "3.13", *what, "mypy==2.4.1", "pyright==1.1.414")
    (tmp_path / "user.py").write_text(CONSUMER, encoding="utf-8")
    for command in (
        [python, "-m", "mypy", "--strict", "--cache-dir", tmp_path / "cache", "user.py"],
        [python, "-m", "pyright", "--pythonpath", python, "user.py"],
    ):
        result = subprocess.run(
            list(map(str, command)), capture_output=True, text=True, check=False, cwd=tmp_path
        )
        errors = [line for line in result.stdout.splitlines() if "error:" in line]
        assert len(errors) == 1, result.stdout + result.stderr
        assert "user.py:9" in errors[0]


def test_every_public_name_has_a_type(built, tmp_path):
    python = environment(
        tmp_path / "venv",
        "3.13",
        f"{built[1]}[sandbox]",
        "pyright==1.1.414",
        "types-python-dateutil",
    )
    path = f"{python.parent}{os.pathsep}{os.environ['PATH']}"
    for package in ("replicate", "replicate_api"):
        command = [python, "-m", "pyright", "--verifytypes", package, "--ignoreexternal"]
        output = run(*command, cwd=tmp_path, env={**os.environ, "PATH": path})
        assert "Type completeness score: 100%" in output, output


def test_without_the_extra_the_client_works_and_the_sandbox_says_what_it_needs(built, tmp_path):
    python = environment(tmp_path / "venv", "3.13", built[1])
    run(python, "-c", "import replicate, replicate.helpers; replicate.Client('t')._client.close()")
    result = subprocess.run(
        [str(python), "-c", "from replicate.sandbox import Sandbox"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert 'pip install "replicate[sandbox]"' in result.stderr
    installed = run(python, "-m", "pip", "list")
    assert "dateutil" not in installed  # the standard library reads every timestamp there
