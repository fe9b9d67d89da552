"""What docs/comparison.md says of this package; `make test-clients` looks at the others."""

from __future__ import annotations

import importlib.metadata
import importlib.util
from pathlib import Path

import pytest

from tests.clients.comparison import PAGE, column, wrong

HERE = Path(__file__).parent


def test_the_table_says_what_is_there():
    if not list(importlib.metadata.Distribution.discover(name="replicate")):
        pytest.skip("the package is not installed, and its metadata count")
    path = HERE / "clients" / "features.py"
    spec = importlib.util.spec_from_file_location("features", path)
    features = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(features)

    found = features.found()

    assert wrong("Here", found) == []
    assert column("Here").keys() == features.FEATURES.keys() == found.keys()


def test_every_cell_has_a_reason():
    for client in ("Here", "Python 1.0.7", "Python 2.0.0b4", "JavaScript 1.4.0"):
        for cell in column(client).values():
            assert cell in {"yes", "no", "n/a"} or cell.startswith("["), cell
    assert wrong("Python 1.0.7", {}) != []
    assert PAGE.read_text(encoding="utf-8").count("n/a") == 2
