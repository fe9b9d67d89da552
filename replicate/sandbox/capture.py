"""Turn what a model prints into the logs of the one prediction that it prints for."""

from __future__ import annotations

import contextlib
import sys
import threading
from contextvars import ContextVar
from typing import Any, Callable, Generator, Iterable, Optional, TextIO

Writer = Callable[[str], None]

_writer: ContextVar[Optional[Writer]] = ContextVar("replicate_sandbox_writer", default=None)
_lock = threading.Lock()
_users = 0


class _Router:
    """A standard stream that gives each line to the prediction it was written in."""

    target: TextIO

    def write(self, text: str) -> int:
        writer = _writer.get()
        if writer is None:
            return self.target.write(text)
        writer(text)
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def isatty(self) -> bool:
        return _writer.get() is None and self.target.isatty()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.target, name)


# These live as long as the process. `print` only borrows `sys.stdout`: if another thread, such
# as a test framework's, puts another stream there in the meantime, and this was the last
# reference, then CPython writes to memory that is no longer ours, and crashes somewhere else.
_routers = {"stdout": _Router(), "stderr": _Router()}


@contextlib.contextmanager
def captured(writer: Writer) -> Generator[None, None, None]:
    """Send what this thread or task prints to `writer`.

    The standard streams are replaced only while predictions run: test frameworks replace
    them too, and must find what they left there.
    """
    _install()
    token = _writer.set(writer)
    try:
        yield
    finally:
        _writer.reset(token)
        _uninstall()


def _install() -> None:
    global _users  # noqa: PLW0603 - the standard streams are as global as this
    with _lock:
        _users += 1
        for name, router in _routers.items():
            stream = getattr(sys, name)
            if stream is not router:
                router.target = stream
                setattr(sys, name, router)


def _uninstall() -> None:
    global _users  # noqa: PLW0603
    with _lock:
        _users -= 1
        for name, router in _routers.items():
            if _users == 0 and getattr(sys, name) is router:
                setattr(sys, name, router.target)
