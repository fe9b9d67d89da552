"""Run the official clients against the sandbox: `make test-clients`.

Each script is an app that uses one client as its users do. A client stands in an environment of
its own, since they share a name with this package.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Dict, List

from replicate.sandbox import Sandbox
from tests.clients.comparison import wrong

HERE = Path(__file__).parent
FOLDER = HERE.parents[1] / ".venv-clients"
COMMANDS: Dict[str, List[str]] = {
    "Python, 1.0.7": [str(FOLDER / "1.0.7" / "bin" / "python"), str(HERE / "official_1.py")],
    "Python, 2.0.0b4": [str(FOLDER / "2.0.0b4" / "bin" / "python"), str(HERE / "official_2.py")],
    # It runs with this package too: tests/test_beta.py.
    "Python, 2.0.0b4, a program": [
        str(FOLDER / "2.0.0b4" / "bin" / "python"),
        str(HERE / "program_2.py"),
    ],
    "JavaScript, 1.4.0": ["node", str(HERE / "official.mjs")],
}
FEATURES: Dict[str, List[str]] = {
    **{
        f"Python {version}": [
            str(FOLDER / version / "bin" / "python"),
            str(HERE / "features.py"),
        ]
        for version in ("1.0.7", "2.0.0b4")
    },
    "JavaScript 1.4.0": ["node", str(HERE / "features.mjs")],
}
"""What says what a client has, for docs/comparison.md."""

LIMIT = 120.0


def found_by(command: List[str]) -> Dict[str, bool]:
    """Return what a client has."""
    environment = {
        **os.environ,
        "NODE_FOLDER": str(FOLDER / "node"),
        "REPLICATE_API_TOKEN": "token",
    }
    environment.pop("PYTHONPATH", None)
    done = subprocess.run(command, env=environment, timeout=LIMIT, check=True, capture_output=True)
    found: Dict[str, bool] = json.loads(done.stdout)
    return found


def main() -> int:
    """Run all scripts; return how many failed."""
    failed: List[str] = []
    for client, command in FEATURES.items():
        failed += wrong(client, found_by(command))
    with Sandbox(tls=True, page_size=3) as sandbox:
        for number, (client, command) in enumerate(COMMANDS.items()):
            print(f"--- {client}", flush=True)
            # Only 1.x adds the version of the API itself.
            base = sandbox.url if client == "Python, 1.0.7" else f"{sandbox.url}/v1"
            settings = {
                "NAME": f"client-{number}",
                "NODE_FOLDER": str(FOLDER / "node"),
                "REPLICATE_POLL_INTERVAL": "0.05",
            }
            environment = {
                **os.environ,
                **sandbox.environment,
                "REPLICATE_BASE_URL": base,
                **settings,
            }
            environment.pop("PYTHONPATH", None)
            result = subprocess.run(command, env=environment, timeout=LIMIT, check=False)
            if result.returncode != 0:
                failed.append(client)
        broken = [request for request in sandbox.requests if (request.status or 0) >= 500]
    print("---", f"failed: {', '.join(failed)}" if failed else "all passed")
    for request in broken:
        print(request)
    return len(failed) + len(broken)


if __name__ == "__main__":
    sys.exit(main())
