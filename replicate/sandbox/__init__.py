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

try:
    import python_multipart as _multipart
    import starlette as _starlette
    import uvicorn as _uvicorn
except ImportError as error:
    raise ImportError(
        'replicate.sandbox needs more than the client does: pip install "replicate[sandbox]"'
    ) from error

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
del _multipart, _starlette, _uvicorn
