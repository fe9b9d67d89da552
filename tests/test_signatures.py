"""The signatures of 1.0.7, by name, kind and default, and the agreement of the twins.

`V1` was written from the inventory of 1.0.7. Where ours is wider, `WIDER` says how, and the
test proves that each call of 1.0.7 is still one of ours.
"""

from __future__ import annotations

import importlib
import inspect
import re
import sys
from typing import Generic

import pytest

import replicate

CREATE = "(*args, model=None, version=None, deployment=None, input=None, **params)"
CURSOR = "(cursor=...)"
LISTING = "(cursor=..., **params)"
RUN = "(client, ref, input=None, *, use_file_output=True, **params)"
ENCODE = "(obj, client, file_encoding_strategy=None)"

V1 = {
    "client.Client": "(api_token=None, *, base_url=None, timeout=None, **kwargs)",
    "client.Client.run": "(ref, input=None, *, use_file_output=True, **params)",
    "client.Client.async_run": "(ref, input=None, *, use_file_output=True, **params)",
    "client.Client.stream": "(ref, *, input=None, use_file_output=True, **params)",
    "client.Client.async_stream": "(ref, input=None, *, use_file_output=True, **params)",
    "client.Client._request": "(method, path, **kwargs)",
    "client.Client._async_request": "(method, path, **kwargs)",
    "client.RetryTransport": "(wrapped_transport, *, max_attempts=10, max_backoff_wait=60,"
    " backoff_factor=0.1, jitter_ratio=0.1, retryable_methods=None, retry_status_codes=None)",
    "client.RetryTransport.handle_request": "(request)",
    "client.RetryTransport.handle_async_request": "(request)",
    "client.RetryTransport.close": "()",
    "client.RetryTransport.aclose": "()",
    "client.RetryTransport._calculate_sleep": "(attempts_made, headers)",
    "client._get_api_token_from_environment": "()",
    "run.run": RUN,
    "run.async_run": RUN,
    "stream.stream": RUN,
    "stream.async_stream": RUN,
    "stream.EventSource": "(client, response, *, use_file_output=True)",
    "stream.EventSource.Decoder.decode": "(line)",
    "pagination.paginate": "(list_method)",
    "pagination.async_paginate": "(list_method)",
    "helpers.encode_json": ENCODE,
    "helpers.async_encode_json": ENCODE,
    "helpers.base64_encode_file": "(file)",
    "helpers.transform_output": "(value, client)",
    "helpers.FileOutput": "(url, client)",
    "helpers.FileOutput.read": "()",
    "helpers.FileOutput.aread": "()",
    "helpers.FileOutput.close": "()",
    "helpers.FileOutput.aclose": "()",
    "identifier.ModelVersionIdentifier": "(owner, name, version=None)",
    "identifier.ModelVersionIdentifier.parse": "(ref)",
    "schema.version_has_no_array_type": "(cog_version)",
    "schema.make_schema_backwards_compatible": "(schema, cog_version)",
    "exceptions.ReplicateError": "(type=None, title=None, status=None, detail=None, instance=None)",
    "exceptions.ReplicateError.from_response": "(response)",
    "exceptions.ReplicateError.to_dict": "()",
    "exceptions.ModelError": "(prediction)",
    "resource.Namespace": "(client)",
    "account.Accounts.current": "()",
    "hardware.HardwareNamespace.list": "()",
    "collection.Collections.list": CURSOR,
    "collection.Collections.get": "(slug)",
    "model.Models.list": CURSOR,
    "model.Models.search": "(query)",
    "model.Models.get": "(*args, **kwargs)",
    "model.Models.delete": "(*args, **kwargs)",
    "model.Models.create": "(owner, name, **params)",
    "model.ModelsPredictions.create": "(model, input, **params)",
    "model.Model.predict": "(*args, **kwargs)",
    "model.Model.reload": "()",
    "version.Versions": "(client, model)",
    "version.Versions.get": "(id)",
    "version.Versions.list": "()",
    "version.Versions.delete": "(id)",
    "prediction.Predictions.list": CURSOR,
    "prediction.Predictions.get": "(id)",
    "prediction.Predictions.cancel": "(id)",
    "prediction.Predictions.create": CREATE,
    "prediction.Prediction.wait": "()",
    "prediction.Prediction.reload": "()",
    "prediction.Prediction.cancel": "()",
    "prediction.Prediction.stream": "(use_file_output=None)",
    "prediction.Prediction.output_iterator": "()",
    "prediction.Prediction.Progress": "(percentage, current, total)",
    "prediction.Prediction.Progress.parse": "(logs)",
    "deployment.Deployments.list": CURSOR,
    "deployment.Deployments.get": "(name)",
    "deployment.Deployments.create": "(**params)",
    "deployment.Deployments.update": "(deployment_owner, deployment_name, **params)",
    "deployment.Deployments.delete": "(deployment_owner, deployment_name)",
    "deployment.DeploymentsPredictions.create": "(deployment, input, **params)",
    "deployment.DeploymentPredictions": "(client, deployment)",
    "deployment.DeploymentPredictions.create": "(input, **params)",
    "training.Trainings.list": CURSOR,
    "training.Trainings.get": "(id)",
    "training.Trainings.cancel": "(id)",
    "training.Trainings.create": "(*args, model=None, version=None, input=None, **params)",
    "training.Training.cancel": "()",
    "training.Training.reload": "()",
    "file.Files.create": "(file, **params)",
    "file.Files.get": "(file_id)",
    "file.Files.list": "()",
    "file.Files.delete": "(file_id)",
    "webhook.Webhooks.Default.secret": "()",
    "webhook.Webhooks.validate": "(request=None, headers=None, body=None, secret=None,"
    " tolerance=None)",
}

