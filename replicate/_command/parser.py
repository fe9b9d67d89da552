"""The words of the command line, and what does each command."""

from __future__ import annotations

import argparse
import math
from typing import TYPE_CHECKING, Any, Callable, Dict, Sequence

from ..__about__ import __version__
from . import batches, operations, resources, runs

if TYPE_CHECKING:
    from typing import NoReturn

PROGRAM = "python -m replicate"

STATUSES = """\
exit status:
  0    done
  1    the model failed, or its run was canceled; a result could not be written
  2    the command is wrong: nothing was started
  3    the API refused, or there is no token
  4    the API could not be reached
  124  --timeout ran out; the run was canceled
  130  Ctrl-C; the run was canceled
  143  SIGTERM, as of timeout or docker stop; the run was canceled (129: SIGHUP)
  141  nobody read the output to its end
"""

INPUTS = """\
inputs:
  prompt=a llama    text, a number, true or false: as the model's schema has it
  image=@llama.png  a file; where the model wants text, the text in it
  prompt=@-         standard input
  n:=3              JSON: n:=[1, 2]
  tag=a tag=b       the items of a list
  prompt=@@home     text that begins with @
"""

KEYS = {
    "models": "OWNER/NAME",
    "deployments": "OWNER/NAME",
    "collections": "SLUG",
    "files": "ID",
}
"""Lists of things that do not run, and by what one of them is asked for."""

MODULES = {
    "sandbox": "serve a Replicate API on this machine: python -m replicate.sandbox",
    "typed": "write typed functions for models: python -m replicate.typed",
}
"""Commands that are programs of their own."""

MODEL = "owner/name, owner/name:version, a version id, or deployments/owner/name"
AT_A_TIME = "runs at a time (default: %(default)s)"
JOURNAL = "keep what is done there; another time go on from there"


class Parser(argparse.ArgumentParser):
    """A parser that says what is wrong on one line."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(allow_abbrev=False, **options)

    def error(self, message: str) -> NoReturn:
        """End with the status for a wrong command."""
        self.exit(2, f"{self.prog}: {message} (--help says more)\n")


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read a command. Inputs may stand before, between and behind options."""
    parser = _parser()
    options, rest = parser.parse_known_args(arguments)
    if not hasattr(options, "function"):
        parser.error("the name of a program of its own goes first")
    if rest and (not hasattr(options, "inputs") or any(word.startswith("-") for word in rest)):
        options.parser.error(f"unrecognized arguments: {' '.join(rest)}")
    if rest:
        options.inputs += rest
    return options


