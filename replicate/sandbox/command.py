"""The command line of `python -m replicate.sandbox`."""

from __future__ import annotations

import argparse
import atexit
import contextlib
import logging
import os
import shlex
import shutil
import signal
import subprocess
import sys
import threading
from errno import EADDRINUSE
from typing import TYPE_CHECKING, Callable, Dict, List, Mapping, Sequence

from .access import logger as requests
from .addresses import check_public_url
from .cog_source import CogSource
from .loading import LoadError, ModelSource, Source, watch
from .sandbox import Sandbox
from .server import LOOPBACK
from .state import Settings

if TYPE_CHECKING:
    from typing import NoReturn

    from .signals import Signals

PROGRAM = "python -m replicate.sandbox"
PATIENCE = 5.0
"""Seconds for the end: whatever hangs then, the process ends."""

_EPILOG = """\
With a COMMAND after --, it runs that with the variables set, and ends with its status:

  python -m replicate.sandbox -- pytest
"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} (--help lists the options)\n")


def main(arguments: Sequence[str], signals: Signals) -> int:
    """Serve until a signal or the end of the command, and return the exit status."""
    command: List[str] = []
    if "--" in arguments:
        position = list(arguments).index("--")
        arguments, command = arguments[:position], list(arguments[position + 1 :])
        if not command:
            return _fail("there is no command after --", 2)
    options = _parser().parse_args(arguments)
    sources: List[Source] = [ModelSource(name) for name in options.models]
    sources += [CogSource(name, options.cog_python) for name in options.cog]
    try:
        sandbox = Sandbox(
            demo_models=not sources,
            token=options.token,
            username=options.username,
            host=options.host,
            port=options.port,
            files_port=options.files_port,
            public_url=options.public_url,
            tls=options.tls,
            history=options.history,
            secret=options.secret,
        )
    except ValueError as error:
        return _fail(str(error), 2)
    try:
        # The cache of compiled code knows the time of a file in seconds.
        sys.dont_write_bytecode = sys.dont_write_bytecode or options.reload
        for source in sources:
            source.load(sandbox)
        sandbox.start()
    except (LoadError, ImportError) as error:
        return _fail(str(error))
    except OSError as error:
        advice = "; choose another, or none for a free one" if error.errno == EADDRINUSE else ""
        where = f"{options.host}, {_ports(options)}"
        return _fail(f"can't listen on {where}: {error.strerror}{advice}")
    try:
        _log(command, verbose=options.verbose)
        if options.reload:
            watch(sources, sandbox, _say)
        variables = _variables(sandbox, v1=options.v1)
        if command:
            return _run(command, variables, signals)
        _announce(sandbox, variables)
        signals.wait()
        return 0
    finally:
        _within_reason(sandbox.stop)


def leave(status: int) -> NoReturn:
    """End the process at once: a signal can't come between, and no thread is waited for."""
    _within_reason(atexit._run_exitfuncs)  # what models have asked for
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):  # nobody reads it any more
            stream.flush()
    os._exit(status)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog=PROGRAM,
        usage=f"{PROGRAM} [options] [-- COMMAND ...]",
        description="Serve a Replicate API on this machine, with a page for browsers. What to"
        " set for clients is printed on standard output, in the form of a shell.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--host", default=LOOPBACK, help="address to listen on; 0.0.0.0 lets other machines in")
    add("--port", type=_port, default=0, help="port of the API (default: a free one)")
    add("--files-port", type=_port, default=0, help="port of output files and streams")
    add(
        "--public-url",
        type=_public_url,
        metavar="URL",
        help="where clients reach the API, behind a tunnel or a proxy",
    )
    add("--tls", action="store_true", help="speak HTTPS, with a certificate of its own")
    add("--token", default=Settings.token, help="API token to accept (default: %(default)s)")
    add(
        "--username",
        default=Settings.username,
        help="the account that the token belongs to (default: %(default)s)",
    )
    add("--secret", help="let whoever knows it control the sandbox (/_sandbox/), and nobody else")
    add(
        "--models",
        action="append",
        default=[],
        metavar="FILE_OR_MODULE",
        help="Python code with a Sandbox whose models to serve, or with install(sandbox);"
        " can be given again; the demo models are left out",
    )
    add(
        "--cog",
        action="append",
        default=[],
        metavar="[NAME=]DIR",
        help="a Cog project to serve without Docker, or its predict.py:Predictor; OWNER/NAME= in"
        " front names the model; can be given again; the demo models are left out",
    )
    add("--cog-python", metavar="PATH", help="the Python that has what the Cog projects need")
    add("--reload", action="store_true", help="load the models again when their code changes")
    add(
        "--history",
        type=_positive,
        default=Settings.history,
        metavar="N",
        help="how many requests and finished runs to keep (default: %(default)s)",
    )
    add(
        "--v1",
        action="store_true",
        help="/v1 at the end of the base URL, as replicate 2.x and JavaScript want it",
    )
    add("--verbose", action="store_true", help="log the bodies of requests, also with a COMMAND")
    return parser


