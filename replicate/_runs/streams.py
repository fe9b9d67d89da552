"""Streams that survive: reconnecting without losing or repeating an event."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any, AsyncGenerator, Dict, Mapping, Optional

import httpx

from replicate_api.answer import loads

from .._blocking import closing, monotonic
from .._files.output import FileOutput
from .._files.transform import looks_like_file
from .._guards import is_array, is_object
from .._http import retry as _retry
from .._http.address import parts_of
from .._http.body import iterate
from .._http.deadline import deadline, pause, remaining
from .._http.errors import asks_for_too_long
from .._secrets import hide_in
from ..exceptions import (
    DeadlineExceededError,
    InvalidResponseError,
    NotFoundError,
    ReplicateError,
    ReplicateException,
    StreamError,
)
from ..stream import ServerSentEvent, event_of
from . import events as _sse
from .create import create
from .running import in_time

if TYPE_CHECKING:
    from ..client import Client
    from ..identifier import Target
    from ..prediction import Prediction

logger = logging.getLogger("replicate")

_LINE_END = re.compile(r"\r\n?")

EventType = ServerSentEvent.EventType
LAST = frozenset({"done", "error"})
"""Events after which there are no others: none of them was received before."""

QUIET_SPELL = 5.0
"""Seconds after which the end of a connection without events is no failure.

