"""Streams: the events of a run, over as many connections as it takes."""

from __future__ import annotations

import json
import re
from typing import (
    TYPE_CHECKING,
    Any,
    Awaitable,
    Callable,
    Dict,
    Generator,
    List,
    NoReturn,
    Optional,
)

from .._blocking import monotonic
from .._files.output import FileOutput
from .._files.transform import looks_like_file
from .._guards import is_array, is_object
from .._http import retry
from .._http.address import parts_of
from .._http.deadline import pause, until
from .._http.errors import asks_for_too_long
from .._log import logger
from .._secrets import hide_in
from .._steps import AsAsyncGenerator, AsGenerator
from ..exceptions import (
    APIConnectionError,
    DeadlineExceededError,
    InvalidResponseError,
    NotFoundError,
    ReplicateError,
    ReplicateException,
    StreamError,
)
from .events import Decoder, RawEvent, ServerSentEvent, event_of, reason_of
from .waiting import look, pauses_of

if TYPE_CHECKING:
    import httpx

    from .._http.body import Body
    from .._http.session import Session
    from .guard import RunGuard


OUTPUT, DONE = ServerSentEvent.EventType.OUTPUT, ServerSentEvent.EventType.DONE

LAST = frozenset({"done", "error"})
"""Events that end a stream. A reader has not received one before, or it would not read on."""

QUIET_SPELL = 5.0
"""A connection that ends without events after so many seconds has not failed.

Servers and proxies close a stream on which nothing happens, while a model is still starting.
"""

SILENCE = 10.0
"""Seconds after which a stream that sends only comments is left, to look at the run."""

NOT_FOUND = 2
"""How often a stream that answers 404 is asked for again: not every server may know it yet."""

HEADERS = {"Accept": "text/event-stream", "Cache-Control": "no-store"}

_LINE_END = re.compile(r"\r\n?")


