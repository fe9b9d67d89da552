"""Server-sent events, decoded as the standard says. Pure, no I/O.

https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
"""

from __future__ import annotations

import codecs
import re
from typing import Iterator, List, NamedTuple, Optional

_LINE_END = re.compile(r"\r\n|\n|\r")


class RawEvent(NamedTuple):
    """An event as it was dispatched."""

    event: str
    data: str
    id: Optional[str]
    """The last id of the stream so far."""
    retry: Optional[int]
    own_id: bool
    """Whether the id came with this event."""


class LineDecoder:
    """Splits bytes into lines at CR, LF and CRLF only: U+2028 and friends are text."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest: List[str] = []
        self._held = ""
        self._first = True

    def feed(self, chunk: bytes) -> Iterator[str]:
        """Yield the lines that a chunk completes."""
        text = self._decoder.decode(chunk)
        if self._first and text:
            self._first = False
            text = text[1:] if text[0] == "\ufeff" else text
        text = self._held + text
        # A CR at the very end may be half of a CRLF.
        self._held = "\r" if text.endswith("\r") else ""
        first, *others = _LINE_END.split(text[: len(text) - len(self._held)])
        # A long line comes in many chunks: each is looked at once.
        self._rest.append(first)
        if others:
            lines = ["".join(self._rest), *others[:-1]]
            self._rest = others[-1:]
            yield from lines


class EventDecoder:
    """Puts lines together to events."""

    def __init__(self) -> None:
        self.event: str = ""
        self.data: List[str] = []
        self.last_event_id: Optional[str] = None
        self.retry: Optional[int] = None
        self._own_id = False

    def decode(self, line: str) -> Optional[RawEvent]:
        """Take in a line without its end; return the event that it completes, if any."""
        if not line:
            return self._dispatch()
        if line.startswith(":"):
            return None
        field, _, value = line.partition(":")
        if value.startswith(" "):
            value = value[1:]
        if field == "event":
            self.event = value
        elif field == "data":
            self.data.append(value)
        elif field == "id" and "\0" not in value:
            self.last_event_id = value
            self._own_id = True
        elif field == "retry" and value.isascii() and value.isdigit():
            self.retry = int(value[:9])
        return None

    def _dispatch(self) -> Optional[RawEvent]:
        event, data, own_id = self.event, self.data, self._own_id
        self.event, self.data, self._own_id = "", [], False
        if not data and not event:
            return None
        return RawEvent(event, "\n".join(data), self.last_event_id, self.retry, own_id)
