"""Run the tests on every supported Python that this machine has: `make test-all`.

Each gets a virtual environment of its own under `.venvs/`. A last run has the oldest httpx that
`pyproject.toml` allows. What is missing is said at the end, and is no success.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
VERSIONS = ("3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14")
MAY_BE_MISSING = {"3.14"}
OLDEST = "oldest"


def interpreter(version):
    """Return the path of a Python, from the PATH or from pyenv; None if there is none."""
    candidates = [sys.executable, shutil.which(f"python{version}")]
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    candidates += sorted(map(str, pyenv.glob(f"{version}.*/bin/python")))
    for candidate in filter(None, candidates):
        # A shim may stand for a version that is not there.
        probe = [candidate, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
        result = subprocess.run(probe, capture_output=True, text=True, check=False)
        if result.stdout.strip() == version:
            return candidate
    return None


def floors():
    """Return the oldest versions of what the package needs, as requirements."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    return [f"httpx=={re.search(r'httpx>=([0-9.]+)', text).group(1)}"]


def run(name, python, arguments):
    """Set an environment up, run the tests in it, and return whether they passed."""
    folder = ROOT / ".venvs" / name
    executable = str(folder / ("Scripts" if os.name == "nt" else "bin") / "python")
    pip = [executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    wanted = ["-e", ".[sandbox]", "-r", "tests/requirements.txt"]
    if not folder.exists():
        subprocess.run([python, "-m", "venv", str(folder)], check=True)
        subprocess.run([*pip, "--upgrade", "pip"], check=True, cwd=ROOT)
    subprocess.run([*pip, *wanted, *(floors() if name == OLDEST else ())], check=True, cwd=ROOT)
    tests = [executable, "-m", "pytest", "-n", "auto", "-q", "-m", "not slow", *arguments]
    return subprocess.run(tests, cwd=ROOT, check=False).returncode == 0


def main(arguments):
    chosen = [argument for argument in arguments if argument in {*VERSIONS, OLDEST}]
    rest = [argument for argument in arguments if argument not in chosen]
    results = {}
    for name in chosen or (*VERSIONS, OLDEST):
        python = interpreter(VERSIONS[0] if name == OLDEST else name)
        print(f"\n=== Python {name}: {python or 'missing'}", flush=True)
        results[name] = "missing" if python is None else run(name, python, rest)
    print()
    for name, result in results.items():
        text = {True: "passed", False: "FAILED"}.get(result, result)
        print(f"{name:8} {text}")
    missing = {name for name, result in results.items() if result == "missing"}
    failed = {name for name, result in results.items() if result is False}
    return 1 if failed or missing - MAY_BE_MISSING else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