# What the TypedDicts behind `**params` of 1.0.7 had is spelled out; the rest of it is `**more`.
HOOKS = "file_encoding_strategy=None, webhook=None, webhook_events_filter=None, **more)"
# `ref` can be missing, so that `run(model=...)` is told what was meant.
RUNNING = f"(ref=..., input=None, *, use_file_output=True, wait=True, timeout=None, {HOOKS}"
OWN = "download_to=None, on_update=None, progress=False"
STREAMING = RUNNING.replace("wait=True", "wait=None")
RUNNING = RUNNING.replace("wait=True", f"{OWN}, wait=True")
RELEASE = "version=None, hardware=None, min_instances=None, max_instances=None, **more)"

WIDER = {
    "client.Client": "(api_token=None, *, base_url=None, timeout=None, headers=None,"
    " max_retries=5, **httpx_options)",
    "client.Client.run": RUNNING,
    "client.Client.async_run": RUNNING,
    "run.run": RUN.replace("**", f"{OWN}, **"),
    "run.async_run": RUN.replace("**", f"{OWN}, **"),
    # `stream` takes its input by position too, as `async_stream` always did (L8).
    "client.Client.stream": STREAMING,
    "client.Client.async_stream": STREAMING,
    "prediction.Predictions.create": "(version=None, input=None, *, model=None, deployment=None,"
    f" wait=None, {HOOKS}",
    "model.ModelsPredictions.create": f"(model, input, *, wait=None, {HOOKS}",
    "deployment.DeploymentsPredictions.create": f"(deployment, input, *, wait=None, {HOOKS}",
    "deployment.DeploymentPredictions.create": f"(input, *, wait=None, {HOOKS}",
    "model.Models.create": "(owner, name, *, visibility, hardware, description=None,"
    " github_url=None, paper_url=None, license_url=None, cover_image_url=None, **more)",
    "deployment.Deployments.create": "(*, name, model, " + RELEASE.replace("=None", ""),
    "deployment.Deployments.update": f"(deployment_owner, deployment_name, *, {RELEASE}",
    "training.Trainings.create": "(*args, version=None, input=None, destination=None, model=None,"
    " webhook=None, webhook_events_filter=None, file_encoding_strategy=None, **more)",
    "file.Files.create": "(file, *, filename=None, content_type=None, metadata=None, **more)",
    # Errors can be made from whatever there is.
    "exceptions.ModelError": "(prediction=None)",
    # The schema may decide what is a file (H14).
    "helpers.transform_output": "(value, client, *, openapi_schema=None, into=FileOutput)",
    # A file can be read without a client of one's own.
    "helpers.FileOutput": "(url, client=None)",
    # The answer itself is kept (M4).
    "exceptions.ReplicateError": "(type=None, title=None, status=None, detail=None,"
    " instance=None, *, response=None, body=None, **members)",
    # Every list can be paginated (M7), and takes what the API's list takes.
    "version.Versions.list": LISTING,
    "file.Files.list": LISTING,
    "prediction.Predictions.list": LISTING,
    "training.Trainings.list": LISTING,
    "model.Models.list": LISTING,
    "model.Models.search": "(query, **params)",
    "deployment.Deployments.list": LISTING,
    "collection.Collections.list": LISTING,
    "hardware.HardwareNamespace.list": "(**params)",
    # Waiting can end (L6).
    "prediction.Prediction.wait": "(timeout=None, *, on_update=None, progress=False)",
    # Replay protection by default (S5), the one default that differs on purpose.
    "webhook.Webhooks.validate": "(request=None, headers=None, body=None, secret=None,"
    " tolerance=300)",
}
STRICTER_DEFAULTS = {("webhook.Webhooks.validate", "tolerance")}
REQUIRED = {"name", "model", "version", "hardware", "min_instances", "max_instances", "visibility"}
"""What `create` could not do without in 1.0.7 either."""

