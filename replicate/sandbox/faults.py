"""Faults on demand: which requests are hit (pure decisions), and what then happens to them."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple, Union

from . import wire
from .operations import OPERATIONS

CUT = object()
"""In a script: the connection ends here, in the middle of the answer."""

OTHER_TARGETS = frozenset({"stream", "output", "webhook"})

Step = Union[bytes, str, float, object]

_KNOWN: Dict[int, Dict[str, Any]] = {
    401: {
        "title": "Unauthenticated",
        "detail": "You did not pass a valid authentication token",
    },
    402: {
        "title": "Insufficient credit",
        "detail": "You have insufficient credit to run this model. Go to"
        " https://replicate.com/account/billing#billing to purchase credit. Once you purchase"
        " credit, please wait a few minutes before trying again.",
    },
    404: {"detail": "The requested resource could not be found."},
    429: {
        "detail": "Request was throttled. Your rate limit resets in ~1s.",
        "retry_after": 1,
    },
}


@dataclass
class Fault:
    """One fault, for some occurrences of some requests. See `Sandbox.fault`."""

    target: Tuple[str, ...]
    status: Optional[int] = None
    headers: Mapping[str, str] = field(default_factory=wire.empty_dict)
    body: Any = None
    content_type: Optional[str] = None
    script: Optional[Sequence[Step]] = None
    work: bool = False
    delay: float = 0.0
    drop: Optional[str] = None
    truncate: Optional[int] = None
    content_length: bool = True
    trickle: float = 0.0
    times: Optional[int] = 1
    after: int = 0
    skipped: int = 0
    fired: int = 0

    @property
    def replaces(self) -> bool:
        """Whether the request gets the fault's answer in place of the real one."""
        return self.status is not None or self.body is not None or self.script is not None

    def matches(self, method: str, path: str, name: Optional[str]) -> bool:
        """Tell whether this fault is meant for a request."""
        if len(self.target) == 1:
            return self.target[0] == name
        wanted, pattern = self.target
        return wanted in ("*", method) and _path_matches(pattern, path)

    def answer(self) -> Tuple[int, Dict[str, str], bytes]:
        """Return status, headers and body of the fault's own answer."""
        status = 200 if self.status is None else self.status
        kind = self.content_type
        if isinstance(self.body, (bytes, str)):
            body = self.body if isinstance(self.body, bytes) else self.body.encode()
            kind = kind or ("text/html" if body.lstrip()[:1] == b"<" else "text/plain")
        elif self.body is not None or (self.status or 200) >= 400:
            content = _problem(status) if self.body is None else self.body
            body = json.dumps(content).encode()
            kind = kind or f"application/{'problem+' if status >= 400 else ''}json"
        else:
            body = b""
            kind = kind or ("text/event-stream" if self.script is not None else "application/json")
        return status, {"content-type": kind, **self.headers}, body


class FaultPlan:
    """The faults that are still to come, in the order in which they were asked for."""

    def __init__(self) -> None:
        self._faults: List[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> Fault:
        """Plan a fault."""
        if len(fault.target) not in (1, 2):
            raise TypeError("a fault needs an operationId, or a method and a path")
        if len(fault.target) == 1 and fault.target[0] not in {*OPERATIONS, *OTHER_TARGETS}:
            raise ValueError(f"there is no operation {fault.target[0]}")
        if fault.drop not in (None, "before", "during", "after"):
            raise ValueError(f"drop is before, during or after, not {fault.drop!r}")
        with self._lock:
            self._faults.append(fault)
        return fault

    def decide(self, method: str, path: str, name: Optional[str]) -> Optional[Fault]:
        """Return the fault for this request, if there is one, and count it.

        The first fault that matches and is not used up hits. Faults that still wait for
        their turn (`after`) count the request and let it go on to the next.
        """
        with self._lock:
            for fault in self._faults:
                if fault.fired == fault.times or not fault.matches(method, path, name):
                    continue
                if fault.skipped < fault.after:
                    fault.skipped += 1
                    continue
                fault.fired += 1
                return fault
        return None

    def clear(self) -> None:
        """Forget all faults."""
        with self._lock:
            self._faults.clear()


def _path_matches(pattern: str, path: str) -> bool:
    wanted, given = pattern.split("/"), path.split("/")
    if wanted[-1] == "**":
        wanted, given = wanted[:-1], given[: len(wanted) - 1]
    return len(wanted) == len(given) and all(
        part in ("*", there) or part[:1] == "{" for part, there in zip(wanted, given)
    )


def _problem(status: int) -> Dict[str, Any]:
    known = _KNOWN.get(status)
    if known is None:
        try:
            phrase = HTTPStatus(status).phrase
        except ValueError:
            phrase = f"Status {status}"
        known = {"title": phrase, "detail": f"{phrase} (a fault of the sandbox)"}
    return {**known, "status": status}