class Stream(AsGenerator[ServerSentEvent]):
    """The events of a run, for `for`, `async for` and `with`.

    If the connection breaks, a new connection continues after the last event. If no connection is
    possible, the client polls the run, and makes events of its output.
    """

    def __init__(
        self,
        guard: RunGuard[Any],
        *,
        start: Optional[Callable[[], Awaitable[Any]]] = None,
        end: Optional[float] = None,
        use_file_output: bool = True,
    ) -> None:
        """Create a stream, for which nothing is sent yet.

        Args:
            guard: The guard of the run.
            start: Creates the run, if there is none yet. Closing the stream then cancels the run.
            end: The deadline, on the monotonic clock.
            use_file_output: Whether the data of an event that is a file becomes a `FileOutput`.
        """
        super().__init__()
        self._guard = guard
        guard.outlives_call = True
        self._start = start
        self._end = end
        self._use_file_output = use_file_output
        self._brings_files = use_file_output
        self._body: Optional[Body] = None
        self._position = _Position()
        self._text: List[str] = []
        """The pieces of output that the reader has got."""
        self._polls = False
        self._last: Optional[ServerSentEvent] = None
        self._failure: Optional[StreamError] = None
        self._refusal: Optional[ReplicateError] = None

    async def _more(self) -> Optional[List[ServerSentEvent]]:
        if self._end is None:
            return await self._guarded()
        with until(self._end):
            return await self._guarded()

    async def _guarded(self) -> Optional[List[ServerSentEvent]]:
        try:
            if self._failure is not None:
                raise self._failure  # noqa: TRY301 - the guard sees it too
            if self._last is not None:
                await self._check_end(self._last)
                self._guard.end()
                return None
            if self._body is not None:
                return await self._received(self._body)
            if self._guard.run is None and self._start is not None:
                await self._start()
            return await (self._polled() if self._polls else self._connect())
        except BaseException as error:
            try:
                # First: the stream may hold the only connection, and a cancel needs one.
                await self._release()
            finally:  # a task may be canceled several times
                await self._guard.failed(error)
            if await self._guard.has_succeeded(error):
                self._polls = True
                return await self._polled()
            self._guard.end(error)
            raise

    async def _release(self) -> None:
        body, self._body = self._body, None
        if body is not None:
            await body.close()

    async def _interrupt(self) -> None:
        try:
            if self._start is not None:
                await self._guard.interrupt()
        finally:
            self._guard.end()

    def __del__(self) -> None:
        body = getattr(self, "_body", None)
        if body is not None:
            body.abandon()

    @property
    def _run(self) -> Any:
        return self._guard.run

    @property
    def _session(self) -> Session:
        session: Session = self._run._client
        return session

    # By connection.

    async def _received(self, body: Body) -> List[ServerSentEvent]:
        cut: Optional[ReplicateError] = None
        try:
            chunk = await body.read()
        except (APIConnectionError, InvalidResponseError) as error:
            chunk, cut = None, error
        if chunk is None:
            await self._release()
            return await self._broke_off(cut)
        events = self._decoded(chunk)
        if events:
            self._position.received = True
            self._looked = monotonic()
        elif monotonic() - self._looked > SILENCE and not self._failure:
            await self._release()  # it may hold the only connection, and a look needs one
            return await self._broke_off(None)
        return events

    async def _connect(self) -> List[ServerSentEvent]:
        urls: Any = self._run.urls
        url = urls.get("stream") if is_object(urls) else None
        if not isinstance(url, str):
            self._polls = True
            return []
        self._brings_files = self._use_file_output and may_bring_files(url)
        position = self._position
        position.reconnect()
        self._decoder = Decoder()
        self._looked = monotonic()
        try:
            self._body = await self._session._http.open("GET", url, headers=position.headers())
            check_content_type(self._body.response)
        except DeadlineExceededError:
            raise
        except ReplicateError as error:
            await self._release()
            if asks_for_too_long(error):
                raise
            if isinstance(error, APIConnectionError):
                return await self._broke_off(error)
            position.refusals += 1
            if isinstance(error, NotFoundError) and position.refusals <= NOT_FOUND:
                return await self._broke_off(error)
            logger.info("stream of %s: %s; polling", self._run.id, error.title)
            self._polls, self._refusal = True, error
        return []

    async def _broke_off(self, cut: Optional[Exception]) -> List[ServerSentEvent]:
        """After a connection that has ended too early, decide between a new one and polling."""
        position = self._position
        if not self._run._has_ended:
            await look(self._run)
        if self._run._has_ended and not position.received:
            self._polls = True  # a new connection would bring nothing either
            return []
        if position.received or monotonic() - position.connected > QUIET_SPELL:
            position.attempts = 0
        position.attempts += 1
        if position.attempts > self._session.max_retries + 1:
            self._polls = True
            return []
        logger.info("stream of %s ended early (%s); taking it up again", self._run.id, cut)
        if not position.received:
            await pause(retry.wait_before(position.attempts))
        return []

    def _decoded(self, chunk: bytes) -> List[ServerSentEvent]:
        events: List[ServerSentEvent] = []
        is_new, text = self._position.is_new, self._text
        for raw in self._decoder.feed(chunk):
            if not is_new(raw):
                continue
            try:
                event = event_of(raw)
            except StreamError as error:
                self._failure = error  # after the events before it
                break
            if event is None:
                continue
            if event.event is OUTPUT:
                text.append(event.data)
                if self._brings_files:
                    with_file(event, self._session)
            events.append(event)
            if event.event is DONE:
                self._last = event
                break
        return events

    async def _check_end(self, done: ServerSentEvent) -> None:
        """Raise what a `done` that is not a success stands for."""
        await self._release()  # first: many streams may end at once, and look at their runs
        reason = reason_of(done)
        if reason is None:
            return
        pauses = pauses_of(self._session)
        while not self._run._has_ended:
            await look(self._run)
            if not self._run._has_ended:
                await pause(next(pauses))
        self._run._raise_for_status()
        if reason == "error":
            raise StreamError(title="The model failed", detail=self._run.error or done.data)

    # By polling.

    async def _polled(self) -> List[ServerSentEvent]:
        """Wait for output that the reader has not got yet, and return it as events."""
        await self._release()
        pauses = pauses_of(self._session)
        while True:
            rest = self._rest()
            if rest or self._run._has_ended:
                break
            await pause(next(pauses))
            await self._look_instead()
        if rest:
            self._text += rest
            return [self._output_event(data) for data in rest]
        self._run._raise_for_status()
        self._last = ServerSentEvent(event=DONE, data="{}")
        return [self._last]

    async def _look_instead(self) -> None:
        """Look at the run, since its stream cannot be had.

        Raises:
            ReplicateException: The look failed. The refusal of the stream goes first.
        """
        refusal, self._refusal = self._refusal, None
        try:
            await look(self._run)
        except DeadlineExceededError:
            raise
        except ReplicateException as failure:
            raise refusal or failure from None

    def _output_event(self, text: str) -> ServerSentEvent:
        event = ServerSentEvent(event=OUTPUT, data=text, id=self._position.last_id or "")
        if self._brings_files:
            with_file(event, self._session)
        return event

    def _rest(self) -> List[str]:
        """Return the output that the reader has not got yet.

        Raises:
            StreamError: The output does not begin with what the reader has got.
        """
        run = self._run
        output = run._output_so_far
        items: List[Any] = output if is_array(output) else [] if output is None else [output]
        # Lines end with \n in a stream, whatever they end with in the output.
        texts = [_LINE_END.sub("\n", as_text(item)) for item in items]
        given = self._text
        if texts[: len(given)] == given:
            return texts[len(given) :]
        whole, delivered = "".join(texts), "".join(given)
        if whole.startswith(delivered):
            return [whole[len(delivered) :]] if whole != delivered else []
        if delivered.startswith(whole) and not run._has_ended:
            return []  # the stream was ahead
        raise StreamError(
            title="Stream broken",
            detail=f"the stream of prediction {run.id} broke, and the prediction's output does "
            f"not continue what was streamed; the status is {run.status}",
        )


