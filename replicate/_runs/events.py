"""Server-sent events: from bytes to the events that users get. Pure, no I/O.

https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
"""

from __future__ import annotations

import codecs
import enum
import re
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Sequence

from replicate_api.answer import loads

from .._manners import Manners
from ..exceptions import StreamError

_new_tuple: Any = getattr(tuple, "__new__")  # noqa: B009 - its type says too little
_new: Any = object.__new__
"""Makes an object without running Python code: a stream has hundreds of thousands of events."""

_LINE_END = re.compile(r"\r\n|\n|\r")


class RawEvent(NamedTuple):
    """An event as the standard describes it."""

    event: str
    data: str
    id: Optional[str]
    """The latest id that the stream has sent: with this event or with an earlier one."""
    retry: Optional[int]
    own_id: bool
    """Whether the id came with this event."""


class LineDecoder:
    """Splits bytes into lines: at CR, LF and CRLF, but not at U+2028, as `splitlines` would."""

    def __init__(self) -> None:
        self._bytes = b""
        """The first bytes of a character whose other bytes have not come yet."""
        self._rest: List[str] = []
        self._after_cr = False
        self._first = True

    def feed(self, chunk: bytes) -> List[str]:
        """Return the lines that a chunk completes."""
        if self._bytes:
            chunk = self._bytes + chunk
        text, used = codecs.utf_8_decode(chunk, "replace", False)
        self._bytes = chunk[used:]
        if not text:
            return []
        if self._first:
            self._first = False
            text = text[1:] if text[0] == "\ufeff" else text
        if self._after_cr and text[:1] == "\n":
            text = text[1:]  # the CR has ended the line already
        self._after_cr = text.endswith("\r") if text else False
        lines = text.split("\n") if "\r" not in text else _LINE_END.split(text)
        # A long line comes in many chunks: each is looked at once.
        self._rest.append(lines[0])
        if len(lines) > 1:
            lines[0] = "".join(self._rest)
            self._rest = [lines.pop()]
            return lines
        return []


class EventDecoder:
    """Makes events of lines."""

    def __init__(self) -> None:
        self.event: str = ""
        self.data: List[str] = []
        self.last_event_id: Optional[str] = None
        self.retry: Optional[int] = None
        self._own_id = False

    def decode(self, line: str) -> Optional[RawEvent]:
        """Take in a line without its end; return the event that it completes, if any."""
        for event in self.decode_all((line,)):
            return event
        return None

    def decode_all(self, lines: Sequence[str]) -> List[RawEvent]:
        """Take in lines without their ends; return the events that they complete."""
        # A stream has hundreds of thousands of lines: only methods of `str` are called for each.
        events: List[RawEvent] = []
        for line in lines:
            if line:
                field, _, value = line.partition(":")
                if value[:1] == " ":
                    value = value[1:]
                if field == "data":
                    self.data.append(value)
                elif field == "event":
                    self.event = value
                elif field == "id" and "\0" not in value:
                    self.last_event_id = value
                    self._own_id = True
                elif field == "retry" and value.isascii() and value.isdigit():
                    self.retry = int(value[:9])
                continue
            event, data, own_id = self.event, self.data, self._own_id
            self._own_id = False
            if data or event:
                self.event, self.data = "", []
                fields = (event, "\n".join(data), self.last_event_id, self.retry, own_id)
                events.append(_new_tuple(RawEvent, fields))
        return events


class Decoder:
    """Turns the chunks of a response into events."""

    def __init__(self) -> None:
        self._lines = LineDecoder()
        self._events = EventDecoder()

    def feed(self, chunk: bytes) -> List[RawEvent]:
        """Return the events that a chunk completes."""
        lines = self._lines.feed(chunk)
        return self._events.decode_all(lines) if lines else []


class ServerSentEvent(Manners):
    """An event of a stream. `str(event)` is the text of an output event, and empty for others."""

    class EventType(str, enum.Enum):
        """What an event tells."""

        OUTPUT = "output"
        """The model made output: the data is a piece of text, or a file."""

        LOGS = "logs"
        """The model wrote to its logs."""

        ERROR = "error"
        """The model failed. A stream raises `StreamError` in place of this event."""

        DONE = "done"
        """The stream has ended."""

    event: EventType
    """The type of the event; a `str` if this package does not know the type."""

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
        self.event = _TYPES.get(event, event) if isinstance(event, str) else event
        self.data = data
        self.id = id
        self.retry = retry
        if unknown:  # a new field must not take the place of a method
            vars(self).update({k: v for k, v in unknown.items() if not hasattr(type(self), k)})

    def __str__(self) -> str:
        return str(self.data) if self.event is self.EventType.OUTPUT else ""

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        yield from vars(self).items()

    def _fields(self) -> Dict[str, Any]:
        return {**vars(self)}


# What 1.x imports and pickles it as.
ServerSentEvent.__module__ = "replicate.stream"

_TYPES: Dict[str, Any] = {kind.value: kind for kind in ServerSentEvent.EventType}


def event_of(raw: RawEvent) -> Optional[ServerSentEvent]:
    """Return the public form of an event; None if its type is not known.

    Raises:
        StreamError: The event is an error.
    """
    kind = _TYPES.get(raw.event)
    if kind is None:
        return None
    if kind is ServerSentEvent.EventType.ERROR:
        raise StreamError(title="The model failed", detail=_detail(raw.data))
    event: ServerSentEvent = _new(ServerSentEvent)
    event.__dict__ = {"event": kind, "data": raw.data, "id": raw.id or "", "retry": raw.retry}
    return event


def _detail(data: str) -> str:
    """Return the message in an error event: a problem object, or plain text."""
    try:
        detail = loads(data)["detail"]
    except (ValueError, TypeError, KeyError):
        return data
    return detail if isinstance(detail, str) else data


def reason_of(done: ServerSentEvent) -> Optional[str]:
    """Return why a stream has ended, as its last event says: `error`, `canceled`, or None."""
    try:
        return str(loads(done.data)["reason"])
    except (ValueError, TypeError, KeyError):
        return None
