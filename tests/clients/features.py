"""What a Python client has, for the table of docs/comparison.md.

Run in the environment of a client it prints a line of JSON: which of the features are there. It
looks at names and parameters, and for what those do not show at the requests that arrive.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import inspect
import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import replicate

PREDICTION = {
    "id": "gm3qorzdhgbfurvjtvhg6dckhu",
    "model": "a/b",
    "version": "hidden",
    "status": "succeeded",
    "input": {},
    "output": "done",
    "logs": "",
    "created_at": "2026-01-02T03:04:05Z",
    "urls": {"get": "https://replicate.com", "cancel": "https://replicate.com"},
}


class Server:
    """A server that notes requests, and answers them with a prediction or not at all."""

    def __init__(self, answers=True):
        self.requests = seen = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers["content-length"] or 0))
                seen.append((self.command, self.headers))
                self.close_connection = True
                if answers:
                    self.send_response(201)
                    self.send_header("content-type", "application/json")
                    self.end_headers()
                    self.wfile.write(json.dumps(PREDICTION).encode())

            do_GET = do_POST

            def log_message(self, *arguments):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def has(path):
    """Say whether `replicate` has an attribute, by its path."""
    found = replicate
    for name in path.split("."):
        found = getattr(found, name, None)
    return found is not None


def takes(function, name):
    return name in inspect.signature(function).parameters


def module(name):
    return importlib.util.find_spec(f"replicate.{name}") is not None


def client(**options):
    if importlib.metadata.version("replicate").startswith("2."):
        return replicate.Replicate(bearer_token="token", **options)
    return replicate.Client("token", **options)


def creates_once():
    with Server(answers=False) as server:
        try:
            client(base_url=server.url).predictions.create(version="v", input={})
        except Exception:
            return sum(method == "POST" for method, _ in server.requests) == 1
    raise AssertionError("there was no answer")


def keeps_token():
    with Server() as other:
        file_class = getattr(replicate, "FileOutput", None) or replicate.helpers.FileOutput
        file_class(f"{other.url}/file", client()).read()
        ((_, headers),) = other.requests
        return headers["authorization"] is None


def shows_its_log():
    with Server() as server:
        call = [sys.executable, __file__, server.url]
        environment = {**os.environ, "REPLICATE_LOG": "debug"}
        done = subprocess.run(call, env=environment, capture_output=True, check=True)
    return bool(done.stderr)


FEATURES = {
    "Calls that block, and calls to `await`": lambda: has("async_run") or has("AsyncReplicate"),
    "Python 3.8": lambda: (
        ">=3.8" in importlib.metadata.metadata("replicate")["Requires-Python"].replace(" ", "")
    ),
    "Models as functions": lambda: has("use"),
    "Typed modules of models": lambda: module("typed"),
    "Streams": lambda: has("stream"),
    "A time limit for a whole run": lambda: takes(replicate.run, "timeout"),
    "Progress of a run": lambda: takes(replicate.run, "on_update"),
    "Batches that continue after a crash": lambda: has("map"),
    "Files that can be saved": lambda: has("FileOutput.save") or has("helpers.FileOutput.save"),
    "A lost answer is not paid for twice": creates_once,
    "The token goes to the API only": keeps_token,
    "Webhooks are validated": lambda: has("webhooks.validate"),
    "An error class for each status": lambda: has("NotFoundError"),
    "Options for one call, raw answers": lambda: has("Replicate.with_options"),
    "Items of all pages": lambda: (
        has("pagination.Page.items") or has("pagination.SyncCursorURLPage.iter_pages")
    ),
    "Every operation of the API": lambda: has("Client.api") or has("Replicate.search"),
    "A command line": lambda: module("__main__"),
    "A variable that shows the log": shows_its_log,
    "OpenTelemetry": lambda: module("telemetry"),
    "A sandbox for tests": lambda: module("sandbox"),
}


def found():
    """Return which features there are."""
    return {feature: bool(check()) for feature, check in FEATURES.items()}


if __name__ == "__main__":
    if len(sys.argv) > 1:
        client(base_url=sys.argv[1]).predictions.create(version="v", input={})
    else:
        print(json.dumps(found()))
