"""Names: all that 1.0.7's modules had, and what a name that nobody has may have meant."""

from __future__ import annotations

import asyncio
import importlib
import traceback

import pytest

import replicate
from replicate import _names
from replicate.account import Account
from replicate.model import Model
from replicate.pagination import Page
from replicate.prediction import Prediction
from tests.bodies import ACCOUNT, MODEL, prediction, version

# What `vars()` of 1.0.7's modules has that is its own, or comes from another of its modules.
PUBLIC = {
    "account": "Account Accounts Namespace Resource",
    "client": (
        "Accounts Client Collections Deployments Files Hardware Models Predictions "
        "ReplicateError RetryTransport Trainings Webhooks async_run async_stream run stream"
    ),
    "collection": "Collection Collections Model Namespace Page Resource",
    "deployment": (
        "Account Deployment DeploymentPredictions Deployments DeploymentsPredictions Namespace "
        "Page Prediction Resource async_encode_json encode_json"
    ),
    "exceptions": "ModelError ReplicateError ReplicateException",
    "file": "File FileEncodingStrategy Files Namespace Resource",
    "hardware": "Hardware HardwareNamespace Namespace Resource",
    "helpers": (
        "FileOutput HAS_NUMPY async_encode_json base64_encode_file encode_json transform_output"
    ),
    "identifier": "ModelVersionIdentifier",
    "model": (
        "Model ModelVersionIdentifier Models ModelsPredictions Namespace Page Prediction "
        "ReplicateException Resource Version Versions async_encode_json encode_json"
    ),
    "pagination": "Page Resource T async_paginate paginate",
    "prediction": (
        "CreatePredictionRequestParams EventSource FileEncodingStrategy ModelError Namespace "
        "Page Prediction Predictions ReplicateError Resource Version async_encode_json "
        "encode_json"
    ),
    "resource": "Namespace Resource",
    "run": (
        "Model ModelError Version Versions async_run identifier "
        "make_schema_backwards_compatible run transform_output"
    ),
    "schema": "make_schema_backwards_compatible version_has_no_array_type",
    "stream": (
        "EventSource ReplicateError ServerSentEvent async_stream identifier stream transform_output"
    ),
    "training": (
        "Model ModelVersionIdentifier Namespace Page Resource Training Trainings Version "
        "async_encode_json encode_json"
    ),
    "version": "Namespace Page Resource Version Versions",
    "webhook": (
        "InvalidSecretKeyError InvalidSignatureError InvalidTimestampError "
        "MissingWebhookBodyError MissingWebhookHeaderError Namespace Resource "
        "WebhookSigningSecret WebhookValidationError Webhooks"
    ),
}
PRIVATE = {
    "replicate": "_async_paginate _paginate",
    "client": "_get_api_token_from_environment",
    "identifier": "_resolve",
    "run": "_has_output_iterator_array_type",
    "account": "_json_to_account",
    "prediction": "_json_to_prediction",
    "deployment": "_json_to_deployment _json_to_prediction",
    "training": "_json_to_training",
}


def module(name):
    return importlib.import_module(name if name == "replicate" else f"replicate.{name}")


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_of_1x_can_be_imported_from_where_it_was(name):
    for each in PUBLIC[name].split():
        found = getattr(module(name), each)
        assert found is getattr(module(name), each), each
        if hasattr(found, "__module__") and each not in ("T", "FileEncodingStrategy"):
            assert found.__module__.startswith(("replicate.", "replicate_api.")), each


@pytest.mark.parametrize("name", PRIVATE)
def test_private_names_that_programs_use_can_be_imported(name):
    for each in PRIVATE[name].split():
        assert callable(getattr(module(name), each)), each


ENTRIES = [(entry, name) for entry in _names.TABLE for name in entry.modules.split()]


