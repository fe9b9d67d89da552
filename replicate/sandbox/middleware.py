"""What stands between the socket and the API: the record of requests, faults, unexpected errors."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import time
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import (
    TYPE_CHECKING,
    Any,
    Callable,
    Dict,
    Iterator,
    Optional,
    Sequence,
    Tuple,
    cast,
)

from starlette.requests import Request

from . import wire
from .access import log_request
from .addresses import current_view
from .faults import CUT, Fault
from .server import logger
from .wire import Problem

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import Message, Receive, Send

    from .app import Handler
    from .clock import Clock
    from .history import RequestLog
    from .state import State

RawHeaders = Sequence[Tuple[bytes, bytes]]

TRICKLE_SIZE = 16
# Enough to look into any JSON; uploads of a gigabyte must not fill the memory.
BODY_LIMIT = 1 << 20


@dataclass
class RecordedRequest:
    """A request that a sandbox received.

    Attributes:
        host: `api`, or `files` for the origin of output files and streams.
        method: As sent.
        path: The path, as sent, without the query.
        query: The query, as sent.
        headers: The headers by their names in lower case.
        body: The first megabyte of the body, as far as it was read.
        status: The status of the answer, or None if none was sent.
        seconds: How long it took until the answer was sent to its end.
        fault: The fault that hit it, if one did.
    """

    host: str
    method: str
    path: str
    query: str
    headers: Dict[str, str] = field(repr=False)
    body: bytes = b""
    status: Optional[int] = None
    seconds: float = field(default=0.0, compare=False)
    fault: Optional[Fault] = field(default=None, compare=False)

    @property
    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)

    def reading(self, receive: Receive) -> Receive:
        """Keep what is received."""

        async def recording() -> Message:
            message = await receive()
            if message["type"] == "http.request" and len(self.body) < BODY_LIMIT:
                self.body += message.get("body", b"")[: BODY_LIMIT - len(self.body)]
            return message

        return recording

    def sending(self, send: Send, clock: Clock) -> Send:
        """Keep the status of what is sent, and date it."""

        async def recording(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.status = message["status"]
                headers = message["headers"] = list(message["headers"])
                if all(name != b"date" for name, _ in headers):
                    date = formatdate(clock.nanoseconds() // wire.NANOSECONDS, usegmt=True)
                    headers.insert(0, (b"date", date.encode()))
            await send(message)

        return recording


class Edge:
    """The ASGI application around one of the sandbox's hosts."""

    def __init__(
        self,
        host: str,
        state: State,
        handler: Handler,
        names: Callable[[State, Request], Sequence[str]],
        requests: RequestLog,
    ) -> None:
        self._host = host
        self._state = state
        self._handler = handler
        self._names = names
        self._requests = requests

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Answer one request, unless a fault has other plans for it."""
        started = time.perf_counter()
        record = self._record(scope)
        self._state.addresses.enter(scope)
        receive, send = record.reading(receive), record.sending(send, self._state.clock)
        request = Request(scope, receive)
        names = self._names(self._state, request)
        fault = record.fault = self._state.faults.decide(record.method, record.path, names)
        clock = self._state.clock
        clock.took_over()
        try:
            with clock.busy():
                if fault is None:
                    response = await self._answer(request)
                    await response(scope, receive, send)
                else:
                    await self._break(fault, request, send)
        except asyncio.CancelledError:
            # Only the end of the sandbox cancels requests, and it asks for no explanation.
            return
        finally:
            clock.handed_over()
            record.seconds = time.perf_counter() - started
            self._requests.received(record)
            log_request(record)

    async def _answer(self, request: Request) -> Response:
        try:
            response = await self._handler(self._state, request)
            return current_view().translated(response)
        except Exception:  # noqa: BLE001 - a bug of the sandbox, which the client sees as a 500
            logger.exception("%s %s", request.method, request.url.path)
            return Problem(500, "Internal server error").response()

    async def _break(self, fault: Fault, request: Request, send: Send) -> None:
        line = Line(request.scope["state"]["transport"], request.receive, send)
        response: Optional[Response] = None
        if fault.work or not (fault.replaces or fault.drop == "before"):
            response = await self._answer(request)
        else:
            async for _ in request.stream():
                pass  # a client that can't send to the end sees another error
        await asyncio.sleep(fault.delay)
        if fault.drop in ("before", "after"):
            await line.cut(reset=True)
        elif fault.replaces or response is None:
            await line.say(fault)
        else:
            await response(request.scope, request.receive, line.bent(fault))

    def _record(self, scope: Any) -> RecordedRequest:
        record = RecordedRequest(
            self._host,
            scope["method"],
            scope["raw_path"].decode("latin-1"),
            scope["query_string"].decode("latin-1"),
            {k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]},
        )
        self._requests.append(record)
        return record


class Line:
    """The connection below an answer, for faults that HTTP has no words for."""

    def __init__(self, transport: asyncio.Transport, receive: Receive, send: Send) -> None:
        self._transport = transport
        self._receive = receive
        self._send = send
        self._cut = False

    async def cut(self, *, reset: bool) -> None:
        """End the connection: reset it, or close it with what was sent."""
        self._cut = True
        if reset:
            connection = self._transport.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()
        # Until it knows about the end, the server would complain about a missing answer.
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def say(self, fault: Fault) -> None:
        """Send a fault's own answer."""
        status, headers, body = fault.answer()
        script = fault.script
        if script is None:
            headers = {"content-length": str(len(body)), **headers}
        send = self.bent(fault)
        raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": status, "headers": raw})
        for step in script or ():
            if step is CUT:
                await self.cut(reset=False)
                return
            if isinstance(step, (bytes, str)):
                data = step if isinstance(step, bytes) else step.encode()
                await send({"type": "http.response.body", "body": data, "more_body": True})
            else:
                await asyncio.sleep(cast("float", step))
        await send({"type": "http.response.body", "body": body})

    def bent(self, fault: Fault) -> Send:
        """Return a `send` that does to an answer what the fault asks for."""
        left = fault.truncate

        async def send(message: Message) -> None:
            nonlocal left
            if self._cut:
                return
            if message["type"] == "http.response.start":
                await self._send({**message, "headers": _headers(message["headers"], fault)})
                return
            data = message.get("body", b"")
            if fault.drop == "during" and data:
                left = len(data) // 2
            whole = left is None or len(data) <= left
            for piece in _pieces(data if whole else data[:left], fault):
                await self._send({**message, "body": piece, "more_body": True})
                await asyncio.sleep(fault.trickle)
            if not whole:
                await self.cut(reset=fault.drop == "during")
                return
            if left is not None:
                left -= len(data)
            if not message.get("more_body", False):
                await self._send({**message, "body": b""})

        return send


def _headers(raw: RawHeaders, fault: Fault) -> RawHeaders:
    changed = {name.lower().encode(): value.encode() for name, value in fault.headers.items()}
    if fault.content_type is not None:
        changed[b"content-type"] = fault.content_type.encode()
    kept = [
        (name, value)
        for name, value in raw
        if name not in changed and (fault.content_length or name != b"content-length")
    ]
    return [*kept, *changed.items()]


def _pieces(data: bytes, fault: Fault) -> Iterator[bytes]:
    size = TRICKLE_SIZE if fault.trickle else max(len(data), 1)
    return (data[start : start + size] for start in range(0, len(data), size))
