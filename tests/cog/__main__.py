"""Run the tests of Cog with the versions of it that Pythons have: `make test-cog`.

The newest Cog for Python 3.8 is another program than the newest of all, so each of the chosen
Pythons gets an environment of its own under `.venv-cog/`.
"""

from __future__ import annotations

import subprocess
import sys

from tests.matrix import ROOT, interpreter

VERSIONS = ("3.8", "3.11")


def run(version, python):
    """Set an environment up, run the tests in it, and return whether they passed."""
    folder = ROOT / ".venv-cog" / version
    executable = str(folder / "bin" / "python")
    if not folder.exists():
        subprocess.run([python, "-m", "venv", str(folder)], check=True)
    pip = [executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "-e", ".[cog]", "anyio", "pytest"], check=True, cwd=ROOT)
    tests = [executable, "-m", "pytest", "-q", "tests/cog"]
    return subprocess.run(tests, check=False, cwd=ROOT).returncode == 0


def main(chosen):
    """Run all; return how many did not pass, or are not here."""
    missing = 0
    for version in chosen or VERSIONS:
        python = interpreter(version)
        print(f"--- Python {version}", "" if python else "is not here", flush=True)
        missing += not (python and run(version, python))
    return missing


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
