"""Typed functions of models: `python -m replicate.typed owner/name -o models.py`."""

from __future__ import annotations

import argparse
import itertools
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, List, Optional, Sequence, Set

from . import _http
from ._blocking import block
from ._console import prepare, safe, told
from ._files.saving import saved_bytes
from ._functions.changes import compare, functions_of
from ._functions.documents import read
from ._functions.parameters import is_name
from ._functions.subject import Subject
from ._functions.writer import BEGINNING, NAMES, Described, module_of
from .exceptions import ReplicateException

if TYPE_CHECKING:
    from ._http.session import Session

__all__ = ["main"]

PROGRAM = "python -m replicate.typed"
EPILOG = "Exit status: 0 if all is well, 1 if --check found a difference, 2 for an error."


class TypedError(Exception):
    """What was asked for can't be done; the message says why."""


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Run the command and return its exit status."""
    options = _parser().parse_args(arguments)
    try:
        return _run(options)
    except (TypedError, ReplicateException, OSError, SyntaxError, ValueError, TypeError) as error:
        print(safe(f"{PROGRAM}: {told(error)}"), file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=PROGRAM, description="Write typed functions of models.", epilog=EPILOG
    )
    parser.add_argument(
        "ref",
        nargs="*",
        help="owner/name or owner/name:version; by default those of the module that is there",
    )
    parser.add_argument("-o", "--output", type=Path, help="the module; by default it is printed")
    parser.add_argument(
        "--schema",
        metavar="FILE",
        type=Path,
        help="a version, model or OpenAPI document as JSON, to use in place of asking the API",
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; 1 if the module is not up to date"
    )
    return parser


def _run(options: argparse.Namespace) -> int:
    path: Optional[Path] = options.output
    old = _written(path) if path is not None and path.is_file() else None
    refs: List[str] = options.ref or [each.ref for each in functions_of(old or "").values()]
    if options.schema is not None:
        models = [_from_file(options.schema, refs)]
    elif refs:
        models = block(_from_api(_http.default_client(), refs))
    else:
        raise TypedError("name a model: owner/name (--help lists the options)")
    new = module_of(models, _command([each.ref for each in models], options))
    if path is None:
        print(new, end="")
        return 0
    if old is not None:
        changes = "\n".join(map(str, compare(old, new)))
        print(safe(changes) or "nothing changes for callers")
    if options.check:
        if new != old:
            print(f"{PROGRAM}: {path} is not up to date", file=sys.stderr)
        return int(new != old)
    block(saved_bytes(path, new.encode()))
    return 0


def _written(path: Path) -> str:
    """Return the module that an earlier call has written."""
    text = path.read_text(encoding="utf-8")
    if not text.startswith(BEGINNING):
        raise TypedError(f"{path} was not written by this command: it is left as it is")
    return text


def _command(refs: List[str], options: argparse.Namespace) -> str:
    words = [*PROGRAM.split(), *refs]
    if options.schema is not None:
        words += ["--schema", options.schema.name]
    if options.output is not None:
        words += ["-o", options.output.name]
    return " ".join(map(shlex.quote, words))


async def _from_api(client: Session, refs: Sequence[str]) -> List[Described]:
    taken = set(NAMES)
    return [await _described(Subject(client, ref), taken) for ref in refs]


async def _described(subject: Subject, taken: Set[str]) -> Described:
    schema, model = await subject.known_schema(), await subject.model()
    description = (model and model.description) or ""
    return Described(subject.full_name, _name(subject, taken), description, schema)


def _from_file(path: Path, refs: List[str]) -> Described:
    source = read(path)
    if len(refs) > 1 or not (refs or source.name):
        raise TypedError("name the model that the schema is of: owner/name")
    subject = Subject(_http.default_client(), (*refs, source.name)[0] or "")
    return Described(
        subject.full_name, _name(subject, set(NAMES)), source.description or "", source.openapi
    )


def _name(subject: Subject, taken: Set[str]) -> str:
    """Return a name that no other function and nothing else in the module has."""
    name = subject.function_name
    owner = (subject.target.owner or "").replace("-", "_")
    longer = f"{owner}_{name}" if is_name(owner) else name
    candidates = itertools.chain([name], (longer + "_" * count for count in itertools.count()))

    def names(candidate: str) -> Set[str]:
        return {f"{before}{candidate}" for before in ("", "_", "async_", "_async_")}

    free = next(each for each in candidates if not names(each) & taken)
    taken |= names(free)
    return free


if __name__ == "__main__":
    prepare()
    sys.exit(main())
