"""Which keyword arguments a method takes: those of the generated operation, and some of ours."""

from __future__ import annotations

import difflib
import inspect
from typing import TYPE_CHECKING, AbstractSet, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def check_params(
    build: Callable[..., Any],
    params: Mapping[str, Any],
    name: str = "create",
    own: AbstractSet[str] = frozenset(),
) -> None:
    """Check keyword arguments against what the generated operation takes, and `own` ones.

    Raises:
        TypeError: One is not known; the message names it, and what it may have meant.
    """
    known = {*inspect.signature(build).parameters, *own} - {"prefer", "cancel_after"}
    for param in params:
        if param not in known:
            close = difflib.get_close_matches(param, known, 1)
            hint = f"; did you mean {close[0]!r}?" if close else ""
            if not close and "input" in known:
                hint = f"; what the model takes goes into input={{{param!r}: ...}}"
            raise TypeError(f"{name}() got an unexpected keyword argument {param!r}{hint}")


def check_all_params(
    build: Callable[..., Any], params: Mapping[str, Any], name: str = "create"
) -> None:
    """Check that no keyword argument is unknown, and that none is missing.

    Raises:
        TypeError: One is; the message names it.
    """
    check_params(build, params, name)
    for parameter in inspect.signature(build).parameters.values():
        if parameter.default is parameter.empty and params.get(parameter.name) is None:
            raise TypeError(f"{name}() missing required keyword argument {parameter.name!r}")
