"""Predictions and trainings: their data, their life cycle and how they look on the wire."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Callable, Dict, List, NamedTuple, Optional, Tuple

from . import wire
from .addresses import View, current_view
from .clock import Clock

if TYPE_CHECKING:
    from .models import Model, Version

RETENTION = 3600 * wire.NANOSECONDS
"""How long the data of a prediction that was made through the API is kept."""

TERMINAL = frozenset({"succeeded", "failed", "canceled", "aborted"})


class Event(NamedTuple):
    """One server-sent event of a run's stream."""

    kind: str
    data: str
    id: str


class Pulse:
    """Wakes everyone who waits, at every change: nobody has to look again in a loop."""

    def __init__(self) -> None:
        self._waiting: List[asyncio.Future[None]] = []

    def fire(self) -> None:
        """Wake all waiters."""
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)

    def wait(self) -> asyncio.Future[None]:
        """Return what to await for the next change.

        Not a coroutine: from this call on, no change is missed, whenever it is awaited.
        """
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        return future


@dataclass(eq=False, repr=False)
class Run:
    """A prediction or a training. Only the sandbox's event loop changes it.

    Attributes:
        id: As in the API.
        model: The model that runs.
        version: The version that runs.
        input: The input as it was sent.
        status: As in the API.
        output: As in the API, or None while there is none.
        error: The error message of a failed run.
        logs: The text that the model printed.
        metrics: The metrics of the model. Times are added at the end.
        deployment: The full name of the deployment that the run was created through.
        destination: For a training, the full name of the model that gets the new version.
    """

    model: Model
    version: Version
    input: Dict[str, Any]
    id: str = field(default_factory=wire.new_id)
    status: str = "starting"
    output: Any = None
    error: Optional[str] = None
    logs: str = ""
    metrics: Dict[str, Any] = field(default_factory=wire.empty_dict)
    clock: Clock = field(default_factory=Clock)
    created_at: int = 0
    started_at: Optional[int] = None
    completed_at: Optional[int] = None
    deadline: Optional[int] = None
    deployment: Optional[str] = None
    destination: Optional[str] = None
    data_removed: bool = False
    asked_to_stream: bool = False
    webhook: Optional[str] = None
    webhook_events_filter: Optional[List[str]] = None
    webhook_completed: Optional[str] = None
    view: View = field(default_factory=current_view)
    stream_key: str = field(default_factory=lambda: wire.new_id(32))
    events: List[Event] = field(default_factory=wire.empty_list)
    changed: Pulse = field(default_factory=Pulse)
    listeners: List[Callable[[Run, str], None]] = field(default_factory=wire.empty_list)
    task: Optional[asyncio.Task[None]] = None
    finalize: Callable[[Any], Any] = lambda output: output
    stop: Callable[[], object] = lambda: None

    def __post_init__(self) -> None:
        """Begin now."""
        self.created_at = self.clock.nanoseconds()

    def __repr__(self) -> str:
        """Say which run it is, and how far it has come."""
        error = f": {self.error}" if self.error else ""
        return f"<Run {self.id} of {self.model.full_name}: {self.status}{error}>"

    @property
    def expired(self) -> bool:
        """Whether the input, the output and the logs are gone: an hour after the end."""
        if self.data_removed or self.destination is not None or self.completed_at is None:
            return self.data_removed
        return self.clock.nanoseconds() - self.completed_at >= RETENTION

    @property
    def finished(self) -> bool:
        """Whether the run has come to an end, good or bad."""
        return self.status in TERMINAL

    @property
    def streams(self) -> bool:
        """Whether the run has a stream of events."""
        signature = self.version.signature
        return self.destination is None and (signature.iterates or signature.makes_files)

    # --- what happens to a run -----------------------------------------------------------------

    def start(self) -> None:
        """Leave the queue."""
        self.status = "processing"
        self.started_at = self.clock.nanoseconds()
        self._tell("start")

    def put(self, output: Any, *, piece: bool) -> None:
        """Set the output, or add one piece to it."""
        if self.finished:
            return
        output = self.finalize(output)
        if piece:
            self.output = self.output or []
            self.output.append(output)
        else:
            self.output = output
        whole: Any = self.output if isinstance(output, list) and not piece else [output]
        for item in whole:
            self._event("output", item if isinstance(item, str) else json.dumps(item))
        self._tell("output")

    def log(self, text: str, *, stream: bool = False) -> None:
        """Add to the logs."""
        if self.finished:
            return
        self.logs += text
        if stream:
            self._event("logs", text)
        self._tell("logs")

    def finish(self, status: str, error: Optional[str] = None) -> None:
        """End the run; only the first end counts."""
        if self.finished:
            return
        self.status, self.error = status, error
        self.completed_at = self.clock.nanoseconds()
        if status == "succeeded" and self.version.signature.iterates and self.output is None:
            self.output = []
        if status != "aborted":
            # Canceled while it was waiting, the API reports a time next to nothing.
            since = self.started_at or self.completed_at - 2000
            self.metrics["predict_time"] = (self.completed_at - since) / wire.NANOSECONDS
        total = (self.completed_at - self.created_at) / wire.NANOSECONDS
        self.metrics["total_time"] = total
        reason = {"failed": "error", "canceled": "canceled", "aborted": "canceled"}.get(status)
        if status == "failed":
            self._event("error", json.dumps({"detail": error}))
        self._event("done", json.dumps({"reason": reason}) if reason else "{}")
        self._tell("completed")
        self.stop()

    def cancel(self, *, deadline: bool = False) -> None:
        """Cancel the run: aborted if the deadline passed before it could start."""
        self.finish("aborted" if deadline and self.started_at is None else "canceled")

    def _event(self, kind: str, data: str) -> None:
        second = self.clock.nanoseconds() // wire.NANOSECONDS
        previous = self.events[-1].id.split(":") if self.events else ["", ""]
        index = int(previous[1]) + 1 if previous[0] == str(second) else 0
        self.events.append(Event(kind, data, f"{second}:{index}"))

    def _tell(self, what: str) -> None:
        for listener in self.listeners:
            listener(self, what)
        self.changed.fire()

    # --- how a run looks -----------------------------------------------------------------------

    def to_wire(self, api_url: str, stream_url: str, *, created: bool = False) -> Dict[str, Any]:
        """Render the run as the API does: a key is absent until it has a value.

        Args:
            api_url: The base URL with `/v1`.
            stream_url: The origin of streams.
            created: Whether this answers the creation. Even when the output is complete by
                then, that answer says `processing` and leaves out what comes at the end.
        """
        early = created and self.status in ("processing", "succeeded")
        body: Dict[str, Any] = {
            "id": self.id,
            "model": self.model.full_name,
            "version": "hidden" if self.model.official else self.version.id,
            "input": {key: self.input[key] for key in sorted(self.input)},
            "logs": "" if early else self.logs,
        }
        body["output"] = None if self.expired else self.output
        if self.expired:
            body["input"], body["logs"] = {}, ""
        if self.destination is None:
            body["data_removed"] = self.expired
            body["source"] = "api"
        body["error"] = self.error
        body["status"] = "processing" if early else self.status
        body["created_at"] = wire.timestamp(self.created_at, 9 if created else 6)
        times: List[Tuple[str, Optional[int]]] = [("deadline", self.deadline)]
        if not early:
            times += [("started_at", self.started_at), ("completed_at", self.completed_at)]
        body.update((key, wire.timestamp(at, 6)) for key, at in times if at is not None)
        if (self.finished or self.metrics) and not early:
            body["metrics"] = dict(self.metrics)
        if self.deployment:
            body["deployment"] = self.deployment
        if self.webhook:
            body["webhook"] = self.webhook
            if self.webhook_events_filter is not None:
                body["webhook_events_filter"] = self.webhook_events_filter
        if self.asked_to_stream:
            body["stream"] = True
        body["urls"] = self._urls(api_url, stream_url)
        if self.destination is not None and not created:
            # Trainings are answered by the backend that writes what is not there as null.
            absent = ("started_at", "completed_at", "output", "webhook_completed")
            body = {**dict.fromkeys(absent), "metrics": {}, **body, "logs": self.logs or None}
        return body

    def _urls(self, api_url: str, stream_url: str) -> Dict[str, str]:
        get = f"{api_url}/predictions/{self.id}"
        web = f"{api_url[: -len('/v1')]}/p/{self.id}"
        urls = {"get": get, "cancel": f"{get}/cancel"}
        if self.destination is not None:
            return urls  # under predictions: that is where the API has them too
        urls["web"] = web
        if self.streams:
            kind = "files" if self.version.signature.makes_files else "streams"
            urls["stream"] = f"{stream_url}/v1/{kind}/{self.stream_key}"
        return urls
