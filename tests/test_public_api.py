"""What can be imported from where, as in 1.0.7, and what importing costs."""

from __future__ import annotations

import importlib
import inspect
import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

import replicate

ROOT = Path(__file__).parent.parent

NAMESPACES = (
    "accounts",
    "collections",
    "deployments",
    "files",
    "hardware",
    "models",
    "predictions",
    "trainings",
    "webhooks",
)
SUBMODULES = (
    "__about__",
    "account",
    "batch",
    "client",
    "collection",
    "deployment",
    "exceptions",
    "file",
    "helpers",
    "identifier",
    "model",
    "pagination",
    "prediction",
    "resource",
    "schema",
    "training",
    "version",
    "webhook",
)
PATHS = {
    "client": "Client RetryTransport _get_api_token_from_environment",
    "exceptions": "ReplicateException ReplicateError ModelError",
    "helpers": "FileOutput base64_encode_file encode_json async_encode_json transform_output",
    "identifier": "ModelVersionIdentifier _resolve",
    "model": "Model Models ModelsPredictions Page",
    "prediction": "Prediction Predictions CreatePredictionRequestParams",
    "version": "Version Versions",
    "training": "Training Trainings",
    "deployment": "Deployment Deployments DeploymentPredictions DeploymentsPredictions",
    "collection": "Collection Collections",
    "hardware": "Hardware HardwareNamespace",
    "account": "Account Accounts",
    "file": "File Files FileEncodingStrategy",
    "stream": "ServerSentEvent EventSource stream async_stream",
    "batch": "AsyncBatch Batch",
    "run": "run async_run",
    "pagination": "Page paginate async_paginate",
    "resource": "Resource Namespace",
    "schema": "make_schema_backwards_compatible version_has_no_array_type",
    "webhook": "Webhooks WebhookSigningSecret WebhookValidationError MissingWebhookHeaderError "
    "InvalidSecretKeyError MissingWebhookBodyError InvalidTimestampError InvalidSignatureError",
    "__about__": "__version__",
}


def python(code, *arguments):
    """Run code in a process of its own and return what it prints, read as JSON."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *arguments],
        env={"PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "generated")))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


LOADED = "import json, sys; print(json.dumps([name for name in sys.modules]))"


@pytest.mark.parametrize("module", PATHS)
def test_paths_of_1x_can_be_imported(module):
    found = importlib.import_module(f"replicate.{module}")
    for name in PATHS[module].split():
        assert getattr(found, name).__class__, name


@pytest.mark.parametrize("module", PATHS)
def test_a_module_can_be_the_first_import_of_a_program(module):
    names = PATHS[module].replace(" ", ", ")
    python(f"from replicate.{module} import {names}; print('null')")


def test_attributes_of_the_package():
    for name in NAMESPACES:
        assert getattr(replicate, name)._client is replicate.default_client, name
    for name in SUBMODULES:
        assert inspect.ismodule(getattr(replicate, name)), name
    for name in ("run", "async_run", "stream", "async_stream", "use", "map", "async_map"):
        assert getattr(replicate, name) == getattr(replicate.default_client, name)
    assert isinstance(replicate.default_client, replicate.Client)
    assert replicate.paginate is replicate.pagination.paginate
    assert replicate.async_paginate is replicate.pagination.async_paginate
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = replicate.nothing


@pytest.mark.parametrize(
    "first",
    [
        "from replicate.run import run, async_run",
        "from replicate.stream import ServerSentEvent, EventSource, stream",
        "from replicate.hardware import Hardware, HardwareNamespace",
        "import replicate.run, replicate.stream, replicate.hardware",
        "import replicate; replicate.hardware; import replicate.hardware",
        "from replicate import run, stream, hardware",
        "from replicate.use import Function, use",
    ],
)
def test_names_that_are_submodules_too_stay_what_they_are(first):
    code = (
        f"{first}\n"
        "import replicate, sys, json, types\n"
        "from replicate.run import run\n"
        "from replicate.stream import stream\n"
        "import replicate.run as method\n"
        "print(json.dumps([\n"
        "    replicate.run == replicate.default_client.run == method,\n"
        "    replicate.stream == replicate.default_client.stream,\n"
        "    replicate.use == replicate.default_client.use,\n"
        "    callable(replicate.hardware.list),\n"
        "    isinstance(run, types.FunctionType) and isinstance(stream, types.FunctionType),\n"
        "    isinstance(sys.modules['replicate.run'], types.ModuleType),\n"
        "]))"
    )
    assert python(code) == [True] * 6


def test_the_package_can_be_pickled():
    """As engines do with the functions that use it."""
    assert pickle.loads(pickle.dumps(replicate)) is replicate
    assert pickle.loads(pickle.dumps(replicate.map)) == replicate.map


def test_a_file_is_pickled_with_its_module_loaded():
    """So that it is pickled by its class's name, also by what would pickle the class itself."""
    assert python(
        "import json, pickle, sys\n"
        "from replicate._files.output import FileOutput\n"
        "before = 'replicate.helpers' in sys.modules\n"
        "pickle.dumps(FileOutput('https://example.com'), 0)\n"
        "file = FileOutput('https://example.com').__reduce__()\n"
        "print(json.dumps([before, 'replicate.helpers' in sys.modules]))"
    ) == [False, True]