def _parser() -> Parser:
    parser = Parser(
        prog=PROGRAM,
        description="Run models on Replicate. The API token is that of REPLICATE_API_TOKEN.",
        epilog=STATUSES,
    )
    parser.add_argument("--version", action="version", version=f"replicate {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_run(commands)
    _add_map(commands)
    for name in ("predictions", "trainings"):
        group = _group(commands, name)
        if name == "trainings":
            _add_create(group)
        _add_list(group, name)
        _verb(group, "show", resources.get, namespace=name).add_argument("id", metavar="ID")
        cancel = _verb(group, "cancel", resources.cancel, namespace=name)
        wait = _verb(group, "wait", runs.wait, namespace=name)
        for verb in (cancel, wait):
            verb.add_argument("ids", nargs="+", metavar="ID")
        _add(wait, "--logs", "--quiet", *(["--save"] if name == "predictions" else []))
    for name, key in KEYS.items():
        group = _group(commands, name)
        _add_list(group, name)
        _verb(group, "show", resources.get, namespace=name).add_argument("id", metavar=key)
        if name == "models":
            _verb(group, "search", resources.search).add_argument("query", nargs="+")
        elif name == "files":
            _add_files(group)
    _verb(commands, "hardware", resources.hardware)
    _verb(commands, "account", resources.account)
    verb = _verb(commands, "api", operations.call, epilog=INPUTS)
    verb.add_argument("operation", nargs="?", metavar="GROUP.NAME", help="models.readme_get, say")
    _add(verb, "inputs", "--input")
    for name, does in MODULES.items():
        commands.add_parser(name, help=does)
    return parser


def _group(commands: Any, name: str) -> Any:
    parser = commands.add_parser(name, help=f"what can be done with {name}")
    return parser.add_subparsers(metavar="COMMAND", required=True)


def _verb(
    commands: Any, name: str, function: Callable[..., None], namespace: str = "", **options: Any
) -> Parser:
    text = str(function.__doc__).partition("\n")[0]
    does = text[0].lower() + text[1:].rstrip(".")
    parser: Parser = commands.add_parser(name, help=does, description=text, **options)
    parser.set_defaults(function=function, namespace=namespace, parser=parser)
    if name not in {"api", "delete", "map"}:  # what the others print is for people
        parser.add_argument("--json", action="store_true", help="print everything, as JSON")
    return parser


def _add_run(commands: Any) -> None:
    run = _verb(commands, "run", runs.run, epilog=INPUTS)
    stream = _verb(commands, "stream", runs.stream, epilog=INPUTS)
    for verb in (run, stream):
        verb.add_argument("ref", metavar="MODEL", help=MODEL)
        _add(verb, "inputs", "--input", "--timeout", "--logs")
    _add(run, "--quiet", "--save")
    run.add_argument("--detach", action="store_true", help="print the id, and wait for nothing")


def _add_map(commands: Any) -> None:
    verb = _verb(commands, "map", batches.map_, epilog=INPUTS)
    verb.add_argument("ref", metavar="MODEL", help=MODEL)
    verb.add_argument("file", metavar="FILE", help="CSV or lines of JSON; - for standard input")
    _add(verb, "inputs", "--input", "--timeout", "--quiet", "--save")
    verb.add_argument("--csv", action="store_true", help="it is CSV, whatever it is called")
    verb.add_argument("--concurrency", type=_count, default=8, metavar="N", help=AT_A_TIME)
    verb.add_argument("--journal", metavar="FILE", help=JOURNAL)


def _add_create(commands: Any) -> None:
    verb = _verb(commands, "create", runs.train, epilog=INPUTS)
    verb.add_argument("ref", metavar="VERSION", help="whose trainer to run, owner/name:version")
    _add(verb, "inputs", "--input", "--destination")


def _add_list(commands: Any, name: str) -> None:
    verb = _verb(commands, "list", resources.list_, namespace=name)
    verb.add_argument("--limit", type=_count, metavar="N", help="how many (default: one page)")
    for option, about in resources.filters_of(name).items():
        verb.add_argument(
            f"--{option.replace('_', '-')}", metavar="VALUE", help=about.replace("%", "%%")
        )


def _add_files(commands: Any) -> None:
    upload = _verb(commands, "upload", resources.upload)
    upload.add_argument("paths", nargs="+", metavar="FILE")
    upload.add_argument("--content-type", metavar="TYPE", help="media type (default: by the name)")
    _verb(commands, "delete", resources.delete).add_argument("ids", nargs="+", metavar="ID")


def _add(verb: Parser, *names: str) -> None:
    for name in names:
        verb.add_argument(name, **OPTIONS[name])


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not seconds > 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds above 0")
    return seconds


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number above 0")
    return int(text)


OPTIONS: Dict[str, Dict[str, Any]] = {
    "inputs": {"nargs": "*", "metavar": "NAME=VALUE", "help": "see below"},
    "--input": {"metavar": "FILE", "help": "JSON file with inputs; - for standard input"},
    "--timeout": {
        "type": _seconds,
        "metavar": "SECONDS",
        "help": "cancel a run when they are over",
    },
    "--logs": {"action": "store_true", "help": "print the logs to standard error"},
    "--quiet": {"action": "store_true", "help": "do not print the progress"},
    "--save": {"metavar": "FOLDER", "help": "save files there, and print their paths"},
    "--destination": {
        "metavar": "OWNER/NAME",
        "required": True,
        "help": "the model that gets the new version",
    },
}
"""What several commands take."""
