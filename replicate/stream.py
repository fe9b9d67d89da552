"""Streams of server-sent events: a model's output while it is being made."""

from __future__ import annotations

import enum
from typing import (
    TYPE_CHECKING,
    Any,
    AsyncGenerator,
    AsyncIterator,
    ClassVar,
    Dict,
    Generator,
    Iterator,
    Mapping,
    Optional,
)

from ._blocking import block_iter
from ._runs import events as _sse

if TYPE_CHECKING:
    import httpx
    from typing_extensions import Unpack

    from .client import Client
    from .identifier import Reference
    from .prediction import RunParams

__all__ = ["AsyncStream", "EventSource", "ServerSentEvent", "async_stream", "stream"]


class ServerSentEvent:
    """An event of a stream; `str(event)` is the text of an output event, empty for others."""

    class EventType(str, enum.Enum):
        """What an event tells."""

        OUTPUT = "output"
        """The model made output: the data is a piece of text, or a file."""

        LOGS = "logs"
        """The model wrote to its logs."""

        ERROR = "error"
        """The model failed. It is raised, not given out."""

        DONE = "done"
        """The stream has ended."""

    event: EventType
    """One that is not known is a `str`, as it came."""

    data: Any
    """Text, or a `FileOutput`."""

    id: str
    """Where in the stream the event is; empty if the server did not say."""

    retry: Optional[int]
    """Milliseconds that the server asks to wait before reconnecting."""

    def __init__(
        self,
        *,
        event: Any = None,
        data: Any = None,
        id: str = "",
        retry: Optional[int] = None,
        **unknown: Any,
    ) -> None:
        known: Dict[Any, Any] = dict(self.EventType._value2member_map_)
        self.event = known.get(event, event) if isinstance(event, str) else event
        self.data = data
        self.id = id
        self.retry = retry
        # A new field must not take the place of a method.
        vars(self).update({k: v for k, v in unknown.items() if not hasattr(type(self), k)})

    def __str__(self) -> str:
        return str(self.data) if self.event is self.EventType.OUTPUT else ""

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(event={self.event!r}, data={self.data!r}, "
            f"id={self.id!r}, retry={self.retry!r})"
        )

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        yield from vars(self).items()

    def dict(self) -> Dict[str, Any]:
        """Return the fields."""
        return dict(self)

    def json(self, **options: Any) -> str:
        """Return the fields as JSON; the options are those of `json.dumps`."""
        import json

        options.setdefault("default", str)
        return json.dumps(self.dict(), **options)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ServerSentEvent):
            return NotImplemented
        return self.dict() == other.dict()

    __hash__: ClassVar[None] = None  # type: ignore[assignment]


class AsyncStream:
    """A stream for `async for`, with or without `await` in front; `iter()` blocks instead."""

    def __init__(self, events: AsyncGenerator[ServerSentEvent, None]) -> None:
        self._events = events

    def __aiter__(self) -> AsyncIterator[ServerSentEvent]:
        return self._events

    async def __anext__(self) -> ServerSentEvent:
        return await self._events.__anext__()

    def __await__(self) -> Generator[Any, None, AsyncStream]:
        return self._itself().__await__()

    async def _itself(self) -> AsyncStream:
        return self

    def __iter__(self) -> Iterator[ServerSentEvent]:
        return block_iter(self._events)

    async def aclose(self) -> None:
        """Close the connection before the stream has ended."""
        await self._events.aclose()


def stream(
    client: Client,
    ref: Reference,
    input: Optional[Mapping[str, Any]] = None,
    *,
    use_file_output: Optional[bool] = True,
    **params: Unpack[RunParams],
) -> Iterator[ServerSentEvent]:
    """Run a model and yield its output as it is made; see `Client.stream`."""
    return iter(async_stream(client, ref, input, use_file_output=use_file_output, **params))


def async_stream(
    client: Client,
    ref: Reference,
    input: Optional[Mapping[str, Any]] = None,
    *,
    use_file_output: Optional[bool] = True,
    **params: Unpack[RunParams],
) -> AsyncStream:
    """Run a model and yield its output as it is made; see `Client.stream`."""
    from ._runs.streams import run_events
    from .identifier import resolve

    events = run_events(
        client, resolve(ref), input, use_file_output=use_file_output is not False, **params
    )
    return AsyncStream(events)


class EventSource:
    """The events of one response, as it comes: `Prediction.stream` also survives its end."""

    class Decoder(_sse.EventDecoder):
        """Puts the lines of a stream together to events."""

        def decode(self, line: str) -> Optional[ServerSentEvent]:  # type: ignore[override]
            """Take in a line without its end; return the event that it completes, if any."""
            raw = super().decode(line.rstrip("\r\n"))
            return event_of(raw) if raw is not None else None

    def __init__(
        self, client: Client, response: httpx.Response, *, use_file_output: bool = True
    ) -> None:
        from ._runs.streams import check_content_type

        check_content_type(response)
        self.client = client
        self.response = response
        self.use_file_output = use_file_output
        self._url = "" if response._request is None else str(response.url)

    def __iter__(self) -> Iterator[ServerSentEvent]:
        return block_iter(self.__aiter__())

    async def __aiter__(self) -> AsyncGenerator[ServerSentEvent, None]:
        from ._runs.streams import decoded, finished, with_file

        async for raw in decoded(self.response):
            event = event_of(raw)
            if event is None:
                continue
            if self.use_file_output:
                with_file(event, self.client, self._url)
            yield event
            if finished(event):
                return


def event_of(raw: _sse.RawEvent) -> Optional[ServerSentEvent]:
    """Return the public form of an event, None for one of an unknown type.

    Raises:
        StreamError: It is an error event.
    """
    try:
        kind = ServerSentEvent.EventType(raw.event)
    except ValueError:
        return None
    if kind is ServerSentEvent.EventType.ERROR:
        from .exceptions import StreamError

        raise StreamError(title="The model failed", detail=_detail(raw.data))
    return ServerSentEvent(event=kind, data=raw.data, id=raw.id or "", retry=raw.retry)


def _detail(data: str) -> str:
    """Return the message in an error event: a problem object, or plain text."""
    from replicate_api.answer import loads

    try:
        detail = loads(data)["detail"]
    except (ValueError, TypeError, KeyError):
        return data
    return detail if isinstance(detail, str) else data


if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        from ._names import lookup

        return lookup(__name__, name)
