"""What commands print: streams that take every text, and errors in the words of all commands."""

from __future__ import annotations

import os
import re
import sys
from typing import Any

from . import exceptions

# What a terminal may take for a command: to set its title, or to answer as if it were typed.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def safe(text: str) -> str:
    """Return a text without the control characters that a stranger may have put into it."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def told(error: BaseException) -> str:
    """Return what went wrong, and what is known of it."""
    if isinstance(error, exceptions.ModelError):
        return "\n".join(filter(None, (str(error), error.details)))
    if isinstance(error, exceptions.ReplicateError):
        head = ": ".join(filter(None, (error.title, error.detail))) or type(error).__name__
        return "\n".join([head, *(f"{name}: {text}" for name, text in error.about.items())])
    return str(error)


def prepare() -> None:
    """Let the streams of a command take what their encoding has no letters for.

    A terminal gets backslashes. A file or pipe on Windows gets UTF-8, as it does elsewhere: the
    code page that Python would take there has neither Chinese nor emoji. PYTHONIOENCODING and
    PYTHONUTF8 are obeyed.
    """
    chosen = os.environ.get("PYTHONIOENCODING") or sys.flags.utf8_mode
    for stream in (sys.stdout, sys.stderr):
        reconfigure: Any = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            is_own = os.name == "nt" and not chosen and not stream.isatty()
            reconfigure(encoding="utf-8" if is_own else None, errors="backslashreplace")
