"""One command from its words to its exit status."""

from __future__ import annotations

import contextlib
import errno
import os
import runpy
import signal
import sys
import threading
from typing import TYPE_CHECKING, Generator, NoReturn, Optional, Sequence, Tuple, Type

from .. import exceptions
from .._console import told
from . import show
from .inputs import UsageError
from .parser import MODULES, parse

if TYPE_CHECKING:
    from argparse import Namespace


class Ended(KeyboardInterrupt):
    """A signal has asked the command to end. It cancels runs, as Ctrl-C does."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.status: int = 128 + number
        """The exit status, as shells have it."""


DONE, FAILED, USAGE, REFUSED, UNREACHABLE, TIMED_OUT, INTERRUPTED, UNREAD, ENDED = (
    0, 1, 2, 3, 4, 124, 130, 141, 143,
)  # fmt: skip
"""The exit statuses, which docs/command-line.md explains. The last ones are those of shells."""

STATUSES: Tuple[Tuple[Type[BaseException], int], ...] = (
    (exceptions.ModelError, FAILED),
    (exceptions.StreamError, FAILED),
    (UsageError, USAGE),
    (exceptions.InvalidArgumentError, USAGE),
    (exceptions.InvalidArgumentTypeError, USAGE),
    (exceptions.APIConnectionError, UNREACHABLE),
    (exceptions.DeadlineExceededError, TIMED_OUT),
    (exceptions.ReplicateError, REFUSED),
    (Ended, ENDED),
    (KeyboardInterrupt, INTERRUPTED),
    (BrokenPipeError, UNREAD),
    (OSError, FAILED),
    (ValueError, USAGE),  # some methods refuse arguments as 1.x did
)
"""The exit status for an error: that of the first class that it is of."""

SIGNALS = ("SIGTERM", "SIGHUP")
"""What asks a command to end: another program, such as `timeout`, or a terminal that is closed."""

EXPECTED: Tuple[Type[BaseException], ...] = tuple(kind for kind, _ in STATUSES)


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Do what a command says, and return its exit status.

    Args:
        arguments: The words behind `python -m replicate`; by default those of the process.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] and words[0] in MODULES:
        sys.argv[1:] = words[1:]
        runpy.run_module(f"replicate.{words[0]}", run_name="__main__", alter_sys=True)
        return DONE
    try:
        options = parse(words)
    except SystemExit as end:  # argparse has said why
        return end.code if isinstance(end.code, int) else DONE
    try:
        with _ended_by_signals():
            _do(options)
    except EXPECTED as error:
        status = next(status for kind, status in STATUSES if isinstance(error, kind))
        if isinstance(error, Ended):
            status = error.status
        if os.name == "nt" and _is_pipe_unread(error):
            status = UNREAD
        if status == UNREAD:  # `head` for example has enough; Python would complain at its end
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        else:
            show.note(f"{options.parser.prog}: {_told(error)}")
        return status
    return DONE


@contextlib.contextmanager
def _ended_by_signals() -> Generator[None, None, None]:
    def end(number: int, _: object) -> NoReturn:
        # `timeout` and a closed terminal send two: the second must not end the cancel.
        for each in numbers:
            signal.signal(each, signal.SIG_IGN)
        raise Ended(number)

    numbers = [getattr(signal, name) for name in SIGNALS if hasattr(signal, name)]
    # What the caller has them do, such as nothing with `nohup`, stays.
    numbers = [number for number in numbers if signal.getsignal(number) is signal.SIG_DFL]
    if threading.current_thread() is not threading.main_thread():
        numbers = []  # no other one can say what signals do
    for number in numbers:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number in numbers:
            if signal.getsignal(number) is end:  # else the process is about to end
                signal.signal(number, signal.SIG_DFL)


def _is_pipe_unread(error: BaseException) -> bool:
    """Say whether an error is what Windows makes of a broken pipe. An error of a file names it."""
    return isinstance(error, OSError) and error.errno == errno.EINVAL and error.filename is None


def _do(options: Namespace) -> None:
    from .. import default_client

    options.function(default_client, options)


def _told(error: BaseException) -> str:
    """Return what went wrong, and what is known of it."""
    if isinstance(error, KeyboardInterrupt):
        run = getattr(error, "prediction", None)
        return (
            f"interrupted; {type(run).__name__} {run.id} is {run.status}" if run else "interrupted"
        )
    return told(error)