@pytest.mark.parametrize(("entry", "had"), ENTRIES, ids=lambda value: getattr(value, "name", value))
def test_every_name_of_the_table_leads_home(entry, had):
    home, _, name = entry.home.partition(":")
    expected = getattr(module(home), name) if name else module(home)
    assert getattr(module(had), entry.name) is expected
    assert entry.reason
    known = (PUBLIC.get(had, ""), PRIVATE.get(had, ""))
    assert entry.name in " ".join(known).split() or entry.name.startswith("_json_to_")


def test_the_table_is_sorted_and_has_each_name_once():
    keys = [(entry.name, had) for entry, had in ENTRIES]
    assert len(keys) == len(set(keys))
    assert [name for name, _ in keys] == sorted(name for name, _ in keys)


def test_names_of_the_table_do_not_clutter_the_modules():
    from replicate.prediction import ModelError, ReplicateError

    assert ModelError is replicate.exceptions.ModelError
    assert ReplicateError is replicate.exceptions.ReplicateError
    assert {"ModelError", "ReplicateError"}.isdisjoint(dir(replicate.prediction))


def test_names_that_are_used_do_what_they_did():
    from replicate.client import Hardware, Models, ReplicateError
    from replicate.hardware import HardwareNamespace
    from replicate.prediction import ModelError, _json_to_prediction
    from replicate.run import _has_output_iterator_array_type, make_schema_backwards_compatible

    assert Hardware is HardwareNamespace
    assert Models is type(replicate.models)
    assert (ReplicateError, ModelError) == (
        replicate.exceptions.ReplicateError,
        replicate.exceptions.ModelError,
    )
    output = {"type": "array", "items": {"type": "string"}, "x-cog-array-type": "iterator"}
    schema = {"components": {"schemas": {"Output": output}}}
    kind = type(replicate.models.model(latest_version=version()).latest_version)
    assert _has_output_iterator_array_type(kind(openapi_schema=schema, cog_version="0.9"))
    assert not _has_output_iterator_array_type(kind(openapi_schema={}, cog_version="0.9"))
    assert make_schema_backwards_compatible(schema, "0.9") == schema
    client = replicate.Client("x")
    made = _json_to_prediction(client, prediction())
    assert (type(made), made._client) == (Prediction, client)
    assert replicate.helpers.HAS_NUMPY is True


def test_settings_of_a_client_have_their_names():
    client = replicate.Client("r8_secret", base_url="https://example.com")
    assert (client._api_token, client._base_url) == ("r8_secret", "https://example.com")
    client._api_token = "r8_other"
    assert client.api_token == "r8_other"


def authorization(server):
    return server.last.header("authorization")


def test_the_header_of_the_token_can_be_read_and_set(call, server):
    """As scripts of 1.x do, before the first request and after it."""
    server.on("GET", "/v1/account", {"type": "user", "username": "me"})
    with replicate.Client("r8_first", base_url=server.url) as client:
        assert client._client.headers["Authorization"] == "Bearer r8_first"
        call(client.accounts.current)
        assert authorization(server) == "Bearer r8_first"
        client.api_token = "r8_second"
        call(client.accounts.current)
        assert authorization(server) == "Bearer r8_second"
        assert client._client.headers["Authorization"] == "Bearer r8_second"
        if not call.is_async:
            client._client.headers["Authorization"] = "Bearer r8_third"
            client.accounts.current()
            assert authorization(server) == "Bearer r8_third"
            assert client._client.headers["Authorization"] == "Bearer r8_third"


def test_a_header_can_stand_in_for_the_token(server, monkeypatch):
    monkeypatch.delenv("REPLICATE_API_TOKEN", raising=False)
    server.on("GET", "/v1/account", {"type": "user", "username": "me"})
    with replicate.Client(base_url=server.url) as client:
        with pytest.raises(replicate.exceptions.AuthenticationError):
            client.accounts.current()
        client._client.headers["Authorization"] = "Bearer r8_mine"
        assert client.accounts.current().username == "me"
        assert authorization(server) == "Bearer r8_mine"

    async def main():
        async with replicate.Client("r8_other", base_url=server.url) as client:
            assert client._async_client.headers["Authorization"] == "Bearer r8_other"
            client._async_client.headers["Authorization"] = "Bearer r8_mine"
            await client.accounts.async_current()
            assert authorization(server) == "Bearer r8_mine"

    asyncio.run(main())


