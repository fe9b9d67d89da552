"""A small HTTP server that records what it gets and answers as it is told, on a real socket.

The sandbox behaves like the API. This one knows nothing: a test says what each request is
answered with, and sees headers, bodies and paths exactly as they came.
"""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Tuple, Union


class Request(NamedTuple):
    """A request as it came in."""

    method: str
    target: str
    """Path and query, not decoded."""
    headers: List[Tuple[str, str]]
    body: bytes

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def header(self, name: str) -> Union[str, None]:
        """Return a header, None if it did not come; it must not have come twice."""
        values = self.all(name)
        assert len(values) < 2, f"{name} came {len(values)} times: {values}"
        return values[0] if values else None

    def all(self, name: str) -> List[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]


CUT = object()
"""In a tuple of pieces: the connection ends here."""


class Answer(NamedTuple):
    """What to answer with; `body` may be JSON, text, bytes, or a tuple of pieces to send."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = MappingProxyType({})

    def encoded(self) -> Tuple[str, Tuple[Any, ...], Union[int, None]]:
        """Return content type, pieces, and length where that is known."""
        if isinstance(self.body, tuple):
            return "application/octet-stream", self.body, None
        if isinstance(self.body, bytes):
            kind, data = "application/octet-stream", self.body
        elif isinstance(self.body, str):
            kind, data = "text/plain; charset=utf-8", self.body.encode()
        else:
            kind = "application/json"
            data = b"" if self.body is None else json.dumps(self.body).encode()
        return kind, (data,), len(data)


Handler = Callable[[Request], Answer]


class Recorder:
    """The server. `requests` is what came; `handle` decides about the answers.

    By default answers come from what `on` was told, the last one again and again.
    """

    def __init__(self, handle: Union[Handler, None] = None) -> None:
        self.requests: List[Request] = []
        self.handle: Handler = handle or self._planned
        self._plan: Dict[Tuple[str, str], List[Answer]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _connection_class(self))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    def on(self, method: str, path: str, body: Any = None, status: int = 200, **headers: str):
        """Plan an answer; several for one path are given one after the other."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._plan.setdefault((method, path), []).append(Answer(body, status, named))
        return self

    def always(self, body: Any = None, status: int = 200, **headers: str):
        """Answer every request alike."""
        answer = Answer(body, status, {k.replace("_", "-"): v for k, v in headers.items()})
        self.handle = lambda _request: answer
        return self

    def _planned(self, request: Request) -> Answer:
        answers = self._plan.get((request.method, request.path))
        if not answers:
            return Answer({"detail": "not planned", "status": 404}, 404)
        return answers.pop(0) if len(answers) > 1 else answers[0]

    @property
    def last(self) -> Request:
        return self.requests[-1]

    @property
    def lines(self) -> List[str]:
        """The requests as `METHOD target`."""
        return [f"{request.method} {request.target}" for request in self.requests]

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _connection_class(recorder: Recorder) -> type:
    class Connection(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def __getattr__(self, name: str) -> Any:
            if name.startswith("do_"):
                return self._answer
            raise AttributeError(name)

        def _answer(self) -> None:
            request = Request(self.command, self.path, list(self.headers.items()), self._body())
            recorder.requests.append(request)
            answer = recorder.handle(request)
            kind, pieces, length = answer.encoded()
            # Each request gets a connection of its own: none is left open at the end of a test.
            headers = {"content-type": kind, "connection": "close"}
            if length is not None and answer.status != 204:
                headers["content-length"] = str(length)
            self.close_connection = True
            try:
                self.send_response(answer.status)
                headers.update((name.lower(), value) for name, value in answer.headers.items())
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                for piece in pieces:
                    if piece is CUT:
                        return
                    self.wfile.write(piece)
                    self.wfile.flush()
            except ConnectionError:
                pass  # the client has what it wanted, or was told to stop

        def _body(self) -> bytes:
            if self.headers.get("transfer-encoding") != "chunked":
                return self.rfile.read(int(self.headers.get("content-length") or 0))
            body = b""
            while True:
                size = int(self.rfile.readline(), 16)
                body += self.rfile.read(size)
                self.rfile.readline()
                if not size:
                    return body

        def log_message(self, *_: Any) -> None:
            pass

    return Connection
