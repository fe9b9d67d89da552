"""The table of operations: one entry per `operationId` of the API."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Awaitable, Callable, Dict, List, Optional, Pattern, Tuple
from urllib.parse import unquote

from starlette.responses import Response

import replicate_api
from replicate._guards import is_object

Handler = Callable[..., Awaitable[Response]]


@dataclass(frozen=True)
class Operation:
    """An operation of the API and what answers it."""

    id: str
    method: str
    path: str
    handler: Handler
    authenticated: bool
    pattern: Pattern[str]


OPERATIONS: Dict[str, Operation] = {}


def operation(
    operation_id: str, method: str, path: str, *, authenticated: bool = True
) -> Callable[[Handler], Handler]:
    """Register a handler; it receives the state, the request and the path's parameters."""

    def register(handler: Handler) -> Handler:
        pattern = _pattern(path)
        OPERATIONS[operation_id] = Operation(
            operation_id, method, path, handler, authenticated, pattern
        )
        return handler

    return register


def find(method: str, path: str) -> Tuple[Optional[Operation], Dict[str, Any], List[str]]:
    """Return the operation for a raw path under `/v1`, its parameters, and the path's methods."""
    known: List[str] = []
    for candidate in OPERATIONS.values():
        match = candidate.pattern.match(path)
        if match is None:
            continue
        known.append(candidate.method)
        if candidate.method == method:
            parameters = {name: unquote(value) for name, value in match.groupdict().items()}
            return candidate, parameters, known
    return None, {}, known


def not_implemented(method: str, path: str) -> Optional[str]:
    """Return the id of an operation that the API has and the sandbox has not; else None."""
    for id, operation_method, pattern in _described():
        if operation_method == method and pattern.match(path) and id not in OPERATIONS:
            return id
    return None


@lru_cache(maxsize=1)
def _described() -> List[Tuple[str, str, Pattern[str]]]:
    """Return id, method and path of all operations of the API, from its description."""
    file = Path(replicate_api.__file__).parent / "openapi.json"
    paths: Dict[str, Dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["paths"]
    return [
        (operation.get("operationId") or f"{method.upper()} {path}", method.upper(), _pattern(path))
        for path, item in paths.items()
        for method, operation in item.items()
        if is_object(operation) and "responses" in operation
    ]


def _pattern(path: str) -> Pattern[str]:
    segments = re.split(r"\{(\w+)\}", path)
    names = segments[1::2]
    texts = [re.escape(text) for text in segments[::2]]
    groups = [f"(?P<{name}>[^/]+)" for name in names]
    return re.compile("".join(a + b for a, b in zip(texts, [*groups, ""])) + "$")