# Names that do not exist.


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("runn", "did you mean 'run'?"),
        ("Run", "did you mean 'replicate.use.Run'?"),
        ("RUN", "did you mean 'run'?"),
        ("predictons", "did you mean 'predictions'?"),
        ("async_runs", "did you mean 'async_run'?"),
        ("predict", "to run a model, call replicate.run(ref, input={...})"),
        ("generate", "to run a model, call replicate.run(ref, input={...})"),
        ("Prediction", "did you mean 'replicate.prediction.Prediction'?"),
        ("ServerSentEvent", "did you mean 'replicate.stream.ServerSentEvent'?"),
        ("Replicat", "did you mean 'Replicate'?"),
    ],
)
def test_the_package_says_what_was_meant(name, hint):
    assert told(replicate, name) == f"module 'replicate' has no attribute {name!r}; {hint}"


@pytest.mark.parametrize(
    ("path", "name", "hint"),
    [
        ("prediction", "Predicton", "did you mean 'Prediction'?"),
        ("prediction", "create", "did you mean 'replicate.predictions.create'?"),
        ("model", "get", "did you mean 'replicate.models.get'?"),
        ("exceptions", "ReplicateErorr", "did you mean 'ReplicateError'?"),
        ("helpers", "FileOuput", "did you mean 'FileOutput'?"),
        ("webhook", "validate", "did you mean 'replicate.webhooks.validate'?"),
    ],
)
def test_modules_say_what_was_meant(path, name, hint):
    where = f"replicate.{path}"
    assert told(module(path), name) == f"module {where!r} has no attribute {name!r}; {hint}"


@pytest.mark.parametrize(
    ("thing", "name", "hint"),
    [
        (replicate.default_client, "runn", "did you mean 'run'?"),
        (replicate.default_client, "prediction", "did you mean 'predictions'?"),
        (replicate.default_client, "predict", "to run a model, call replicate.run"),
        (replicate.predictions, "creat", "did you mean 'create'?"),
        (replicate.predictions, "run", "to run a model, call replicate.run"),
        (replicate.models, "serch", "did you mean 'search'?"),
        (replicate.webhooks.default, "secrets", "did you mean 'secret'?"),
        (Prediction(**prediction()), "ouput", "did you mean 'output'?"),
        (Prediction(**prediction()), "Status", "did you mean 'status'?"),
        (Model(**MODEL), "run", "to run a model, call replicate.run"),
        (Model(**MODEL), "latest_versions", "did you mean 'latest_version'?"),
        (Page(results=[Account(**ACCOUNT)]), "result", "did you mean 'results'?"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_objects_say_what_was_meant(thing, name, hint):
    expected = f"{type(thing).__name__!r} object has no attribute {name!r}; {hint}"
    assert told(thing, name).startswith(expected)


def told(thing, name):
    assert not hasattr(thing, name)
    with pytest.raises(AttributeError) as caught:
        getattr(thing, name)
    assert type(caught.value) is AttributeError
    # Newer Pythons add what they think was meant to the traceback: once is enough.
    shown = "".join(traceback.format_exception_only(AttributeError, caught.value))
    assert shown.lower().count("did you mean") == str(caught.value).count("did you mean")
    return str(caught.value)


@pytest.mark.parametrize(
    "thing", [replicate, replicate.prediction, replicate.default_client, replicate.models]
)
def test_what_is_like_nothing_is_only_missing(thing):
    for name in ("zzzzqqq", "_zzzz", "__zzzz__"):
        assert told(thing, name).endswith(f"has no attribute {name!r}")


def test_a_missing_name_is_an_import_error_where_it_is_imported():
    with pytest.raises(ImportError, match="cannot import name 'Modle'"):
        from replicate.model import Modle  # noqa: F401