def test_import_star_brings_what_all_says():
    assert list(replicate.__all__) == sorted(replicate.__all__)
    code = (
        "from replicate import *\nimport json, replicate\n"
        "print(json.dumps([name for name in replicate.__all__ if name not in globals()]))"
    )
    assert python(code) == []
    assert set(replicate.__all__) | set(SUBMODULES) <= set(dir(replicate))


@pytest.mark.parametrize("module", [*PATHS, "sandbox"])
def test_all_of_every_module_is_sorted_and_there(module):
    module = importlib.import_module(f"replicate.{module}")
    names = getattr(module, "__all__", ())
    assert list(names) == sorted(names)
    for name in names:
        assert hasattr(module, name), name


@pytest.mark.parametrize("name", NAMESPACES)
def test_a_client_has_every_namespace(name):
    client = replicate.Client(api_token="x")
    assert type(getattr(client, name)) is type(getattr(replicate, name))
    assert getattr(client, name)._client is client


def test_typed_dicts_are_where_1x_had_them():
    from replicate import deployment, file, model, prediction, training

    assert prediction.Predictions.CreatePredictionParams.__annotations__.keys() >= {
        "webhook",
        "webhook_completed",
        "webhook_events_filter",
        "stream",
        "wait",
        "file_encoding_strategy",
    }
    assert model.Models.CreateModelParams.__annotations__.keys() >= {
        "hardware",
        "visibility",
        "description",
        "github_url",
        "paper_url",
        "license_url",
        "cover_image_url",
    }
    changes = {"version", "hardware", "min_instances", "max_instances"}
    params = deployment.Deployments.CreateDeploymentParams.__annotations__
    assert params.keys() >= {*changes, "name", "model"}
    assert deployment.Deployments.UpdateDeploymentParams.__annotations__.keys() >= changes
    assert training.Trainings.CreateTrainingParams.__annotations__.keys() >= {
        "destination",
        "webhook",
        "webhook_completed",
        "webhook_events_filter",
        "file_encoding_strategy",
    }
    assert file.Files.CreateFileParams.__annotations__.keys() >= {
        "filename",
        "content_type",
        "metadata",
    }
    assert model.Models.model is model.Model


# What importing loads.


def test_import_loads_nothing_heavy():
    loaded = python(f"import replicate; {LOADED}")
    for name in ("httpx", "attr", "attrs", "numpy", "asyncio", "anyio", "dataclasses", "cog"):
        assert name not in loaded, name
    for name in ("_names", "_suggestions", "_arguments", "_manners"):
        assert f"replicate.{name}" not in loaded, name
    generated = {name for name in loaded if name.startswith("replicate_api.")}
    assert generated <= {"replicate_api.api", "replicate_api.types"}


def test_creating_a_client_loads_nothing_heavy():
    loaded = python(f"import replicate; replicate.Client('x', base_url='http://x'); {LOADED}")
    assert "httpx" not in loaded
    assert "asyncio" not in loaded


def test_a_call_loads_what_it_needs_and_no_more(server):
    server.on("GET", "/v1/account", {"type": "user", "username": "me"})
    code = (
        "import replicate, sys\n"
        "with replicate.Client('x', base_url=sys.argv[1]) as client:\n"
        "    client.accounts.current()\n"
    )
    loaded = python(code + LOADED, server.url)
    models = {name for name in loaded if name.startswith("replicate_api.models.")}
    operations = {name for name in loaded if name.startswith("replicate_api.api.")}
    assert models <= {"replicate_api.models.account", "replicate_api.models.account_type"}
    assert operations == {"replicate_api.api.account", "replicate_api.api.account.get"}
    assert "numpy" not in loaded
    for name in ("prediction", "training", "deployment", "model", "webhook", "helpers", "_names"):
        assert f"replicate.{name}" not in loaded, name
