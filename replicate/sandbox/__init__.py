"""A Replicate API on this machine, for tests, demonstrations and work without a network.

```python
from replicate.sandbox import Sandbox

sandbox = Sandbox()

@sandbox.model("me/shout")
def shout(text: str) -> str:
    return text.upper()

with sandbox:
    print(sandbox.client().run("me/shout", input={"text": "hello"}))
```

Models are Python functions. Parameters are inputs, and the return annotation is the output. An
iterator streams, printed text becomes the logs, a file becomes a URL, and an exception becomes a
failed prediction.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Dict, List

if TYPE_CHECKING:
    from .clock import Clock
    from .faults import CUT, Fault
    from .files import File
    from .inputs import Input
    from .middleware import RecordedRequest
    from .runs import Run
    from .sandbox import Sandbox
    from .scripts import Failed, Log, Metric, Output
    from .webhooks import Delivery
    from .worker import Canceled, CurrentPrediction, current_prediction

__all__ = [
    "CUT",
    "Canceled",
    "Clock",
    "CurrentPrediction",
    "Delivery",
    "Failed",
    "Fault",
    "File",
    "Input",
    "Log",
    "Metric",
    "Output",
    "RecordedRequest",
    "Run",
    "Sandbox",
    "current_prediction",
]

_HOMES: Dict[str, str] = {
    "CUT": "faults",
    "Canceled": "worker",
    "Clock": "clock",
    "CurrentPrediction": "worker",
    "Delivery": "webhooks",
    "Failed": "scripts",
    "Fault": "faults",
    "File": "files",
    "Input": "inputs",
    "Log": "scripts",
    "Metric": "scripts",
    "Output": "scripts",
    "RecordedRequest": "middleware",
    "Run": "runs",
    "Sandbox": "sandbox",
    "current_prediction": "worker",
}


def __getattr__(name: str) -> Any:
    # Servers take long to import. What runs them can handle signals before, and a test-suite
    # that does not use the sandbox does not wait for it.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    _need_the_extra()
    value = globals()[name] = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    return value


def _need_the_extra() -> None:
    if not all(find_spec(package) for package in ("python_multipart", "starlette", "uvicorn")):
        raise ImportError('replicate.sandbox needs more packages: pip install "replicate[sandbox]"')


def __dir__() -> List[str]:
    return sorted({*globals(), *_HOMES})
