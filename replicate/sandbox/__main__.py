"""`python -m replicate.sandbox`: the sandbox in the foreground."""

from __future__ import annotations

import argparse
import signal
import sys
import threading

from . import Sandbox
from .state import Settings


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(
        prog="python -m replicate.sandbox", description="Serve a Replicate API on this machine."
    )
    parser.add_argument("--port", type=int, default=0, help="port of the API (default: a free one)")
    parser.add_argument("--token", default=Settings.token, help="API token to accept")
    options = parser.parse_args()
    # Whoever asks it to end, it removes its files.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with Sandbox(port=options.port, token=options.token) as sandbox:
        lines = [
            f"export REPLICATE_BASE_URL={sandbox.url}",
            f"export REPLICATE_API_TOKEN={sandbox.token}",
            "# models: " + ", ".join(sandbox.models),
        ]
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            sys.stderr.write("\n")


if __name__ == "__main__":
    main()
