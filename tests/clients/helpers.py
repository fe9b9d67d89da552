"""What both Python scripts need, of the standard library alone."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer


def raised(kind, call, *arguments, **options):
    """Return the error that a call must raise."""
    try:
        call(*arguments, **options)
    except kind as error:
        return error
    raise AssertionError(f"{kind.__name__} was not raised")


class Receiver:
    """A receiver of one webhook: `url` is where, `wait()` gives headers and body."""

    def __init__(self):
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                size = int(self.headers["content-length"])
                outer.body = self.rfile.read(size).decode()
                outer.headers = {name.lower(): value for name, value in self.headers.items()}
                self.send_response(200)
                self.end_headers()
                outer.arrived.set()

            def log_message(self, *arguments):
                pass

        self.arrived = threading.Event()
        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def wait(self):
        assert self.arrived.wait(20), "no webhook came"
        self.server.shutdown()
        self.server.server_close()
        return self.headers, self.body
