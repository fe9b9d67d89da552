"""Streams of server-sent events: a model's output while it is being made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, List, Mapping, Optional

from ._guards import mark_as_coroutine_function
from ._runs import events as _events
from ._runs.events import ServerSentEvent
from ._steps import Steps
from .exceptions import StreamError

if TYPE_CHECKING:
    import httpx
    from typing_extensions import Unpack

    from ._http.session import Session
    from ._runs.streams import AsyncStream, Stream
    from .identifier import Reference
    from .prediction import RunParams

__all__ = ["AsyncStream", "EventSource", "ServerSentEvent", "Stream", "async_stream", "stream"]


def stream(
    client: Session,
    ref: Reference,
    input: Optional[Mapping[str, Any]] = None,
    *,
    use_file_output: Optional[bool] = True,
    **params: Unpack[RunParams],
) -> Stream:
    """Run a model and yield its output as it is made; see `Client.stream`."""
    from ._runs.streams import Stream

    events: Stream = _open(Stream, client, ref, input, use_file_output, **params)
    return events


def async_stream(
    client: Session,
    ref: Reference,
    input: Optional[Mapping[str, Any]] = None,
    *,
    use_file_output: Optional[bool] = True,
    **params: Unpack[RunParams],
) -> AsyncStream:
    """Run a model and yield its output as it is made; see `Client.stream`."""
    from ._runs.streams import AsyncStream

    events: AsyncStream = _open(AsyncStream, client, ref, input, use_file_output, **params)
    return events


mark_as_coroutine_function(async_stream)


def _open(
    kind: Any,
    client: Session,
    ref: Reference,
    input: Optional[Mapping[str, Any]],
    use_file_output: Optional[bool],
    *,
    timeout: Optional[float] = None,
    **params: Any,
) -> Any:
    from ._arguments import check_run
    from ._http.deadline import end_of
    from ._runs.guard import RunGuard
    from .identifier import resolve
    from .prediction import Prediction, RunParams
    from .run import begin

    name = "stream" if kind.__name__ == "Stream" else "async_stream"
    check_run(ref, params, RunParams.__annotations__, name)
    guard: RunGuard[Prediction] = RunGuard(client, Prediction)
    target = resolve(ref)
    params.setdefault("stream", True)

    async def start() -> None:
        await begin(guard, target, input, **params)

    return kind(
        guard, start=start, end=end_of(timeout), use_file_output=use_file_output is not False
    )


class EventSource(Steps[ServerSentEvent]):
    """The events of one response, as it comes: `Prediction.stream` also survives its end."""

    class Decoder(_events.EventDecoder):
        """Puts the lines of a stream together to events."""

        def decode(self, line: str) -> Optional[ServerSentEvent]:  # type: ignore[override]
            """Take in a line without its end; return the event that it completes, if any."""
            raw = super().decode(line.rstrip("\r\n"))
            return _events.event_of(raw) if raw is not None else None

    def __init__(
        self, client: Session, response: httpx.Response, *, use_file_output: bool = True
    ) -> None:
        from ._runs.streams import check_content_type, may_bring_files

        check_content_type(response)
        super().__init__()
        self.client = client
        self.response = response
        self.use_file_output = use_file_output
        url = "" if response._request is None else str(response.url)
        self._brings_files = use_file_output and may_bring_files(url)
        self._chunks: Any = None
        self._decoder = _events.Decoder()
        self._last: Optional[ServerSentEvent] = None
        self._failure: Optional[Exception] = None

    async def _more(self) -> Optional[List[ServerSentEvent]]:
        from ._blocking import is_blocking

        if self._failure is not None:
            raise self._failure
        if self._last is not None:
            if _events.reason_of(self._last) == "error":
                raise StreamError(
                    title="The model failed", detail="The stream ended with an error."
                )
            return None
        if self._chunks is None:
            response = self.response
            self._chunks = response.iter_bytes() if is_blocking() else response.aiter_bytes()
        try:
            chunk = next(self._chunks) if is_blocking() else await self._chunks.__anext__()
        except (StopIteration, StopAsyncIteration):
            return None
        return self._events(chunk)

    def _events(self, chunk: bytes) -> List[ServerSentEvent]:
        from ._runs.streams import with_file

        events: List[ServerSentEvent] = []
        for raw in self._decoder.feed(chunk):
            try:
                event = _events.event_of(raw)
            except StreamError as error:
                self._failure = error  # after the events before it
                break
            if event is None:
                continue
            if self._brings_files and event.event is ServerSentEvent.EventType.OUTPUT:
                with_file(event, self.client)
            events.append(event)
            if event.event is ServerSentEvent.EventType.DONE:
                self._last = event
                break
        return events


if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        # Their module needs httpx, which `import replicate` does not load.
        if name in {"AsyncStream", "Stream"}:
            from ._runs import streams

            return getattr(streams, name)
        from ._names import lookup

        return lookup(__name__, name)