def _port(text: str) -> int:
    if not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"a port is a number up to 65535, not {text!r}")
    return int(text)


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number above 0")
    return int(text)


def _public_url(text: str) -> str:
    try:
        return check_public_url(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _ports(options: argparse.Namespace) -> str:
    ports = [port for port in (options.port, options.files_port) if port]
    return f"port {' or '.join(map(str, ports))}" if ports else "any port"


def _variables(sandbox: Sandbox, *, v1: bool) -> Dict[str, str]:
    variables = sandbox.environment
    if v1:
        variables["REPLICATE_BASE_URL"] += "/v1"
    return variables


def _announce(sandbox: Sandbox, variables: Mapping[str, str]) -> None:
    url = sandbox.url
    models = ", ".join(sandbox.models) or "none yet"
    secure = ""
    if sandbox.ca_file is not None:
        secure = f"\n  Browsers    warn, unless they trust {sandbox.ca_file}"
    lines = [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
    _say(
        f"""\
Replicate sandbox: {url}, for browsers too. Ctrl-C ends it.
  Models      {models}
  Python 1.x  set what stands below
  Python 2.x  the same, but REPLICATE_BASE_URL={url}/v1
  JavaScript  new Replicate({{ baseUrl: "{url}/v1" }}){secure}
"""
    )
    with contextlib.suppress(OSError):  # whoever started it does not want to know
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()


def _log(command: Sequence[str], *, verbose: bool) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
    logging.getLogger("replicate.sandbox").addHandler(handler)
    if verbose:
        requests.setLevel(logging.DEBUG)
    elif not command:  # whose own lines are enough
        requests.setLevel(logging.INFO)


def _run(command: Sequence[str], variables: Mapping[str, str], signals: Signals) -> int:
    """Run a command, pass on the signals that come, and return its status as shells do."""
    try:
        # Windows itself starts programs only: not npm, which is npm.cmd.
        program = shutil.which(command[0]) if os.name == "nt" else None
        words = [program or command[0], *command[1:]]
        process = subprocess.Popen(words, env={**os.environ, **variables})  # noqa: S603
    except OSError as error:
        status = 127 if isinstance(error, FileNotFoundError) else 126
        return _fail(f"can't run {command[0]}: {error.strerror}", status)

    def wait() -> None:
        process.wait()
        signals.wake()

    threading.Thread(target=wait, name="replicate-sandbox-command", daemon=True).start()
    while process.returncode is None:
        number = signals.wait()
        # A terminal sends Ctrl-C to all programs in it: the command has it already.
        if number and not (number == signal.SIGINT and _in_terminal()):
            with contextlib.suppress(OSError, ValueError):
                process.send_signal(number)
    status = process.returncode
    return status if status >= 0 else 128 - status


def _in_terminal() -> bool:
    try:
        return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except (OSError, ValueError, AttributeError):
        return False


def _within_reason(work: Callable[[], object]) -> None:
    thread = threading.Thread(target=work, name="replicate-sandbox-end", daemon=True)
    thread.start()
    thread.join(PATIENCE)


def _fail(message: str, status: int = 1) -> int:
    _say(f"{PROGRAM}: {message}\n")
    return status


def _say(text: str) -> None:
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.write(text)
        sys.stderr.flush()
