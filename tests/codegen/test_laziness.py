"""Importing one endpoint loads what it needs, and nothing else."""

from __future__ import annotations

LOADED = "import sys; print(*sorted(n for n in sys.modules if n.startswith({!r})))"


def loaded(python, code, prefix="replicate_api"):
    return python(code + "\n" + LOADED.format(prefix)).split()


def test_one_endpoint_loads_one_model(python):
    assert loaded(python, "import replicate_api.api.predictions.get") == [
        "replicate_api",
        "replicate_api.answer",
        "replicate_api.api",
        "replicate_api.api.predictions",
        "replicate_api.api.predictions.get",
        "replicate_api.base",
        "replicate_api.errors",
        "replicate_api.models",
        "replicate_api.models.prediction",
        "replicate_api.request",
        "replicate_api.timestamp",
    ]


def test_no_endpoint_needs_an_http_client(python):
    code = """
import pkgutil, importlib, replicate_api
for module in pkgutil.walk_packages(replicate_api.__path__, "replicate_api."):
    importlib.import_module(module.name)
"""
    assert loaded(python, code, "httpx") == []
    assert loaded(python, code, "asyncio") == []


def test_all_operations_cost_nothing_until_one_is_used(python):
    code = "from replicate_api.api import Api; api = Api(None, None)"
    assert loaded(python, code) == ["replicate_api", "replicate_api.api"]
    assert loaded(python, code + "; api.files") == [
        "replicate_api",
        "replicate_api.api",
        "replicate_api.api.files",
    ]


def test_the_server_costs_nothing(python):
    assert loaded(python, "import replicate_api; replicate_api.SERVER_URL") == ["replicate_api"]
    assert loaded(python, "import replicate_api.models") == [
        "replicate_api",
        "replicate_api.models",
    ]
