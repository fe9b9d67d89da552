"""What a command prints: results on standard output, everything else on standard error."""

from __future__ import annotations

import json
import shutil
import sys
from typing import TYPE_CHECKING, Any, Dict, Iterable, Mapping, Optional, TextIO

from .._console import safe
from .._guards import is_array
from .._manners import plain
from ..resource import Resource

if TYPE_CHECKING:
    from typing_extensions import Self

    from ..resource import Running

INDENT = "\n    "

SHORT = 80
"""Characters of JSON that stay on one line."""


def text(value: str, *, end: str = "\n") -> None:
    """Print a text; a terminal gets no control characters."""
    ending = "" if value.endswith("\n") else end
    _write(sys.stdout, f"{safe(value) if sys.stdout.isatty() else value}{ending}")


def as_json(value: Any, *, indent: Optional[int] = 2) -> None:
    """Print a value as JSON."""
    text(_as_json(value, indent))


def note(line: str) -> None:
    """Print something that is no result."""
    _write(sys.stderr, f"{safe(line)}\n")


def table(rows: Iterable[Mapping[str, Any]]) -> None:
    """Print rows with what their columns are called; a terminal gets no longer lines than fit."""
    cells = [{name: _line(value) for name, value in row.items()} for row in rows]
    widths: Dict[str, int] = {}
    for row in cells:
        for name, cell in row.items():
            widths[name] = max(widths.get(name, len(name)), len(cell))
    limit = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    for row in [{name: name.upper() for name in widths}, *cells] if cells else []:
        line = "  ".join(row.get(name, "").ljust(width) for name, width in widths.items())
        text(line.rstrip()[:limit])


def resources(found: Iterable[Any], *, json: bool) -> None:
    """Print the results of a list: what each is, or as JSON everything of them."""
    if json:
        as_json([*found])
    else:
        table(map(_row, found))


def resource(found: Resource, *, json: bool) -> None:
    """Print everything of an object."""
    if json:
        as_json(found.dict())
        return
    fields = {name: value for name, value in found._shown().items() if value is not None}
    width = max(map(len, fields), default=0)
    for name, value in fields.items():
        text(f"{name.ljust(width)}  {_block(value)}")


def output(value: Any) -> None:
    """Print an output without files in it: a text or the texts of a list as they are, else JSON."""
    if isinstance(value, str):
        text(value)
    elif is_array(value) and all(isinstance(each, str) and "\n" not in each for each in value):
        for each in value:
            text(each)
    elif value is not None:
        as_json(value)


class Progress:
    """How runs get on, on standard error: in a terminal on one line, else a line a status."""

    def __init__(self, *, quiet: bool, logs: bool) -> None:
        self._quiet = quiet
        self._logs = logs
        self._in_place = sys.stderr.isatty() and not logs
        self._line = ""
        self._logged = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._in_place and self._line:
            _write(sys.stderr, "\n")

    def __call__(self, run: Running) -> None:
        """Tell what has changed since the last time."""
        fields = vars(run)
        logs: Any = fields.get("logs")
        if self._logs and isinstance(logs, str):
            _write(sys.stderr, safe(logs[self._logged :]))
            self._logged = len(logs)
        line = f"{type(run).__name__} {run.id}: {fields.get('status')}"
        done: Any = getattr(run, "progress", None)
        if self._in_place and done is not None and not run._has_ended:
            line += f", {done.percentage:.0%}"
        if line != self._line and not self._quiet:
            self._line = line
            _write(sys.stderr, f"\r\x1b[K{safe(line)}" if self._in_place else f"{safe(line)}\n")


def _row(found: Any) -> Dict[str, Any]:
    if not isinstance(found, Resource):  # the list had something that is no object
        return {"value": found}
    created_at = vars(found).get("created_at")
    when = {} if created_at is None else {"created_at": str(created_at)[:19]}
    return {**found._in_short(), **when}


def _line(value: Any) -> str:
    """Return a cell of a table."""
    return safe(" ".join(str(value).split())) if value is not None else ""


def _block(value: Any) -> str:
    """Return a field: on one line, or with all its lines below its name."""
    if is_array(value) and value and all(isinstance(each, Resource) for each in value):
        words = "\n".join(map(str, value))
    elif isinstance(value, (str, int, float, Resource)):
        words = str(value).rstrip()
    else:
        words = _as_json(value, None)
        words = words if len(words) <= SHORT else _as_json(value, 2)
    return words if "\n" not in words else INDENT + words.replace("\n", INDENT)


def _as_json(value: Any, indent: Optional[int]) -> str:
    return json.dumps(value, indent=indent, ensure_ascii=False, default=plain)


def _write(stream: TextIO, value: str) -> None:
    stream.write(value)
    stream.flush()
