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

Models are Python functions. A parameter is an input, the return annotation the output; an
iterator streams, what is printed becomes the logs, a file becomes a URL and an exception a
failure.
"""

from __future__ import annotations

from importlib.util import find_spec

if not all(find_spec(name) for name in ("python_multipart", "starlette", "uvicorn")):
    raise ImportError(
        'replicate.sandbox needs more than the client does: pip install "replicate[sandbox]"'
    )

from .faults import CUT, Fault
from .files import File
from .middleware import RecordedRequest
from .runs import Run
from .sandbox import Sandbox
from .schema import Input
from .webhooks import Delivery
from .worker import Canceled, CurrentPrediction, current_prediction

__all__ = [
    "CUT",
    "Canceled",
    "CurrentPrediction",
    "Delivery",
    "Fault",
    "File",
    "Input",
    "RecordedRequest",
    "Run",
    "Sandbox",
    "current_prediction",
]
del find_spec
