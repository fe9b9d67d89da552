"""Which keyword arguments a method takes: those of the generated operation, and some of ours."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from ._blocking import is_blocking

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

NAMES_OF_REF = ("model", "version", "deployment", "model_name")
"""What `ref` is called elsewhere, and by other methods."""

ARGUMENTS = ("ref", "input", "use_file_output")
"""What `run` and `stream` have by position or for themselves."""


def check_run(ref: object, params: Mapping[str, Any], known: Iterable[str], name: str) -> None:
    """Check the arguments of `run` and `stream` by name.

    Raises:
        TypeError: One is not known, or `ref` is missing (then it is `...`).
    """
    check_names(name, params, known, ARGUMENTS)
    if ref is ...:
        raise TypeError(f"{_called(name)}() missing 1 required positional argument: 'ref'")


def check_params(build: Callable[..., Any], params: Mapping[str, Any], name: str) -> None:
    """Check keyword arguments of a list against what the generated operation takes.

    Raises:
        TypeError: One is not known; the message names it, and what it may have meant.
    """
    if params:
        check_names(f"async_{name}", params, inspect.signature(build).parameters)


def check_more(method: Callable[..., Any], more: Mapping[str, Any], options: Iterable[str]) -> None:
    """Check the keyword arguments that a method takes besides those that it spells out.

    Args:
        method: The asynchronous method, which does the work of both forms.
        more: What was given.
        options: The optional arguments of the generated operation.

    Raises:
        TypeError: One is not known; the message names it, and what it may have meant.
    """
    if not more:
        return
    spelled_out = [
        parameter.name
        for parameter in inspect.signature(method).parameters.values()
        if parameter.kind is not parameter.VAR_KEYWORD
    ]
    check_names(method.__name__, more, options, spelled_out)


def check_names(
    name: str,
    params: Mapping[str, Any],
    known: Iterable[str],
    spelled_out: Sequence[str] = (),
) -> None:
    """Check keyword arguments by name.

    Args:
        name: The function that they are for: the name of the asynchronous twin.
        params: What was given.
        known: What it takes.
        spelled_out: What it takes besides, which can't be among `params`.

    Raises:
        TypeError: One is not known; the message names it, and what it may have meant.
    """
    names = {*known, *spelled_out}
    for param in params:
        if param in names:
            continue
        import difflib

        others = NAMES_OF_REF if "ref" in names else ()
        close = difflib.get_close_matches(param, [*names, *others], 1)
        meant = "ref" if close and close[0] in others else "".join(close)
        hint = f"; did you mean {meant!r}?" if meant else ""
        if not close and "input" in names:
            hint = f"; what the model takes goes into input={{{param!r}: ...}}"
        raise TypeError(f"{_called(name)}() got an unexpected keyword argument {param!r}{hint}")


def _called(name: str) -> str:
    """Return the name by which the user has called a function."""
    return name[len("async_") :] if is_blocking() and name.startswith("async_") else name
