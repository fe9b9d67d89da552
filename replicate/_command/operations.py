"""What `api` does: any operation of the API, as it is generated from the API's description."""

from __future__ import annotations

import inspect
import re
import sys
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Callable, Dict, Iterator, Optional, Tuple

from . import show
from .inputs import UsageError, inputs_from

if TYPE_CHECKING:
    from argparse import Namespace

    from ..client import Client


def call(client: Client, options: Namespace) -> None:
    """Call any operation of the API, and print its answer as JSON; without a name, list them."""
    operations = dict(_operations(client))
    name: Optional[str] = options.operation
    if name is None:
        summaries = {name: _summary(operation) for name, operation in operations.items()}
        show.table({"operation": name, "does": text} for name, text in summaries.items())
        return
    operation = operations.get(name)
    if operation is None:
        near = get_close_matches(name, [*operations], 1)
        hint = f": did you mean {near[0]}?" if near else ""
        raise UsageError(f"there is no operation {name!r}{hint}")
    signature = inspect.signature(operation)
    nodes = {name: _schema_of(str(each.annotation)) for name, each in signature.parameters.items()}
    arguments = inputs_from(options.inputs, nodes, file=options.input)
    try:
        signature.bind(**arguments)
    except TypeError as error:
        raise UsageError(f"{error}; it takes {', '.join(nodes) or 'nothing'}") from None
    answer = operation(**arguments)
    if isinstance(answer, bytes):
        sys.stdout.buffer.write(answer)
    elif isinstance(answer, str):
        show.text(answer)
    elif answer is not None:
        show.as_json(answer)


def _operations(client: Client) -> Iterator[Tuple[str, Callable[..., Any]]]:
    api = client.api
    for group in (name for name in dir(type(api)) if not name.startswith("_")):
        operations: Any = getattr(api, group)
        for name in dir(operations):
            if not name.startswith(("_", "async_")):
                yield f"{group}.{name}", getattr(operations, name)


def _summary(operation: Callable[..., Any]) -> str:
    return (inspect.getdoc(operation) or "").partition("\n")[0]


def _schema_of(annotation: str) -> Dict[str, Any]:
    """Return what a word can be for a parameter: text, a list, or some other JSON."""
    if re.search(r"\b(List|Sequence)\[", annotation):
        return {"type": "array"}
    outside = re.sub(r"\w+\[str, .*\]", "", annotation)  # the keys of an object are text
    return {"type": "string" if re.search(r"\bstr\b", outside) else "other"}
