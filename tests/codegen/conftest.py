"""Documents, generated packages and ways to use them, for the tests of the generator."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Callable, Dict

import pytest

from codegen.document import load

if find_spec("openapi_python_client") is None:  # it needs a newer Python than the package
    collect_ignore = ["test_cli.py", "test_package.py"]

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"

Json = Dict[str, Any]


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def published() -> Path:
    """The document as it is published, without its prose; not part of the project."""
    path = SHARED / "reference" / "openapi-structure.json"
    if not path.exists():
        pytest.skip("the published document is not here")
    return path


@pytest.fixture(scope="session")
def recordings() -> Path:
    """Real traffic; not part of the project."""
    path = SHARED / "recordings"
    if not path.exists():
        pytest.skip("no recordings here")
    return path


@pytest.fixture(scope="session")
def _document() -> Json:
    return load(ROOT / "openapi.yaml")


@pytest.fixture
def document(_document: Json) -> Json:
    """A copy of openapi.yaml to change."""
    return copy.deepcopy(_document)


@pytest.fixture(scope="session")
def generate(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Json], Path]:
    """Generate from a document; return the folder that holds `replicate_api`."""

    def generate(document: Json) -> Path:
        folder = tmp_path_factory.mktemp("generated")
        spec = folder / "spec.json"
        spec.write_text(json.dumps(document), encoding="utf-8")
        pytest.importorskip("openapi_python_client", reason="it needs a newer Python")
        from codegen.package import build

        build(spec, folder / "source" / "replicate_api")
        return folder / "source"

    return generate


@pytest.fixture(scope="session")
def python() -> Callable[..., str]:
    """Run code in a new interpreter that imports from a folder; return what it prints."""

    def python(code: str, source: Path = ROOT / "generated") -> str:
        result = subprocess.run(
            [sys.executable, "-W", "error", "-c", code],
            env={**os.environ, "PYTHONPATH": str(source), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 0, result.stderr
        return result.stdout.strip()

    return python