NO_TWIN_IN_V1 = {
    "client.RetryTransport",
    "client._get_api_token_from_environment",
    "exceptions",
    "helpers.base64_encode_file",
    "helpers.transform_output",
    "helpers.FileOutput.read",  # aread, as httpx calls it
    "helpers.FileOutput.aread",
    "helpers.FileOutput.close",
    "helpers.FileOutput.aclose",
    "identifier",
    "model.Model.predict",  # only says that it is gone
    "prediction.Prediction.Progress.parse",
    "schema",
    "stream.EventSource",
    "webhook.Webhooks.validate",
}


def find(name):
    module, *path = name.split(".")
    found = importlib.import_module(f"replicate.{module}")
    for part in path:
        found = getattr(found, part)
    return found


def signature(name):
    """Return the parameters of a public name as its callers see them."""
    found = find(name)
    if sys.version_info < (3, 9) and inspect.isclass(found) and issubclass(found, Generic):
        found = found.__init__  # Python 3.8 sees the `__new__` of Generic
    parameters = list(inspect.signature(found).parameters.values())
    if inspect.isfunction(found) and parameters and parameters[0].name == "self":
        del parameters[0]
    return [parameter.replace(annotation=parameter.empty) for parameter in parameters]


def text(parameters):
    shown = str(inspect.Signature(parameters)).replace("Ellipsis", "...")
    return re.sub(r"<class '[\w.]+\.(\w+)'>", r"\1", shown)


@pytest.mark.parametrize("name", V1)
def test_signature(name):
    assert text(signature(name)) == WIDER.get(name, V1[name])


@pytest.mark.parametrize("name", WIDER)
def test_each_call_of_1x_fits_a_wider_signature(name):
    ours = {parameter.name: parameter for parameter in signature(name)}
    theirs = inspect.signature(
        eval(f"lambda {V1[name][1:-1]}: None")  # the table is code as well as text
    ).parameters
    positional = [p for p in theirs.values() if p.kind is p.POSITIONAL_OR_KEYWORD]
    assert [p.name for p in positional] == list(ours)[: len(positional)]
    spread = [p for p in ours.values() if p.kind is p.VAR_KEYWORD]
    for parameter in theirs.values():
        if parameter.kind is parameter.VAR_KEYWORD:
            assert spread
            continue
        if parameter.kind is parameter.VAR_POSITIONAL and parameter.name not in ours:
            assert list(ours)[:2] == ["version", "input"]  # what it stood for
            continue
        mine = ours.pop(parameter.name)
        if mine.kind is not parameter.kind:
            assert parameter.kind is parameter.KEYWORD_ONLY
            assert mine.kind is mine.POSITIONAL_OR_KEYWORD
        if parameter.default is not parameter.empty and mine.default != parameter.default:
            assert (name, parameter.name) in STRICTER_DEFAULTS
    for added in ours.values():
        is_optional = added.default is not added.empty or added.kind is added.VAR_KEYWORD
        assert is_optional or added.name in REQUIRED, added


def twins():
    """Return each public blocking callable that does I/O, by name."""
    return [
        name
        for name in V1
        if name.rpartition(".")[2][0] in "abcdefghijklmnopqrstuvwxyz_"
        and "async_" not in name
        and not any(name == known or name.startswith(f"{known}.") for known in NO_TWIN_IN_V1)
    ]


