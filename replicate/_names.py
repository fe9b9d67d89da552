"""The names of 1.0.7, and of the 2.x beta, that have their home in another module here.

Whatever a module of 1.0.7 had imported could be imported from it, and other people's programs do.
A module that does not have a name asks `lookup` for it.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any, Callable, NamedTuple, Tuple

from . import exceptions


class Name(NamedTuple):
    """A name that a module of 1.0.7 had, and whose home is another one."""

    module: str
    name: str
    home: str
    """`module`, or `module:name`."""

    reason: str
    """Why 1.0.7 had it, or who uses it."""


GIVES = "the client imported the namespaces that it gives out"
BASE = "the base class of what the module has"
CALLS = "the module called it"
ENCODES = "the module encoded inputs with it"
RETURNS = "what the module's methods return"
HOLDS = "what a field of the module's class holds"
SEEN = "public programs are seen to use it"
STORED = "programs make resources from stored answers with it"

ITERATOR = "_has_output_iterator_array_type"

TABLE: Tuple[Name, ...] = (
    Name("account", "Namespace", "resource:Namespace", BASE),
    Name("account", "Resource", "resource:Resource", BASE),
    Name("account", "_json_to_account", "_names:_json_to_account", STORED),
    Name("client", "Accounts", "account:Accounts", GIVES),
    Name("client", "Collections", "collection:Collections", GIVES),
    Name("client", "Deployments", "deployment:Deployments", GIVES),
    Name("client", "Files", "file:Files", GIVES),
    Name("client", "Hardware", "hardware:HardwareNamespace", "the same, under this name"),
    Name("client", "Models", "model:Models", GIVES),
    Name("client", "Predictions", "prediction:Predictions", GIVES),
    Name("client", "ReplicateError", "exceptions:ReplicateError", "the client raised it"),
    Name("client", "RetryTransport", "_http.retry_transport:RetryTransport", "its own, before"),
    Name("client", "Trainings", "training:Trainings", GIVES),
    Name("client", "Webhooks", "webhook:Webhooks", GIVES),
    Name("client", "async_run", "run:async_run", CALLS),
    Name("client", "async_stream", "stream:async_stream", CALLS),
    Name("client", "run", "run:run", CALLS),
    Name("client", "stream", "stream:stream", CALLS),
    Name("collection", "Model", "model:Model", HOLDS),
    Name("collection", "Namespace", "resource:Namespace", BASE),
    Name("collection", "Page", "pagination:Page", RETURNS),
    Name("collection", "Resource", "resource:Resource", BASE),
    Name("collection", "_json_to_collection", "_names:_json_to_collection", STORED),
    Name("deployment", "Account", "account:Account", HOLDS),
    Name("deployment", "Namespace", "resource:Namespace", BASE),
    Name("deployment", "Page", "pagination:Page", RETURNS),
    Name("deployment", "Prediction", "prediction:Prediction", RETURNS),
    Name("deployment", "Resource", "resource:Resource", BASE),
    Name("deployment", "_json_to_deployment", "_names:_json_to_deployment", STORED),
    Name("deployment", "_json_to_prediction", "_names:_json_to_prediction", STORED),
    Name("deployment", "async_encode_json", "helpers:async_encode_json", ENCODES),
    Name("deployment", "encode_json", "helpers:encode_json", ENCODES),
    Name("file", "Namespace", "resource:Namespace", BASE),
    Name("file", "Resource", "resource:Resource", BASE),
    Name("file", "_json_to_file", "_names:_json_to_file", STORED),
    Name("hardware", "Namespace", "resource:Namespace", BASE),
    Name("hardware", "Resource", "resource:Resource", BASE),
    Name("hardware", "_json_to_hardware", "_names:_json_to_hardware", STORED),
    Name("helpers", "HAS_NUMPY", "_names:HAS_NUMPY", "programs ask it whether arrays are inputs"),
    Name("model", "ModelVersionIdentifier", "identifier:ModelVersionIdentifier", CALLS),
    Name("model", "Namespace", "resource:Namespace", BASE),
    Name("model", "Page", "pagination:Page", RETURNS),
    Name("model", "Prediction", "prediction:Prediction", HOLDS),
    Name("model", "ReplicateException", "exceptions:ReplicateException", "`predict` raises it"),
    Name("model", "Resource", "resource:Resource", BASE),
    Name("model", "Version", "version:Version", HOLDS),
    Name("model", "Versions", "version:Versions", "`versions` is one"),
    Name("model", "_json_to_model", "_names:_json_to_model", STORED),
    Name("model", "_json_to_prediction", "_names:_json_to_prediction", STORED),
    Name("model", "async_encode_json", "helpers:async_encode_json", ENCODES),
    Name("model", "encode_json", "helpers:encode_json", ENCODES),
    Name("pagination", "Resource", "resource:Resource", "what a page held"),
    Name("prediction", "EventSource", "stream:EventSource", "`stream` made one"),
    Name("prediction", "FileEncodingStrategy", "file:FileEncodingStrategy", "a parameter's type"),
    Name("prediction", "ModelError", "exceptions:ModelError", "the module raised it"),
    Name("prediction", "Namespace", "resource:Namespace", BASE),
    Name("prediction", "Page", "pagination:Page", RETURNS),
    Name("prediction", "ReplicateError", "exceptions:ReplicateError", "the module raised it"),
    Name("prediction", "Resource", "resource:Resource", BASE),
    Name("prediction", "Version", "version:Version", "a parameter's type"),
    Name("prediction", "_json_to_prediction", "_names:_json_to_prediction", STORED),
    Name("prediction", "async_encode_json", "helpers:async_encode_json", ENCODES),
    Name("prediction", "encode_json", "helpers:encode_json", ENCODES),
    Name("replicate", "_async_paginate", "pagination:async_paginate", "the name it came by"),
    Name("replicate", "_paginate", "pagination:paginate", "the name it came by"),
    Name("run", "Model", "model:Model", "a parameter's type"),
    Name("run", "ModelError", "exceptions:ModelError", "the module raised it"),
    Name("run", "Version", "version:Version", "a parameter's type"),
    Name("run", "Versions", "version:Versions", CALLS),
    Name("run", ITERATOR, f"_names:{ITERATOR}", SEEN),
    Name("run", "identifier", "identifier", CALLS),
    Name(
        "run", "make_schema_backwards_compatible", "schema:make_schema_backwards_compatible", SEEN
    ),
    Name("run", "transform_output", "helpers:transform_output", CALLS),
    Name("stream", "ReplicateError", "exceptions:ReplicateError", "the module raised it"),
    Name("stream", "identifier", "identifier", CALLS),
    Name("stream", "transform_output", "helpers:transform_output", CALLS),
    Name("training", "Model", "model:Model", "a parameter's type"),
    Name("training", "ModelVersionIdentifier", "identifier:ModelVersionIdentifier", CALLS),
    Name("training", "Namespace", "resource:Namespace", BASE),
    Name("training", "Page", "pagination:Page", RETURNS),
    Name("training", "Resource", "resource:Resource", BASE),
    Name("training", "Version", "version:Version", HOLDS),
    Name("training", "_json_to_training", "_names:_json_to_training", STORED),
    Name("training", "async_encode_json", "helpers:async_encode_json", ENCODES),
    Name("training", "encode_json", "helpers:encode_json", ENCODES),
    Name("version", "Namespace", "resource:Namespace", BASE),
    Name("version", "Page", "pagination:Page", RETURNS),
    Name("version", "Resource", "resource:Resource", BASE),
    Name("version", "_json_to_version", "_names:_json_to_version", STORED),
    Name("webhook", "Namespace", "resource:Namespace", BASE),
    Name("webhook", "Resource", "resource:Resource", BASE),
)

OF_2X = {
    name: f"{home}:{name}"
    for home, names in {
        "_beta.answers": "APIResponse AsyncAPIResponse",
        "_beta.client": "AsyncReplicate Replicate",
        "_beta.files": "AsyncFileOutput",
        "_beta.names": (
            "APIError APIResponseValidationError AsyncClient AsyncStream DEFAULT_MAX_RETRIES "
            "DEFAULT_TIMEOUT DefaultAsyncHttpxClient DefaultHttpxClient NOT_GIVEN NotGiven Omit "
            "Stream Timeout Transport URLPath file_from_path get_path_url not_given omit"
        ),
        "exceptions": " ".join(exceptions.__all__),
        "helpers": "FileOutput",
        "identifier": "ModelVersionIdentifier",
        "model": "Model",
        "version": "Version",
    }.items()
    for name in names.split()
}
"""The homes of what programs of the 2.x beta import from `replicate` itself, errors included."""

_HOMES = {
    **{(entry.module, entry.name): entry.home for entry in TABLE},
    **{("replicate", name): home for name, home in OF_2X.items()},
    ("account", "get"): "_beta.module:get",
}


def lookup(module: str, name: str) -> Any:
    """Return what a module of 1.0.7 had under a name.

    Raises:
        AttributeError: It had no such name; the message says what was probably meant.
    """
    home = _HOMES.get((module.rpartition(".")[2], name))
    if home is None:
        from ._suggestions import no_such_name

        raise no_such_name(module, name)
    place, _, attribute = home.partition(":")
    found = import_module(f"replicate.{place}")
    return getattr(found, attribute) if attribute else found


HAS_NUMPY = find_spec("numpy") is not None


def _has_output_iterator_array_type(  # pyright: ignore[reportUnusedFunction] - see TABLE
    version: Any,
) -> bool:
    is_iterator: Any = import_module("replicate.schema").is_iterator

    return bool(is_iterator(version.openapi_schema, version.cog_version))


def _json_to(module: str, name: str) -> Callable[[Any, Any], Any]:
    def json_to_resource(client: Any, json: Any) -> Any:
        return getattr(import_module(f"replicate.{module}"), name)._of(json, client)

    return json_to_resource


_json_to_account = _json_to("account", "Account")
_json_to_collection = _json_to("collection", "Collection")
_json_to_deployment = _json_to("deployment", "Deployment")
_json_to_file = _json_to("file", "File")
_json_to_hardware = _json_to("hardware", "Hardware")
_json_to_model = _json_to("model", "Model")
_json_to_prediction = _json_to("prediction", "Prediction")
_json_to_training = _json_to("training", "Training")
_json_to_version = _json_to("version", "Version")
