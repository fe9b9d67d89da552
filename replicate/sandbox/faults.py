"""Faults on demand: which requests are hit (pure decisions), and what then happens to them."""

from __future__ import annotations

import difflib
import json
import threading
from dataclasses import dataclass, field, fields
from http import HTTPStatus
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple, Union

from . import wire
from .operations import OPERATIONS

CUT = object()
"""In a script: the connection ends here, in the middle of the answer."""

OTHER_TARGETS = frozenset({"stream", "output", "webhook"})
CREATES = frozenset({"models.predictions.create", "deployments.predictions.create"})
"""What a fault of `predictions.create` hits too: other ways to the same thing."""

METHODS = frozenset({"*", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY"})

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


@dataclass(repr=False, eq=False)
class Fault:
    """A fault for some requests; see `Sandbox.fault`.

    Attributes:
        fired: How many requests the fault has hit.
    """

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
    optional: bool = False
    skipped: int = 0
    fired: int = 0
    id: str = field(default_factory=wire.new_id)

    def __repr__(self) -> str:
        """Write the fault as it was asked for."""
        given = [repr(part) for part in self.target]
        given += [f"{name}={getattr(self, name)!r}" for name in self._given()]
        return f"fault({', '.join(given)})"

    def check(self) -> None:
        """Refuse what can't be meant.

        Raises:
            TypeError: The target is neither an operation nor a method and a path.
            ValueError: The fault can't hit any request, or nothing would happen to it.
        """
        _check_target(self.target)
        if self.drop not in (None, "before", "during", "after"):
            raise ValueError(f"drop is before, during or after, not {self.drop!r}")
        if self.times is not None and self.times < 1:
            raise ValueError(f"times is at least 1, or None for all requests, not {self.times}")
        for name in ("after", "delay", "trickle", "truncate"):
            if (getattr(self, name) or 0) < 0:
                raise ValueError(f"{name} is at least 0, not {getattr(self, name)}")
        if self.drop in ("before", "after") and self.replaces:
            raise ValueError(
                f"with drop={self.drop!r} there is no answer: leave out its status and body"
            )
        done = set(self._given()) - _WHEN
        if not done:
            raise ValueError(f"a fault needs one of {', '.join(sorted(_OPTIONS - _WHEN))}")
        wrong = sorted(done - {"status", "delay", "drop"})
        if self.target == ("webhook",) and wrong:
            raise ValueError(f"a webhook can have status, delay and drop, not {', '.join(wrong)}")

    def _given(self) -> List[str]:
        names = [option.name for option in fields(self) if option.name in _OPTIONS]
        return [name for name in names if getattr(self, name) != getattr(_NOTHING, name)]

    @property
    def replaces(self) -> bool:
        """Whether the request gets the fault's answer in place of the real one."""
        return self.status is not None or self.body is not None or self.script is not None

    def matches(self, method: str, path: str, names: Sequence[str]) -> bool:
        """Tell whether this fault is meant for a request."""
        if len(self.target) == 1:
            return self.target[0] in names
        wanted, pattern = self.target
        return wanted.upper() in ("*", method) and _path_matches(pattern, path)

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


_NOTHING = Fault(())
_WHEN = frozenset({"work", "times", "after", "optional"})
_OPTIONS = frozenset(vars(_NOTHING)) - {"target", "skipped", "fired", "id"}


class FaultPlan:
    """The faults that are still to come, in the order in which they were asked for."""

    def __init__(self) -> None:
        self._faults: List[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> Fault:
        """Plan a fault."""
        fault.check()
        with self._lock:
            self._faults.append(fault)
        return fault

    @property
    def planned(self) -> List[Fault]:
        """All faults that were asked for."""
        with self._lock:
            return list(self._faults)

    def remove(self, fault: Fault) -> None:
        """Take a fault back."""
        with self._lock:
            self._faults.remove(fault)

    @property
    def unfired(self) -> List[Fault]:
        """The faults that have hit nothing yet, though they are not optional."""
        with self._lock:
            return [fault for fault in self._faults if not (fault.fired or fault.optional)]

    def decide(self, method: str, path: str, names: Sequence[str]) -> Optional[Fault]:
        """Return the fault for this request, if there is one, and count it.

        The first fault that matches and is not used up hits. Faults that still wait for
        their turn (`after`) count the request and let it go on to the next.
        """
        with self._lock:
            for fault in self._faults:
                if fault.fired == fault.times or not fault.matches(method, path, names):
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


def _check_target(target: Tuple[Any, ...]) -> None:
    if len(target) not in (1, 2) or not all(isinstance(part, str) for part in target):
        raise TypeError("a fault needs an operationId, or a method and a path")
    known: List[str] = sorted({*OPERATIONS, *OTHER_TARGETS})
    if len(target) == 1 and target[0] not in known:
        if "/" in target[0]:
            raise ValueError(f'a path needs a method: fault("*", {target[0]!r})')
        near: List[str] = difflib.get_close_matches(str(target[0]), known, n=1)
        meant = f"; perhaps {near[0]}" if near else f"; there are {', '.join(known)}"
        raise ValueError(f"there is no operation {target[0]}{meant}")
    if len(target) == 2:
        method, path = target
        if method.upper() not in METHODS:
            raise ValueError(f"a fault's method is one of {', '.join(sorted(METHODS))}: {method!r}")
        if not path.startswith(("/", "http://", "https://")):
            raise ValueError(f"a fault's path begins with a slash, /v1/predictions: {path!r}")
        if set(path) & set("?#") or "**" in path.rstrip("/").split("/")[:-1]:
            raise ValueError(f"a fault's path has no query, and ** only at its end: {path!r}")


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
