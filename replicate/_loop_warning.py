"""A word, once in a process, to programs that block their event loop without noticing."""

from __future__ import annotations

import sys

from ._log import logger

NOTEBOOKS = ("ipykernel", "marimo", "pyodide_kernel")
"""Modules of programs in which a loop always runs, and nothing else runs in it."""

OURS = {"replicate", "replicate_api"}


def warn() -> None:
    """Log which call of the program's blocks its loop, and where."""
    if any(name in sys.modules for name in NOTEBOOKS):
        return
    frame, called, level = sys._getframe(1), "", 2
    while frame.f_back is not None and _is_ours(frame.f_globals.get("__name__")):
        called = frame.f_code.co_name
        frame, level = frame.f_back, level + 1
    logger.warning(
        "%s:%d: %s() blocks the running event loop, and all that runs in it, until it returns. "
        "Await its asynchronous form, or call it in a thread. (This is logged once in a process.)",
        frame.f_code.co_filename,
        frame.f_lineno,
        called,
        stacklevel=level,
    )


def _is_ours(module: object) -> bool:
    return str(module).partition(".")[0] in OURS
