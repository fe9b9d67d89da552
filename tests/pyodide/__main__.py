"""Run tests in CPython 3.14 as WebAssembly, under Node.js: `make test-pyodide`.

There are no sockets, no threads and no processes: so these are the tests of decisions, and some
that run models, blocking, through a transport of their own.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tests.matrix import ROOT

HERE = Path(__file__).parent
PACKAGES = ROOT / ".venv-pyodide"
NEEDED = ("anyio", "attrs", "httpx", "hypothesis", "pytest", "typing_extensions")
DECISIONS = (
    "address",
    "batch",
    "events",
    "identifier",
    "interruptions",
    "lost",
    "retry",
    "waiting",
)
TESTS = ("tests/pyodide", *(f"tests/decisions/test_{name}.py" for name in DECISIONS))


def install():
    """Bring in the interpreter, from npm, and packages that are nothing but Python."""
    if (PACKAGES / "installed").exists():
        return
    (PACKAGES / "node").mkdir(parents=True, exist_ok=True)
    shutil.copy(HERE / "package.json", PACKAGES / "node")
    npm = ["npm", "install", "--silent", "--no-audit", "--no-fund"]
    subprocess.run(npm, check=True, cwd=PACKAGES / "node")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    target = ["--target", str(PACKAGES / "python"), "--upgrade", "--only-binary", ":all:"]
    kind = ["--python-version", "3.14", "--implementation", "py", "--platform", "any"]
    subprocess.run([*pip, *target, *kind, *NEEDED], check=True)
    (PACKAGES / "installed").touch()


def main(arguments):
    """Run the tests; return their exit status."""
    install()
    # The fixtures of all tests start servers.
    options = ["-q", "--noconftest", "-p", "tests.decisions.conftest"]
    # Deep recursions of Python take more of the stack than Node.js gives.
    command = [
        "node",
        "--stack-size=6000",
        HERE / "run.mjs",
        ROOT,
        PACKAGES,
        *options,
        *(arguments or TESTS),
    ]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