Servers and proxies close a stream on which nothing happens, while a model is still starting.
"""

NO_CONTENT = 204
"""The status by which a server says not to reconnect."""

HEADERS = {"Accept": "text/event-stream", "Cache-Control": "no-store"}


async def run_events(
    client: Client,
    target: Target,
    input: Optional[Mapping[str, Any]],
    *,
    use_file_output: bool,
    timeout: Optional[float] = None,
    **params: Any,
) -> AsyncGenerator[ServerSentEvent, None]:
    """Create a prediction and yield its events; at the deadline, or on Ctrl-C, cancel it."""
    with deadline(timeout):
        params.setdefault("stream", True)
        prediction = await create(client, target, input, **params)
        left = remaining()
    events = events_of(prediction, use_file_output=use_file_output)
    async with closing(in_time(prediction, events, left)) as stream:
        async for event in stream:
            yield event


def events_of(
    prediction: Prediction, *, use_file_output: bool
) -> AsyncGenerator[ServerSentEvent, None]:
    """Return the events of a prediction.

    Raises:
        ReplicateError: It has no stream.
    """
    urls: Any = prediction.urls
    url = urls.get("stream") if is_object(urls) else None
    if not isinstance(url, str):
        error = ReplicateError(
            title="Model does not support streaming",
            detail=f"prediction {prediction.id} of {prediction.model} has no stream URL",
        )
        error.prediction = prediction
        raise error
    return _events(prediction, url, use_file_output=use_file_output)


async def _events(
    prediction: Prediction, url: str, *, use_file_output: bool
) -> AsyncGenerator[ServerSentEvent, None]:
    """Yield the events of a prediction, whatever happens to its connection.

    A stream that breaks off is taken up after the last event received. One that ends
    without `done` is checked against the prediction: the model may have failed, or may have
    output that the stream did not deliver.
    """
    client = prediction._client
    position = _Position()
    text: list[str] = []
    while True:
        fresh, end = False, None
        connected = monotonic()
        position.reconnect()
        try:
            async with client._http.stream("GET", url, headers=position.headers()) as response:
                check_content_type(response)
                async with closing(decoded(response)) as events:
                    async for raw in events:
                        event = event_of(raw) if position.is_new(raw) else None
                        if event is None:
                            continue
                        fresh = True
                        if event.event is EventType.OUTPUT:
                            text.append(event.data)
                        if use_file_output:
                            with_file(event, client, url)
                        yield event
                        if event.event is EventType.DONE:
                            end = event
                            break
        except (httpx.TransportError, ReplicateError) as error:
            if isinstance(error, ReplicateError):
                error.prediction = prediction
            if not await _may_go_on(prediction, error):
                raise
            cut: Optional[Exception] = error
        else:
            cut = None
        if end is not None:  # with the connection given back: many streams may end at once
            await _check_end(prediction, end)
            return
        if not prediction._finished:
            await prediction._look()
        if prediction._finished and not fresh:
            prediction._raise_for_status()
            for rest in _undelivered(prediction, text):
                event = ServerSentEvent(
                    event=EventType.OUTPUT, data=rest, id=position.last_id or ""
                )
                if use_file_output:
                    with_file(event, client, url)
                yield event
            return
        if fresh or monotonic() - connected > QUIET_SPELL:
            position.attempts = 0
        position.attempts += 1
        if position.attempts > client.max_retries + 1:
            raise _broken(prediction, "ends again and again before it is done") from cut
        logger.info("stream of prediction %s ended early; taking it up again", prediction.id)
        if not fresh:
            await pause(_retry.wait_before(position.attempts))


async def _may_go_on(prediction: Prediction, error: Exception) -> bool:
    """Say whether a stream that ended with an error may still be had, or its rest.

    Raises:
        DeadlineExceededError: The prediction, which is waited for instead, takes too long.
    """
    if isinstance(error, (httpx.TransportError, NotFoundError)):
        return True  # 404: a stream is gone some time after its end
    if isinstance(error, (StreamError, DeadlineExceededError)):
        return False
    if isinstance(error, ReplicateError) and asks_for_too_long(error):
        return False
    if isinstance(error, InvalidResponseError) and error.status_code != NO_CONTENT:
        return False
    # The server refuses. What it would have streamed is there when the prediction has ended.
    try:
        await prediction._poll()
    except DeadlineExceededError:
        raise
    except ReplicateException:
        return False
    return True


class _Position:
    """How far a stream was received, so that the rest can be asked for."""

    def __init__(self) -> None:
        self.last_id: Optional[str] = None
        self.attempts = 0
        self._seen: Dict[Optional[str], int] = {}
        self.reconnect()

    def headers(self) -> Dict[str, Any]:
        # Bytes: to httpx text is ASCII, and the standard says UTF-8.
        return {**HEADERS, "Last-Event-ID": self.last_id.encode()} if self.last_id else HEADERS

    def reconnect(self) -> None:
        """Prepare for a server that goes on after `Last-Event-ID`, or knows none and starts over.

        An event is known by its id, one without by its number after the last that had one.
        """
        self._before = dict(self._seen)
        self._id, self._number = self.last_id, 0

    def is_new(self, event: _sse.RawEvent) -> bool:
        """Say whether no earlier connection has delivered an event."""
        if event.own_id and event.id:
            self._id, self._number = event.id, 0
        else:
            self._number += 1
        self._seen[self._id] = max(self._number, self._seen.get(self._id, 0))
        if event.event in LAST:
            return True
        new = self._number > self._before.get(self._id, -1)
        if new:
            self.last_id = self._id
        return new


async def decoded(response: httpx.Response) -> AsyncGenerator[_sse.RawEvent, None]:
    """Yield the events of a response."""
    lines = _sse.LineDecoder()
    events = _sse.EventDecoder()
    async with closing(iterate(response)) as chunks:
        async for chunk in chunks:
            for line in lines.feed(chunk):
                event = events.decode(line)
                if event is not None:
                    yield event


def check_content_type(response: httpx.Response) -> None:
    """Check that a response is a stream of events.

    Raises:
        InvalidResponseError: It is something else.
    """
    content_type = response.headers.get("content-type", "")
    if content_type.partition(";")[0].strip().lower() != "text/event-stream":
        raise InvalidResponseError(
            title="Not a stream",
            detail="Expected response Content-Type to be 'text/event-stream', got "
            f"{content_type!r}",
            status=response.status_code,
            response=hide_in(response),
        )


def with_file(event: ServerSentEvent, client: Client, url: str) -> None:
    """Turn the data of an output event into a file, if it is one.

    Models that make files stream from `/v1/files/...`, those that make text from elsewhere.
    """
    if event.event is not EventType.OUTPUT or "/streams/" in parts_of(url).path:
        return
    data = event.data.strip()
    if looks_like_file(data, client):
        event.data = FileOutput(data, client)


def finished(event: ServerSentEvent) -> bool:
    """Say whether an event is the last one of its stream.

    Raises:
        StreamError: It is, because the model failed.
    """
    if event.event is not EventType.DONE:
        return False
    if _reason(event) == "error":
        raise StreamError(title="The model failed", detail="The stream ended with an error.")
    return True


def _reason(event: ServerSentEvent) -> Optional[str]:
    try:
        return str(loads(event.data)["reason"])
    except (ValueError, TypeError, KeyError):
        return None


async def _check_end(prediction: Prediction, done: ServerSentEvent) -> None:
    """Raise what a `done` that is not a success stands for."""
    reason = _reason(done)
    if reason is None:
        return
    await prediction._poll()
    prediction._raise_for_status()
    if reason == "error":
        raise StreamError(title="The model failed", detail=prediction.error or done.data)


def _undelivered(prediction: Prediction, text: list[str]) -> list[str]:
    """Return the output that a stream which was lost for good did not deliver.

    Raises:
        StreamError: It cannot be told from what was delivered.
    """
    output = vars(prediction).get("output")
    items: list[Any] = output if is_array(output) else [] if output is None else [output]
    removed = output is None and prediction.data_removed
    if not removed and all(isinstance(item, str) for item in items):
        # Lines end with \n in a stream, whatever they end with in the output.
        items = [_LINE_END.sub("\n", item) for item in items]
        if items[: len(text)] == text:
            return items[len(text) :]
        whole, delivered = "".join(items), "".join(text)
        if whole.startswith(delivered):
            return [whole[len(delivered) :]] if whole != delivered else []
    raise _broken(prediction, "is gone, and its rest cannot be told from the prediction's output")


def _broken(prediction: Prediction, how: str) -> StreamError:
    error = StreamError(
        title="Stream broken",
        detail=f"the stream of prediction {prediction.id} {how}; "
        f"the prediction is {prediction.status}",
    )
    error.prediction = prediction
    return error
