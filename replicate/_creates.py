"""Which of the runs that a client started are known to whom. No I/O.

Several runs of the same input, as people start them for variations, look alike in the API's
list. A create whose answer is lost must not take the run of a twin for its own.
"""

from __future__ import annotations

import threading
import time
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
    Optional,
    TypeVar,
    Union,
)

if TYPE_CHECKING:
    from replicate_api import models

    Data = TypeVar("Data", bound=Union[models.Prediction, models.Training])

REMEMBERED = 1000
"""How many ids are kept of what was created last."""


class Create:
    """A create that is under way."""

    def __init__(self, kind: type, input: Any) -> None:
        self.kind = kind
        self.input = input
        self.started = time.monotonic()
        self.sent = False
        """Whether the request has gone out, or may have."""
        self.lost = False
        """Whether its answer will not come."""

    def mark_sent(self) -> None:
        """Take note that the request goes out now."""
        self.sent = True

    def is_twin_of(self, other: Create) -> bool:
        """Say whether what both make looks alike."""
        return self is not other and self.kind is other.kind and self.input == other.input


class Creates:
    """The creates of one client."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way: List[Create] = []
        self._known: Deque[str] = deque(maxlen=REMEMBERED)

    @contextmanager
    def under_way(self, kind: type, input: Any) -> Generator[Create, None, None]:
        """Count a create among those under way, as long as the block runs."""
        create = Create(kind, input)
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
            that lost their answer: somebody else may have made them.
        """
        with self._lock:
            free = [run for run in runs if run.id not in self._known]
            losers = 1 + sum(twin.lost for twin in self._twins(create))
            if not 0 < len(free) <= losers:
                return None
            self._known.append(free[-1].id)
            return free[-1]

    def _twins(self, create: Create) -> Iterator[Create]:
        return (other for other in self._under_way if other.is_twin_of(create))
