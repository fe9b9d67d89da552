"""The names of 1.0.7, and of the 2.x beta, that have their home in another module here.

Whatever a module of 1.0.7 had imported could be imported from it, and other people's programs do.
A module that does not have a name asks `lookup` for it.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any, Callable, NamedTuple, Tuple


class Name(NamedTuple):
    """A name that modules of 1.0.7 had, and whose home is another one."""

    name: str
    home: str
    """`module`, or `module:name`."""

    modules: str
    """Those that had it, with spaces between them."""

    reason: str
    """Why they had it, or who uses it."""


GIVES = "the client imported the namespaces that it gives out"
BASE = "the base class of what the module has"
CALLS = "the module called it"
ENCODES = "the module encoded inputs with it"
RETURNS = "what the module's methods return"
HOLDS = "what a field of the module's class holds"
SEEN = "public programs are seen to use it"
STORED = "programs make resources from stored answers with it"

RESOURCES = "account collection deployment file hardware model prediction training version webhook"

TABLE: Tuple[Name, ...] = (
    Name("Account", "account:Account", "deployment", HOLDS),
    Name("Accounts", "account:Accounts", "client", GIVES),
    Name("Collections", "collection:Collections", "client", GIVES),
    Name("Deployments", "deployment:Deployments", "client", GIVES),
    Name("EventSource", "stream:EventSource", "prediction", "`stream` made one"),
    Name("FileEncodingStrategy", "file:FileEncodingStrategy", "prediction", "a parameter's type"),
    Name("Files", "file:Files", "client", GIVES),
    Name("HAS_NUMPY", "_names:HAS_NUMPY", "helpers", "programs ask it whether arrays are inputs"),
    Name("Hardware", "hardware:HardwareNamespace", "client", "the same, under this name"),
    Name("Model", "model:Model", "collection", HOLDS),
    Name("Model", "model:Model", "run training", "a parameter's type"),
    Name("ModelError", "exceptions:ModelError", "prediction run", "the module raised it"),
    Name("ModelVersionIdentifier", "identifier:ModelVersionIdentifier", "model training", CALLS),
    Name("Models", "model:Models", "client", GIVES),
    Name("Namespace", "resource:Namespace", RESOURCES, BASE),
    Name(
        "Page",
        "pagination:Page",
        "collection deployment model prediction training version",
        RETURNS,
    ),
    Name("Prediction", "prediction:Prediction", "deployment", RETURNS),
    Name("Prediction", "prediction:Prediction", "model", HOLDS),
    Name("Predictions", "prediction:Predictions", "client", GIVES),
    Name("ReplicateError", "exceptions:ReplicateError", "client", "the client raised it"),
    Name(
        "ReplicateError", "exceptions:ReplicateError", "prediction stream", "the module raised it"
    ),
    Name("ReplicateException", "exceptions:ReplicateException", "model", "`predict` raises it"),
    Name("Resource", "resource:Resource", RESOURCES, BASE),
    Name("Resource", "resource:Resource", "pagination", "what a page held"),
    Name("RetryTransport", "_http.retry_transport:RetryTransport", "client", "its own, before"),
    Name("Trainings", "training:Trainings", "client", GIVES),
    Name("Version", "version:Version", "model training", HOLDS),
    Name("Version", "version:Version", "prediction run", "a parameter's type"),
    Name("Versions", "version:Versions", "model", "`versions` is one"),
    Name("Versions", "version:Versions", "run", CALLS),
    Name("Webhooks", "webhook:Webhooks", "client", GIVES),
    Name("_async_paginate", "pagination:async_paginate", "replicate", "the name it came by"),
    Name("_has_output_iterator_array_type", "_names:_has_output_iterator_array_type", "run", SEEN),
    Name("_json_to_account", "_names:_json_to_account", "account", STORED),
    Name("_json_to_collection", "_names:_json_to_collection", "collection", STORED),
    Name("_json_to_deployment", "_names:_json_to_deployment", "deployment", STORED),
    Name("_json_to_file", "_names:_json_to_file", "file", STORED),
    Name("_json_to_hardware", "_names:_json_to_hardware", "hardware", STORED),
    Name("_json_to_model", "_names:_json_to_model", "model", STORED),
    Name(
        "_json_to_prediction", "_names:_json_to_prediction", "deployment model prediction", STORED
    ),
    Name("_json_to_training", "_names:_json_to_training", "training", STORED),
    Name("_json_to_version", "_names:_json_to_version", "version", STORED),
    Name("_paginate", "pagination:paginate", "replicate", "the name it came by"),
    Name(
        "async_encode_json",
        "helpers:async_encode_json",
        "deployment model prediction training",
        ENCODES,
    ),
    Name("async_run", "run:async_run", "client", CALLS),
    Name("async_stream", "stream:async_stream", "client", CALLS),
    Name("encode_json", "helpers:encode_json", "deployment model prediction training", ENCODES),
    Name("identifier", "identifier", "run stream", CALLS),
    Name(
        "make_schema_backwards_compatible", "schema:make_schema_backwards_compatible", "run", SEEN
    ),
    Name("run", "run:run", "client", CALLS),
    Name("stream", "stream:stream", "client", CALLS),
    Name("transform_output", "helpers:transform_output", "run stream", CALLS),
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
        "exceptions": " ".join(import_module("replicate.exceptions").__all__),
        "helpers": "FileOutput",
        "identifier": "ModelVersionIdentifier",
        "model": "Model",
        "version": "Version",
    }.items()
    for name in names.split()
}
"""The homes of what programs of the 2.x beta import from `replicate` itself, errors included."""

_HOMES = {
    **{(module, entry.name): entry.home for entry in TABLE for module in entry.modules.split()},
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