def test_the_twins_are_found():
    assert len(twins()) == 48


@pytest.mark.parametrize("name", twins())
def test_every_call_has_a_twin_of_the_same_signature_and_text(name):
    owner, _, method = name.rpartition(".")
    twin = f"{owner}._async{method}" if method[0] == "_" else f"{owner}.async_{method}"
    assert text(signature(twin)) == text(signature(name))
    assert find(twin).__annotations__.keys() == find(name).__annotations__.keys()
    if name != "pagination.paginate":  # which take different things
        assert inspect.getdoc(find(twin)) == inspect.getdoc(find(name))


@pytest.mark.parametrize(
    "name", [name for name in WIDER if re.search("create|Client.*run|stream", name)]
)
def test_every_parameter_is_explained_by_its_name(name):
    text = inspect.getdoc(find(name))
    for parameter in signature(name):
        assert re.search(rf"^ +{parameter.name}: ", text, re.MULTILINE), parameter.name


def test_the_package_lists_public_names_only():
    names = dir(replicate)
    assert [name for name in names if name.startswith("_")] == ["__about__", "__version__"]
    for name in names:
        assert name in replicate.__all__ or inspect.ismodule(getattr(replicate, name)), name


def public_classes():
    names = sorted({name.partition(".")[0] for name in V1})
    modules = [importlib.import_module(f"replicate.{name}") for name in names]
    classes = {
        found
        for module in modules
        for _, found in inspect.getmembers(module, inspect.isclass)
        if found.__module__.startswith("replicate.") and not found.__name__.startswith("_")
    }
    nested = {
        found
        for outer in classes
        for _, found in inspect.getmembers(outer, inspect.isclass)
        if found.__module__.startswith("replicate.")
    }
    return sorted(classes | nested, key=lambda found: found.__qualname__)


@pytest.mark.parametrize("found", public_classes(), ids=lambda found: found.__qualname__)
def test_async_methods_are_twins_of_blocking_ones(found):
    """Also for what 1.0.7 did not have: an `async_x` has an `x`, alike but for the kind."""
    for name in dir(found):
        if not name.startswith("async_"):
            continue
        twin, method = getattr(found, name), getattr(found, name[len("async_") :])
        # Annotations that are text are compared as text, return types apart.
        ours, theirs = inspect.signature(twin), inspect.signature(method)
        if name == "async_map":  # which takes asynchronous inputs too
            inputs = ours.parameters["inputs"].replace(annotation="")
            assert theirs.parameters["inputs"].replace(annotation="") == inputs
            theirs = theirs.replace(parameters=ours.parameters.values())
        assert list(ours.parameters.values()) == list(theirs.parameters.values()), name
        assert inspect.getdoc(twin) == inspect.getdoc(method), name
        assert not inspect.iscoroutinefunction(method), name


@pytest.mark.parametrize("found", public_classes(), ids=lambda found: found.__qualname__)
def test_no_blocking_call_is_without_a_twin(found):
    """A method that runs a coroutine by `block` is nothing without the coroutine's method."""
    for name, method in vars(found).items():
        if not inspect.isfunction(method) or name.startswith(("_", "async_")):
            continue
        if "block" in method.__code__.co_names and name not in {"close", "read"}:
            assert hasattr(found, f"async_{name}"), name


def test_members_that_are_no_calls():
    client = replicate.Client("x")
    assert client.poll_interval == 0.5
    client.poll_interval = 1.5
    assert client.poll_interval == 1.5
    transport = replicate.client.RetryTransport
    assert frozenset({"HEAD", "GET", "PUT", "DELETE", "OPTIONS", "TRACE"}) == (
        transport.RETRYABLE_METHODS
    )
    assert frozenset({429, 503, 504}) == transport.RETRYABLE_STATUS_CODES
    assert transport.MAX_BACKOFF_WAIT == 60
    decoder = importlib.import_module("replicate.stream").EventSource.Decoder()
    assert [decoder.event, decoder.last_event_id, decoder.retry] == ["", None, None]
    kinds = importlib.import_module("replicate.stream").ServerSentEvent.EventType
    assert {kind.name: kind.value for kind in kinds} == {
        "OUTPUT": "output",
        "LOGS": "logs",
        "ERROR": "error",
        "DONE": "done",
    }
