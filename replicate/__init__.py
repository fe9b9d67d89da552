"""Run machine-learning models on Replicate.

```python
import replicate

output = replicate.run("black-forest-labs/flux-schnell", input={"prompt": "a llama"})
```

Every blocking function has an asynchronous twin, its name with `async_` in front. Importing
this package loads neither httpx nor the parts that a program does not use.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

from . import _http, exceptions
from .__about__ import __version__
from .client import Client

if TYPE_CHECKING:
    from . import account as account
    from . import batch as batch
    from . import collection as collection
    from . import deployment as deployment
    from . import file as file
    from . import helpers as helpers
    from . import identifier as identifier
    from . import model as model
    from . import prediction as prediction
    from . import resource as resource
    from . import schema as schema
    from . import training as training
    from . import version as version
    from . import webhook as webhook
    from ._beta.answers import APIResponse as APIResponse
    from ._beta.answers import AsyncAPIResponse as AsyncAPIResponse
    from ._beta.client import AsyncReplicate as AsyncReplicate
    from ._beta.client import Replicate as Replicate
    from ._beta.files import AsyncFileOutput as AsyncFileOutput
    from ._beta.names import *  # noqa: F403 - what programs of 2.x import
    from .account import Accounts
    from .collection import Collections
    from .deployment import Deployments
    from .exceptions import *  # noqa: F403 - likewise
    from .file import Files
    from .hardware import HardwareNamespace
    from .helpers import FileOutput as FileOutput
    from .identifier import ModelVersionIdentifier as ModelVersionIdentifier
    from .model import Model as Model
    from .model import Models
    from .pagination import async_paginate, paginate
    from .prediction import Predictions
    from .training import Trainings
    from .version import Version as Version
    from .webhook import Webhooks

default_client: Client = Client()
"""The client behind this module's functions. It reads the environment at each request."""

_http.default_client = lambda: default_client

# Final, so that type checkers give them the signatures of the client's methods.
run: Final = default_client.run
async_run: Final = default_client.async_run
stream: Final = default_client.stream
async_stream: Final = default_client.async_stream
use: Final = default_client.use
map: Final = default_client.map
async_map: Final = default_client.async_map

if TYPE_CHECKING:
    accounts: Accounts
    collections: Collections
    deployments: Deployments
    files: Files
    hardware: HardwareNamespace
    models: Models
    predictions: Predictions
    trainings: Trainings
    webhooks: Webhooks

__all__ = [
    "Client",
    "__version__",
    "accounts",
    "async_map",
    "async_paginate",
    "async_run",
    "async_stream",
    "collections",
    "default_client",
    "deployments",
    "exceptions",
    "files",
    "hardware",
    "map",
    "models",
    "paginate",
    "predictions",
    "run",
    "stream",
    "trainings",
    "use",
    "webhooks",
]

_NAMESPACES = frozenset(
    {
        "accounts",
        "collections",
        "deployments",
        "files",
        "hardware",
        "models",
        "predictions",
        "trainings",
        "webhooks",
    }
)
_SUBMODULES = frozenset(
    {
        "__about__",
        "account",
        "batch",
        "client",
        "collection",
        "connection_errors",
        "deployment",
        "exceptions",
        "file",
        "helpers",
        "identifier",
        "model",
        "pagination",
        "prediction",
        "resource",
        "sandbox",
        "schema",
        "telemetry",
        "training",
        "version",
        "webhook",
    }
)


_SETTINGS_OF_2X = frozenset(
    {
        "base_url",
        "bearer_token",
        "default_headers",
        "default_query",
        "http_client",
        "max_retries",
        "timeout",
    }
)


class _Package(ModuleType):
    """This module. Four of its names are submodules too: `run`, `stream`, `use` and `hardware`.

    The import system sets a submodule as an attribute of its package, which would replace
    the function or namespace of that name at some later import.
    """

    def __setattr__(self, name: str, value: Any) -> None:
        if name in {"run", "stream", "use", "hardware"} and isinstance(value, ModuleType):
            return
        super().__setattr__(name, value)
        if name in _SETTINGS_OF_2X:
            import_module("._beta.module", __name__).configure(self, name, value)
        if name == "default_client":  # what belongs to it is that of the new one from now on
            for method in ("run", "async_run", "stream", "async_stream", "use", "map", "async_map"):
                super().__setattr__(method, getattr(value, method))
            for namespace in _NAMESPACES:
                vars(self).pop(namespace, None)

    def __reduce__(self) -> tuple[Any, ...]:
        # Ray and Dask pickle a function with the modules that it uses, which have no other class.
        return import_module, (self.__name__,)

    def __dir__(self) -> list[str]:
        from importlib.util import find_spec

        # Who reads all that is listed (`inspect.getmembers`) must not need an extra.
        names = {*__all__, *_SUBMODULES}
        for name, package in (("sandbox", "starlette"), ("telemetry", "opentelemetry")):
            if find_spec(package) is None:
                names.discard(name)
        return sorted(names)


sys.modules[__name__].__class__ = _Package

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name in _NAMESPACES:
            value = getattr(default_client, name)
        elif name in {"paginate", "async_paginate"}:
            value = getattr(import_module(".pagination", __name__), name)
        elif name in _SUBMODULES:
            return import_module(f".{name}", __name__)
        elif name.startswith("_") and not name.endswith("_paginate"):
            # The import system asks for private modules before it imports them.
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        else:
            from ._names import lookup

            return lookup(__name__, name)
        globals()[name] = value
        return value
