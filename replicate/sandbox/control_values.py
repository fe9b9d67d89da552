"""What JSON has no form for, in requests to `/_sandbox`: files, and the steps of a script."""

from __future__ import annotations

import base64
import binascii
import math
from typing import Any, Callable, Dict, Sequence, cast

from .files import File
from .scripts import Failed, Log, Metric, Output


def given(value: Any) -> Any:
    """Return an output as a model would put it out.

    Raises:
        ValueError: if the content of a file is not base64.
    """
    if isinstance(value, list):
        return [given(item) for item in cast("Sequence[Any]", value)]
    if not isinstance(value, dict):
        return value
    whole = cast("Dict[str, Any]", value)
    if set(whole) == {"file", "base64"}:
        try:
            data = base64.b64decode(str(whole["base64"]), validate=True)
        except binascii.Error as error:
            raise ValueError(f"the content of a file is not base64: {error}") from None
        return File(data, str(whole["file"]))
    return {key: given(item) for key, item in whole.items()}


def _metric(value: Any) -> Metric:
    pair = tuple(cast("Sequence[Any]", value)) if isinstance(value, list) else ()
    if len(pair) != 2:
        raise ValueError('a metric is {"metric": ["name", value]}')
    return Metric(str(pair[0]), pair[1])


_STEPS: Dict[str, Callable[[Any], Any]] = {
    "failed": lambda value: Failed(str(value)),
    "log": lambda value: Log(str(value)),
    "metric": _metric,
    "output": lambda value: Output(given(value)),
}


def life_step(step: Any) -> Any:
    """Return a step of a script from its form in JSON.

    Raises:
        ValueError: if it has none of the known forms.
    """
    if step is None:
        return math.inf
    if isinstance(step, dict):
        whole = cast("Dict[str, Any]", step)
        kinds = set(whole) & set(_STEPS)
        if len(whole) == 1 and kinds:
            kind = kinds.pop()
            return _STEPS[kind](whole[kind])
    return given(step)
