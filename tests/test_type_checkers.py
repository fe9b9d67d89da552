"""What other type checkers than mypy say of tests/typing, and what all say of the README."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_docs import README, blocks_of

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
TYPING = ROOT / "tests" / "typing"
BIN = Path(sys.executable).parent

MISSED_BY_TY = {
    # It takes any keyword beside `**more: Unpack[...]`.
    "tiemout=", "inptu=", "wiat=", "concurency=", "webhok=", "sort=", "filenmae=", "max_instance=",
}  # fmt: skip
FOUND_BY_TY = {
    # It loses the type of a list's items, and tells a class apart from its type.
    "hardware.list()[0]", "assert_type(replicate.exceptions.ModelError",
}  # fmt: skip

CHECKERS = {
    "mypy": ["mypy", "--strict", "--config-file=", "--cache-dir=/dev/null"],
    "pyright": ["pyright", "--pythonpath", sys.executable],
    "ty": ["ty", "check", "--python", sys.executable, "--output-format", "concise"],
    "pyrefly": ["pyrefly", "check", "--python-interpreter-path", sys.executable],
}


def check(name: str, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    program, *options = CHECKERS[name]
    path = shutil.which(program, path=str(BIN))
    if path is None:
        pytest.skip(f"{name} is not installed")
    command = [path, *options, *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def test_pyrefly_agrees() -> None:
    files = [str(file) for file in sorted(TYPING.glob("*.py"))]
    result = check("pyrefly", "--search-path", ".", "--search-path", "generated", *files, cwd=ROOT)
    assert result.returncode == 0, result.stdout


def test_ty_agrees_but_for_what_is_known() -> None:
    result = check("ty", str(TYPING), cwd=ROOT)
    lines = {
        (file.name, number): line
        for file in TYPING.glob("*.py")
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
    }
    errors = re.findall(r"(?m)^(\S+\.py):(\d+):\d+: error", result.stdout)
    found = {lines[Path(file).name, int(number)] for file, number in errors}
    wanted = {line for line in lines.values() if "# type: ignore" in line}
    assert len(wanted) > 30
    missed = [line for line in wanted - found if not any(word in line for word in MISSED_BY_TY)]
    assert missed == []
    others = [line for line in found - wanted if not any(word in line for word in FOUND_BY_TY)]
    assert others == []


@pytest.mark.parametrize("checker", CHECKERS)
def test_the_readme_is_typed_as_it_stands(checker: str, tmp_path: Path) -> None:
    text = "\n\n".join(block.code for block in blocks_of(README))
    (tmp_path / "readme.py").write_text(text, encoding="utf-8")
    result = check(checker, "readme.py", cwd=tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr
