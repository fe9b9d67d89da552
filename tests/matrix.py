"""Run the tests on every supported Python that this machine has: `make test-all`.

Each gets a virtual environment of its own under `.venvs/`. One run has the oldest versions that
`pyproject.toml` allows; PyPy runs the tests of the core. All run to their end, and a table tells
how each went; a Python that is missing is said there, and is no success.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).parents[1]
VERSIONS = ("3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14")
OLDEST = "oldest"
PYPY = "pypy3"
ALL = (*VERSIONS, OLDEST, PYPY)
MAY_BE_MISSING = {"3.14", PYPY}
CORE = (
    "decisions",
    "files",
    "test_exceptions.py",
    "test_http.py",
    "test_run.py",
    "test_stream.py",
    "test_webhooks.py",
)
"""What PyPy runs. Other tests ask CPython for details: counted references, calls, modules."""


def interpreter(version):
    """Return the path of a Python, from the PATH or from pyenv; None if there is none."""
    if version == PYPY:
        return shutil.which(PYPY)
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
    """Return the oldest versions of what the package and its extras need, as requirements."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    needed = text[text.index("\ndependencies = ") : text.index("\n[project.entry-points")]
    found = re.findall(r'"([\w-]+)>=([\w.]+)', needed)
    # Cog has an environment of its own: `make test-cog`.
    return [f"{name}=={version}" for name, version in found if name != "cog"]


def set_up(name, python):
    """Make an environment, or bring it up to date, and return its Python."""
    folder = ROOT / ".venvs" / name
    executable = str(folder / ("Scripts" if os.name == "nt" else "bin") / "python")
    pip = [executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    pip.append("--prefer-binary")  # of some packages only older versions are built for PyPy
    wanted = ["-e", ".[sandbox]", "-r", "tests/requirements.txt"]
    if not folder.exists():
        subprocess.run([python, "-m", "venv", str(folder)], check=True)
        subprocess.run([*pip, "--upgrade", "pip"], check=True, cwd=ROOT)
    subprocess.run([*pip, *wanted, *(floors() if name == OLDEST else ())], check=True, cwd=ROOT)
    return executable


def run(name, python, arguments):
    """Run the tests in an environment; return whether they passed, and the figures."""
    started = time.monotonic()
    try:
        executable = set_up(name, python)
    except subprocess.CalledProcessError as error:
        return False, f"could not be set up: {error}"
    ready = time.monotonic()
    report = ROOT / ".venvs" / f"{name}.xml"
    report.unlink(missing_ok=True)
    if name == PYPY and not arguments:
        arguments = [f"tests/{each}" for each in CORE]
    options = ["-n", "auto", "-q", "-m", "not slow", f"--junit-xml={report}"]
    done = subprocess.run([executable, "-m", "pytest", *options, *arguments], cwd=ROOT, check=False)
    took = time.monotonic() - ready
    return done.returncode == 0, figures(report, done.returncode, ready - started, took)


def figures(report, status, setting_up, took):
    """Return a line of the table that ends the output."""
    if not report.exists():
        return f"pytest ended with status {status} and no report"
    suites = ElementTree.parse(report).iter("testsuite")
    counts = [
        [int(suite.get(key)) for key in ("tests", "failures", "errors", "skipped")]
        for suite in suites
    ]
    total, failures, errors, skipped = map(sum, zip(*counts))
    failed = failures + errors
    return f"{total - failed - skipped:8}{failed:8}{skipped:9}{setting_up:9.0f} s{took:7.0f} s"


def main(arguments):
    chosen = [argument for argument in arguments if argument in ALL]
    rest = [argument for argument in arguments if argument not in chosen]
    passed, lines = [], []
    for name in chosen or ALL:
        python = interpreter(VERSIONS[0] if name == OLDEST else name)
        print(f"\n=== Python {name}: {python or 'missing'}", flush=True)
        success, text = run(name, python, rest) if python else (name in MAY_BE_MISSING, "missing")
        passed.append(success)
        lines.append(f"{name:8}{text}{'' if success else '  FAILED'}")
    print(f"\n{'':8}{'passed':>8}{'failed':>8}{'skipped':>9}{'set up':>11}{'tests':>9}")
    print("\n".join(lines))
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
