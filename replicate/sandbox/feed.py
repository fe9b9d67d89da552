"""What happens in a sandbox, as it happens: server-sent events for the web page and others."""

from __future__ import annotations

import asyncio
import json
from typing import (
    TYPE_CHECKING,
    Any,
    AsyncIterator,
    Dict,
    Iterator,
    List,
    Optional,
    Sequence,
    Set,
    cast,
)

from . import wire
from .addresses import current_view
from .runs import Pulse

if TYPE_CHECKING:
    from .runs import Run
    from .state import State

PAUSE = 0.05
"""Seconds in which changes are gathered, so that fast models do not flood their watchers."""
HEARTBEAT = 15.0
NEWEST = 100
"""How many runs a follower hears of at first."""


class Feed:
    """Tells its followers about changes; without followers it does nothing."""

    def __init__(self) -> None:
        self._followers: Set[Follower] = set()

    def notice(self, run: Run, _: str) -> None:
        """Tell about a change of a run."""
        for follower in self._followers:
            follower.changed[run.id] = run
            follower.pulse.fire()

    def tell(self, what: str) -> None:
        """Tell that something else has changed: `reset` or `models`."""
        for follower in self._followers:
            follower.news.append(what)
            follower.pulse.fire()

    async def follow(self, state: State, run_id: Optional[str]) -> AsyncIterator[bytes]:
        """Yield events: the newest runs, then each change; of one run everything.

        Args:
            state: The sandbox.
            run_id: The run to tell everything of, as it comes.
        """
        follower, view = Follower(), current_view()
        self._followers.add(follower)
        try:
            runs = list(state.runs.values())[-NEWEST:]
            yield _event("runs", [summary(run) for run in runs])
            watched = Watched(state, state.runs.get(run_id)) if run_id is not None else None
            woken = follower.pulse.wait()
            while True:
                events = [_event(what, {}) for what in follower.take_news()]
                events += [_event("run", summary(run)) for run in follower.take_changed()]
                if watched is not None:
                    events += [_event(kind, data) for kind, data in watched.fresh()]
                if events:
                    yield view.translate(b"".join(events))
                    # Whoever comes later than a wave of changes hears of them all at once.
                    await asyncio.sleep(PAUSE)
                done, _ = await asyncio.wait([woken], timeout=HEARTBEAT)
                if done:
                    woken = follower.pulse.wait()
                else:
                    yield b": still here\n\n"
        finally:
            self._followers.discard(follower)


class Follower:
    """What one follower has not heard of yet."""

    def __init__(self) -> None:
        self.pulse: Pulse = Pulse()
        self.changed: Dict[str, Run] = {}
        self.news: List[str] = []

    def take_changed(self) -> List[Run]:
        """Return the runs that have changed, and forget them."""
        changed, self.changed = self.changed, {}
        return list(changed.values())

    def take_news(self) -> List[str]:
        """Return what else has changed, and forget it."""
        news, self.news = self.news, []
        return list(dict.fromkeys(news))


class Watched:
    """A run of which a follower gets everything: what grows is sent in pieces."""

    def __init__(self, state: State, run: Optional[Run]) -> None:
        self._state = state
        self._run = run
        self._detail: Any = None
        self._logs = 0
        self._items = 0
        self._value: Any = None

    def fresh(self) -> Iterator[Any]:
        """Yield what is new, as pairs of an event's name and its data."""
        run = self._run
        if run is None:
            return
        detail = self._state.render(run)
        output, logs = detail.pop("output", None), detail.pop("logs", None) or ""
        if detail != self._detail:
            self._detail = detail
            yield "detail", {**detail, **kinds(run)}
        if len(logs) != self._logs:
            start = self._logs if len(logs) > self._logs else 0
            self._logs = len(logs)
            yield "logs", {"from": start, "text": logs[start:]}
        if run.version.signature.iterates and isinstance(output, list):
            items = cast("Sequence[Any]", output)
            if len(items) != self._items:
                start = self._items if len(items) > self._items else 0
                self._items = len(items)
                yield "items", {"from": start, "items": items[start:]}
        elif output != self._value:
            self._value = output
            yield "output", {"output": output}


def kinds(run: Run) -> Dict[str, Any]:
    """Say what kind of output a run has, for those who show it."""
    schema = run.version.signature.output
    return {
        "kind": "training" if run.destination is not None else "prediction",
        "iterates": run.version.signature.iterates,
        "concatenates": schema.get("x-cog-array-display") == "concatenate",
    }


def summary(run: Run) -> Dict[str, Any]:
    """Render a run in one line of a list."""
    return {
        "id": run.id,
        "kind": "training" if run.destination is not None else "prediction",
        "model": run.model.full_name,
        "version": run.version.id,
        "deployment": run.deployment,
        "status": run.status,
        "error": run.error,
        "created_at": wire.timestamp(run.created_at, 6),
        "seconds": run.metrics.get("predict_time"),
    }


def _event(kind: str, data: Any) -> bytes:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return f"event: {kind}\ndata: {text}\n\n".encode("utf-8", "replace")
