"""What `map` does: a model on every row of a CSV file, or on every line of JSON."""

from __future__ import annotations

import csv
import io
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Dict, Generator, Iterator, List, Optional

from .._blocking import block
from .._files.keeping import placed
from .._functions.inputs import checked
from .._functions.outputs import Form
from .._functions.subject import Subject
from .._guards import classes_of
from .._runs.refusals import wants_file
from ..exceptions import InvalidArgumentError, InvalidArgumentTypeError, ModelError
from . import show
from .inputs import Source, UsageError, inputs_from, object_from, properties_of

if TYPE_CHECKING:
    from argparse import Namespace

    from ..client import Client

LONGEST_CELL = 2**31 - 1
"""Characters of a cell: a file may be in it, as a data URI. Python's own limit is 128 KiB."""


def map_(client: Client, options: Namespace) -> None:
    """Run a model on many inputs, and print a line of JSON for each.

    Raises:
        ModelError: Some have failed. It is raised when all are done.
    """
    subject = Subject(client, options.ref)
    version = block(subject.version())
    schema = version.openapi_schema if version is not None else None
    form, inputs, failed = Form(client, schema), _inputs(options, schema, subject), 0
    with _journal(options.journal), client.map(
        subject.ref,
        inputs,
        concurrency=options.concurrency,
        journal=options.journal,
        timeout=options.timeout,
        return_errors=True,
        use_file_output=False,
        download_to=options.save,
    ) as results:
        for index, result in enumerate(results):
            line: Dict[str, Any] = {"index": index}
            if isinstance(result, Exception):
                failed += 1
                prediction = getattr(result, "prediction", None)
                line.update(error=str(result), prediction=prediction and prediction.id)
            else:
                line.update(output=placed(form.value(result), lambda file: file.url))
            show.as_json(line, indent=None)
            if not options.quiet:
                show.note(f"{index + 1} of {len(inputs)} done, {failed} failed")
    if failed:
        raise ModelError(f"{failed} of {len(inputs)} runs have failed")


@contextmanager
def _journal(path: Optional[str]) -> Generator[None, None, None]:
    """Say of an error of SQLite which file it is about."""
    try:
        yield
    except Exception as error:
        if isinstance(error, classes_of("sqlite3", "Error")):
            raise OSError(f"can't use {path!r} as a journal: {error}") from None
        raise


def _inputs(options: Namespace, schema: Any, subject: Subject) -> List[Dict[str, Any]]:
    """Return the inputs of all runs, of which none has started while one of them is wrong."""
    source = Source()
    text = source.text(options.file)
    is_csv = options.csv or options.file.lower().endswith(".csv")
    properties = properties_of(schema)
    common = inputs_from(options.inputs, properties, file=options.input, source=source)
    inputs: List[Dict[str, Any]] = []
    for place, row in _rows(text, properties, source) if is_csv else _lines(text):
        try:
            inputs.append(checked({**common, **row}, schema, subject.full_name))
        except (InvalidArgumentError, InvalidArgumentTypeError) as error:  # noqa: PERF203 - that one
            raise UsageError(f"{options.file}, line {place}: {error.detail}") from None
    return inputs


def _rows(text: str, properties: Any, source: Source) -> Iterator[Any]:
    """Read CSV: each cell is what stands behind `name=`, an empty one is not there.

    But the rows may be of a stranger's making: they name a file to read only where the model wants
    a file, or where nobody knows what it wants. Elsewhere `@` and `@@` at the beginning of a cell
    are part of the text.
    """
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.DictReader(io.StringIO(text, newline=""))
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise UsageError(f"line {reader.line_num} is not CSV: {error}") from None
        if None in row:
            raise UsageError(f"line {reader.line_num} has more cells than line 1 has names")
        words = [_word(name, value, properties.get(name)) for name, value in row.items() if value]
        yield reader.line_num, inputs_from(words, properties, source=source)


def _word(name: str, value: str, node: Any) -> str:
    if not name or re.search("[=:@]", name):
        raise UsageError(f"line 1 has {name!r:.100}, which cannot be the name of an input")
    is_text = bool(node) and value.startswith("@") and not wants_file(node, None)
    return f"{name}=@{value}" if is_text else f"{name}={value}"


def _lines(text: str) -> Iterator[Any]:
    """Read JSON lines: an object each."""
    # Not `splitlines`: the text in a line may have characters that end lines elsewhere.
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield number, object_from(line, f"line {number}")
