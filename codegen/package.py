"""Build the package from a document, and compare it with the one that is committed."""

from __future__ import annotations

import difflib
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Dict, List

from .document import load
from .generator import generate
from .prepare import read


def build(spec: Path, output: Path) -> None:
    """Replace `output` by the package for a document."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / output.name
        _generate(spec, fresh)
        shutil.rmtree(output, ignore_errors=True)
        output.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(str(fresh), str(output))


def differences(spec: Path, output: Path) -> List[str]:
    """Return the lines of a diff between `output` and what the document gives."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / output.name
        _generate(spec, fresh)
        return _diff(_files(output), _files(fresh))


def _generate(spec: Path, output: Path) -> None:
    document = load(spec)
    api, notes = read(document)
    for note in notes:
        print(f"codegen: {note}", file=sys.stderr)
    generate(api, output)
    # As it was given: the sandbox serves it where the API does, and readers may have no YAML.
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    (output / "openapi.json").write_text(text + "\n", encoding="utf-8")


def _files(package: Path) -> Dict[str, List[str]]:
    return {
        file.relative_to(package).as_posix(): _lines(file)
        for file in sorted(package.rglob("*"))
        if file.is_file() and "__pycache__" not in file.parts
    }


def _lines(file: Path) -> List[str]:
    data = file.read_bytes()
    try:
        return data.decode("utf-8").splitlines()
    except UnicodeDecodeError:
        return [repr(data)]  # something that was not generated


def _diff(old: Dict[str, List[str]], new: Dict[str, List[str]]) -> List[str]:
    lines: List[str] = []
    for name in sorted({*old, *new}):
        before = f"committed/{name}" if name in old else "/dev/null"
        after = f"generated/{name}" if name in new else "/dev/null"
        lines += difflib.unified_diff(
            old.get(name, []), new.get(name, []), before, after, lineterm=""
        )
        if not old.get(name) and not new.get(name) and (name in old) is not (name in new):
            lines.append(f"only in one: {name}")  # an empty file has no lines to differ in
    return lines
