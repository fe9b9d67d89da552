"""Command line of the generator; see `python -m codegen --help`."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
import tempfile
from pathlib import Path
from typing import List, Optional

from .document import CodegenError

ROOT = Path(__file__).parent.parent
SPEC = ROOT / "openapi.yaml"
OUTPUT = ROOT / "generated" / "replicate_api"
CORRECTIONS = Path(__file__).parent / "corrections.yaml"

_EPILOG = "Exit status: 0 if all is well, 1 if check or diff found something, 2 for an error."


def main(arguments: Optional[List[str]] = None) -> int:
    """Run a command; return the exit status."""
    options = _parser().parse_args(arguments)
    try:
        status: int = options.run(options)
    except CodegenError as error:
        print(f"codegen: {error}", file=sys.stderr)
        return 2
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m codegen", epilog=_EPILOG)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    generate = commands.add_parser("generate", help="write the package anew")
    generate.set_defaults(run=_generate)
    check = commands.add_parser("check", help="compare the package with a fresh one; 1 if stale")
    check.set_defaults(run=_check)
    for command in (generate, check):
        command.add_argument("--spec", type=Path, default=SPEC, help="the API's description")
        command.add_argument("--output", type=Path, default=OUTPUT, help="the package")
    diff = commands.add_parser("diff", help="what changes for users; 1 if something breaks")
    diff.set_defaults(run=_diff)
    diff.add_argument("old", type=Path)
    diff.add_argument("new", type=Path)
    fetch = commands.add_parser(
        "fetch", help="replace openapi.yaml by a document, and say what that changes for users"
    )
    fetch.set_defaults(run=_fetch)
    fetch.add_argument("source", metavar="URL_OR_FILE")
    fetch.add_argument("--spec", type=Path, default=SPEC, help="the file to write")
    fetch.add_argument(
        "--drop",
        action="append",
        default=[],
        metavar="NAME",
        help="record in corrections.yaml, with the date, that a correction is no longer in force",
    )
    fetch.add_argument("--corrections", type=Path, default=CORRECTIONS, help=argparse.SUPPRESS)
    for command in (diff, fetch):
        command.add_argument("--format", choices=("text", "md", "json"), default="text")
    return parser


def _generate(options: argparse.Namespace) -> int:
    from .package import build

    build(options.spec, options.output)
    return 0


def _check(options: argparse.Namespace) -> int:
    from .package import differences

    lines = differences(options.spec, options.output)
    if lines:
        print("\n".join(lines))
        print(f"codegen: {options.output} is stale: run `make generate`", file=sys.stderr)
    return 1 if lines else 0


def _diff(options: argparse.Namespace) -> int:
    from .diff import compare, show
    from .document import load
    from .prepare import read

    changes = compare(read(load(options.old))[0], read(load(options.new))[0])
    print(show(changes, options.format))
    return 1 if any(change.breaks for change in changes) else 0


def _fetch(options: argparse.Namespace) -> int:
    """Check everything first; openapi.yaml is replaced last, so that a second run says the same."""
    from .corrections import drop
    from .diff import compare, show
    from .document import load
    from .fetch import fetch, write
    from .generator import generate
    from .prepare import read

    document = fetch(options.source)
    today = dt.datetime.now(tz=dt.timezone.utc).date()
    for name in options.drop:
        drop(options.corrections, name, today.isoformat())
        print(f"dropped the correction {name!r}", file=sys.stderr)
    api, notes = read(document, options.corrections)
    for note in notes:
        print(f"codegen: {note}", file=sys.stderr)
    if options.spec.exists():
        print(show(compare(read(load(options.spec), options.corrections)[0], api), options.format))
    with tempfile.TemporaryDirectory() as folder:
        generate(api, Path(folder) / "trial")
    write(document, options.spec)
    print(f"wrote {options.spec}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
