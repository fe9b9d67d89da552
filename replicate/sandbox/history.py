"""What a sandbox remembers of the past, so that one which runs for weeks does not grow.

The newest requests, webhooks and finished runs are kept up to a number, and up to a size: the
oldest lose their bodies, or are forgotten with the files that they put out.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Dict, Iterator, List, Sequence, TypeVar, cast

if TYPE_CHECKING:
    from .middleware import RecordedRequest
    from .runs import Run
    from .state import State

T = TypeVar("T")

REQUEST_BYTES = 64 << 20
RUN_BYTES = 256 << 20


class Recent(List[T]):
    """A list that forgets its oldest items."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit

    def append(self, item: T) -> None:
        """Add an item, and forget those that are too many."""
        super().append(item)
        if len(self) > self.limit:
            del self[: -self.limit]


class RequestLog(Recent["RecordedRequest"]):
    """The newest requests; together their bodies take no more than a fixed size.

    Attributes:
        total: How many there were, forgotten ones included.
    """

    def __init__(self, limit: int, size: int = REQUEST_BYTES) -> None:
        super().__init__(limit)
        self._size = size
        self._used = 0
        self.total: int = 0

    def append(self, item: RecordedRequest) -> None:
        """Add a request, and count it."""
        self.total += 1
        super().append(item)

    def received(self, request: RecordedRequest) -> None:
        """Count the body of a request that was answered, and drop old ones that are too much."""
        self._used += len(request.body)
        if self._used <= self._size:
            return
        self._used = 0
        for record in reversed(self):
            self._used += len(record.body)
            # By half, so that not every request goes through all of them again.
            if self._used > self._size // 2 and record is not request:
                self._used -= len(record.body)
                record.body = b""


class RunHistory:
    """Forgets the oldest of the finished runs when there are too many, or too large ones."""

    def __init__(self, state: State, limit: int, size: int = RUN_BYTES) -> None:
        self._state = state
        self._limit = limit
        self._size = size
        self._sizes: Dict[str, int] = {}
        self._used = 0

    def notice(self, run: Run, event: str) -> None:
        """Count a run that has ended."""
        if event == "completed":
            size = self._sizes[run.id] = _size_of(run)
            self._used += size

    def trim(self) -> None:
        """Forget what is too much; runs that are under way stay."""
        while len(self._state.runs) > self._limit or self._used > self._size:
            # The first in order, or close to it: only runs that are under way stand before.
            oldest = next((run for run in self._state.runs.values() if _is_over(run)), None)
            if oldest is None:
                return
            self.forget(oldest)

    def forget(self, run: Run) -> None:
        """Forget a run, and remove the files that it put out."""
        self._state.runs.pop(run.id, None)
        self._state.streams.pop(run.stream_key, None)
        self._used -= self._sizes.pop(run.id, 0)
        example = run.model.example
        if run.destination is None and not (example and example["id"] == run.id):
            for url in urls_in(run.output):
                self._state.files.remove_output(url)

    def clear(self) -> None:
        """Start again."""
        self._sizes.clear()
        self._used = 0


def _is_over(run: Run) -> bool:
    return run.finished and (run.task is None or run.task.done())


def _size_of(run: Run) -> int:
    events = sum(len(event.data) for event in run.events)
    return len(json.dumps(run.input)) + 2 * events + len(run.logs)


def urls_in(output: Any) -> Iterator[str]:
    """Yield the strings in an output, some of which are URLs of files."""
    if isinstance(output, str):
        yield output
    elif isinstance(output, dict):
        yield from urls_in(list(cast("Dict[str, Any]", output).values()))
    elif isinstance(output, list):
        for item in cast("Sequence[Any]", output):
            yield from urls_in(item)