class AsyncStream(AsAsyncGenerator[ServerSentEvent], Stream):
    """A stream for `async for`, with or without `await` in front.

    `await` returns the stream at once, so that `asyncio.create_task` and the like work too.
    """

    if not TYPE_CHECKING:

        def __next__(self) -> NoReturn:  # asyncio in C calls this instead of `send`
            raise StopIteration(self)

        def send(self, value: object, /) -> NoReturn:
            del value
            raise StopIteration(self)

        def throw(self, *error: Any) -> NoReturn:
            AsGenerator.throw(self, *error)

    def __await__(self) -> Generator[Any, None, AsyncStream]:
        return self._itself().__await__()

    async def _itself(self) -> AsyncStream:
        return self


class _Position:
    """How far a stream was received: a new connection asks for the rest."""

    def __init__(self) -> None:
        self.last_id: Optional[str] = None
        self.attempts = 0
        self.refusals = 0
        self._seen: Dict[Optional[str], int] = {}
        self.reconnect()

    def headers(self) -> Dict[str, Any]:
        # Bytes: to httpx text is ASCII, and the standard says UTF-8.
        return {**HEADERS, "Last-Event-ID": self.last_id.encode()} if self.last_id else HEADERS

    def reconnect(self) -> None:
        """Prepare for a new connection, which may repeat events.

        A server goes on after `Last-Event-ID`, or starts over if it does not know that header. An
        event with an id is recognized by its id. An event without an id is recognized by the
        latest id and its number since then: the third event after `id: 7`, for example.
        """
        self.received = False
        """Whether this connection has brought an event that none before it had."""
        self.connected = monotonic()
        self._before = dict(self._seen)
        self._id, self._number = self.last_id, 0

    def is_new(self, event: RawEvent) -> bool:
        """Say whether an event is new: no earlier connection has delivered it."""
        if event.own_id and event.id:
            self._id, self._number = event.id, 0
        else:
            self._number += 1
        id, number = self._id, self._number
        if number >= self._seen.get(id, 0):
            self._seen[id] = number
        if event.event in LAST:
            return True
        if number > self._before.get(id, -1):
            self.last_id = id
            return True
        return False


def check_content_type(response: httpx.Response) -> None:
    """Check that a response is a stream of events.

    Raises:
        InvalidResponseError: Its media type is another one.
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


def as_text(item: Any) -> str:
    """Return an item of an output in the form that it has in a stream."""
    return item if isinstance(item, str) else json.dumps(item)


def may_bring_files(url: str) -> bool:
    """Say whether the output in a stream may be files.

    Models that make files stream from `/v1/files/...`, those that make text from elsewhere.
    """
    return "/streams/" not in parts_of(url).path


def with_file(event: ServerSentEvent, session: Session) -> None:
    """Turn the data of an output event into a file, if it is one."""
    data = event.data.strip()
    if looks_like_file(data, session):
        event.data = FileOutput(data, session)
