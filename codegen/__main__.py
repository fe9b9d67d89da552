"""Command line of the generator; see `python -m codegen --help`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import List, Optional

from .document import CodegenError

ROOT = Path(__file__).parent.parent
SPEC = ROOT / "openapi.yaml"
OUTPUT = ROOT / "generated" / "replicate_api"

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
        "fetch", help="replace openapi.yaml by a document, and say what changed"
    )
    fetch.set_defaults(run=_fetch)
    fetch.add_argument("source", metavar="URL_OR_FILE")
    fetch.add_argument("--spec", type=Path, default=SPEC, help="the file to write")
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
    from .diff import compare
    from .document import load

    changes = compare(load(options.old), load(options.new))
    print("\n".join(map(str, changes)) or "nothing changes for users")
    return 1 if any(change.breaks for change in changes) else 0


def _fetch(options: argparse.Namespace) -> int:
    from .diff import compare
    from .document import load
    from .fetch import fetch, write

    document = fetch(options.source)
    changes = compare(load(options.spec), document) if options.spec.exists() else []
    write(document, options.spec)
    print("\n".join([f"wrote {options.spec}", *map(str, changes)]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
