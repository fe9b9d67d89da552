"""Which of the runs that a client started are known to whom. No I/O.

Several runs of the same input, as people start them for variations, look alike in the API's
list. A create whose answer is lost must not take the run of a twin for its own.
"""

from __future__ import annotations

import os
import re
import threading
import weakref
from collections import deque
from contextlib import contextmanager
from typing import (
    TYPE_CHECKING,
    Any,
    Deque,
    Generator,
    Iterable,
    Iterator,
    List,
    NamedTuple,
    Optional,
    TypeVar,
    Union,
)

from .._blocking import monotonic

if TYPE_CHECKING:
    from replicate_api import models

    Data = TypeVar("Data", bound=Union[models.Prediction, models.Training])

REMEMBERED = 10_000
"""How many ids are kept of what was created last."""

_VERSION_ID = re.compile(r"[0-9a-f]{64}")


class Made(NamedTuple):
    """What a create makes a run of, as far as the request says it."""

    model: Optional[str] = None
    version: Optional[str] = None
    deployment: Optional[str] = None

    def fits(self, run: Any) -> Optional[bool]:
        """Say whether a run may be of this; None if it does not say enough. Pure.

        Instead of a version, the API shows `hidden` or a name of its own for some models.
        """
        if self.deployment is not None:
            shown = getattr(run, "deployment", None)
            return shown in (self.deployment, self.deployment.rpartition("/")[2])
        if self.version is not None and _VERSION_ID.fullmatch(str(run.version)):
            return bool(run.version == self.version)
        return None if self.model is None else bool(run.model == self.model)

    def may_be(self, other: Made) -> bool:
        """Say whether runs of both may look alike."""
        return self == other or (
            self.deployment == other.deployment
            and (None in (self.model, other.model) or self.model == other.model)
            and (None in (self.version, other.version) or self.version == other.version)
        )


class Create:
    """A create that is under way."""

    def __init__(self, kind: type, input: Any, made: Made) -> None:
        self.kind = kind
        self.input = input
        self.made = made
        self.started = monotonic()
        self.sent = False
        """Whether the request may have arrived and started something."""
        self.lost = False
        """Whether its answer will not come."""

    def mark_sent(self, sent: bool) -> None:
        """Take note that the request goes out now, or that it has started nothing."""
        self.sent = sent

    def is_twin_of(self, other: Create) -> bool:
        """Say whether what both make may look alike."""
        return (
            self is not other
            and self.kind is other.kind
            and self.input == other.input
            and self.made.may_be(other.made)
        )


class Creates:
    """The creates of one account in this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way: List[Create] = []
        self._known: Deque[str] = deque(maxlen=REMEMBERED)

    @contextmanager
    def under_way(self, kind: type, input: Any, made: Made) -> Generator[Create, None, None]:
        """Count a create among those under way, as long as the block runs."""
        create = Create(kind, input, made)
        with self._lock:
            self._under_way.append(create)
        try:
            yield create
        finally:
            with self._lock:
                self._under_way.remove(create)

    def answered(self, id: str) -> None:
        """Take note that a create was told what it has made."""
        with self._lock:
            self._known.append(id)

    def may_still_be_answered(self, create: Create) -> bool:
        """Say whether a twin waits for its answer: until then it is open which run is whose."""
        with self._lock:
            return any(not twin.lost for twin in self._twins(create))

    def claim(self, create: Create, runs: Iterable[Data]) -> Optional[Data]:
        """Give a run to a create whose answer is lost.

        Args:
            create: The create.
            runs: What it may have made: all runs of its input since it was sent, newest first.

        Returns:
            The oldest of those that nobody knows. None if there are more of them than creates
            that lost their answer, since somebody else may have made them, or if it cannot be
            told of which model they are while that would make a difference.
        """
        with self._lock:
            twins = list(self._twins(create))
            unlike = any(twin.made != create.made for twin in twins)
            enough = (True,) if unlike else (True, None)
            free = [
                run for run in runs if run.id not in self._known and create.made.fits(run) in enough
            ]
            losers = 1 + sum(twin.lost for twin in twins)
            if not 0 < len(free) <= losers:
                return None
            self._known.append(free[-1].id)
            return free[-1]

    def _twins(self, create: Create) -> Iterator[Create]:
        return (other for other in self._under_way if other.is_twin_of(create))


_shared: weakref.WeakValueDictionary[int, Creates] = weakref.WeakValueDictionary()


def shared(*account: object) -> Creates:
    """Return the creates of all clients of one account in this process.

    Args:
        account: What tells accounts apart; it is not kept.
    """
    return _shared.setdefault(hash(account), Creates())


def _forget() -> None:
    # What the parent has under way is not the child's, and its locks may be held.
    for creates in list(_shared.values()):
        creates.__init__()  # type: ignore[misc]


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
