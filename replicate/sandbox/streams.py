"""The server-sent events of a prediction."""

from __future__ import annotations

from typing import TYPE_CHECKING, AsyncIterator, Optional

from starlette.responses import StreamingResponse

from .addresses import View, current_view
from .timeline import GLANCE

if TYPE_CHECKING:
    from starlette.requests import Request

    from .runs import Event, Run


def encode(event: Event) -> bytes:
    """Write one event. Those that end a stream carry no id."""
    lines = [f"event: {event.kind}"]
    if event.kind in ("output", "logs"):
        lines.append(f"id: {event.id}")
    # Only these three end a line for the reader; U+2028 and its like are text.
    text = event.data.replace("\r\n", "\n").replace("\r", "\n")
    lines += [f"data: {line}" for line in text.split("\n")]
    return ("\n".join(lines) + "\n\n").encode("utf-8", "replace")


def position_after(run: Run, last_event_id: Optional[str]) -> int:
    """Return how many of a run's events a client has, which has read up to this id."""
    for position, event in enumerate(run.events):
        if event.id == last_event_id:
            return position + 1
    return 0


async def follow(run: Run, position: int, view: View) -> AsyncIterator[bytes]:
    """Yield the events from a position on, as they happen, until the run ends."""
    if run.expired:
        yield b":408: 408 Request Timeout\n\n"
        return
    yield b": hi\n\n"
    while True:
        fresh = run.events[position:]
        position += len(fresh)
        if fresh:
            run.clock.handed_over(GLANCE)
            yield view.translate(b"".join(encode(event) for event in fresh))
        if run.finished and position == len(run.events):
            return
        if position == len(run.events):
            with run.clock.held():
                await run.changed.wait()


def respond(run: Run, request: Request) -> StreamingResponse:
    """Answer with the run's events, all of them or those after `Last-Event-ID`."""
    position = position_after(run, request.headers.get("last-event-id"))
    headers = {"cache-control": "no-store"}
    events = follow(run, position, current_view())
    return StreamingResponse(events, headers=headers, media_type="text/event-stream")
