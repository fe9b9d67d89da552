"""A sandbox with the predictors of `project/`; without `cog`, these tests are skipped."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from replicate.sandbox import Sandbox

PROJECT = Path(__file__).parent / "project"
if find_spec("cog") is None:
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture(scope="session")
def project():
    return PROJECT


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(demo_models=False, username="acme") as sandbox:
        for name in ("Everything", "Teller", "Printer", "Failing", "Unready", "Deaf", "Caller"):
            sandbox.cog(f"acme/{name.lower()}", f"{PROJECT}/predict.py:{name}", official=True)
        yield sandbox


@pytest.fixture
def client(sandbox):
    with sandbox.client() as client:
        client.poll_interval = 0.05
        yield client
