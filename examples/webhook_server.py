"""Save the output of predictions when their webhooks come, with nothing but Python.

    python examples/webhook_server.py pictures/ --port 8000

Give `https://<where this can be reached>/` as `webhook` to `replicate.predictions.create`,
with `webhook_events_filter=["completed"]`.
"""

from __future__ import annotations

import argparse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import replicate
from replicate.helpers import FileOutput
from replicate.webhook import WebhookValidationError

LARGEST = 1024 * 1024


def files_in(output):
    """Yield the files in an output: one, or a list of them."""
    for item in output if isinstance(output, list) else [output]:
        if isinstance(item, FileOutput):
            yield item


class Receiver(BaseHTTPRequestHandler):
    secret = None
    folder = Path()

    def do_POST(self):
        size = int(self.headers.get("content-length") or 0)
        if size > LARGEST:
            return self.answer(413)
        try:
            prediction = replicate.webhooks.parse(
                headers=self.headers, body=self.rfile.read(size), secret=self.secret
            )
        except WebhookValidationError as error:
            self.log_message("refused: %s", error)
            return self.answer(401)
        # Saved before the answer: if this fails, Replicate sends the webhook again.
        for number, file in enumerate(files_in(prediction.output)):
            suffix = Path(file.name).suffix
            self.log_message("%s", file.save(self.folder / f"{prediction.id}-{number}{suffix}"))
        return self.answer(204)

    def answer(self, status):
        self.send_response(status)
        self.end_headers()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="where to put the files")
    parser.add_argument("--port", type=int, default=8000)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    Receiver.folder = options.folder
    Receiver.secret = replicate.webhooks.default.secret()
    with ThreadingHTTPServer(("127.0.0.1", options.port), Receiver) as server:
        print(f"listening on port {server.server_port}", flush=True)
        server.serve_forever()
