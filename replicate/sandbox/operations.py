"""The table of operations: one entry per `operationId` of the API."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Awaitable, Callable, Dict, List, Optional, Pattern, Tuple
from urllib.parse import unquote

from starlette.responses import Response

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
        pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path) + "$")
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
