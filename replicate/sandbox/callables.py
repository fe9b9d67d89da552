"""What can be a model: functions, methods, partial functions, objects that can be called."""

from __future__ import annotations

import functools
import inspect
from typing import Any, Callable


def target(function: Callable[..., Any]) -> Any:
    """Return the function whose code runs in the end."""
    inner: Any = function
    while isinstance(inner, functools.partial):
        inner = inner.func
    return inner if inspect.isroutine(inner) or inspect.isclass(inner) else type(inner).__call__


def name_of(function: Callable[..., Any]) -> str:
    """Return a name for messages."""
    return str(getattr(target(function), "__qualname__", function))


def is_async(function: Callable[..., Any]) -> bool:
    """Tell whether calling it gives something to await, or to iterate over with `async for`."""
    return inspect.iscoroutinefunction(target(function)) or iterates_async(function)


def iterates_async(function: Callable[..., Any]) -> bool:
    """Tell whether calling it gives something to iterate over with `async for`."""
    return inspect.isasyncgenfunction(target(function))


def check(function: Any) -> None:
    """Refuse what can't be a model.

    Raises:
        TypeError: if it can't be called, or not by the names of its inputs.
    """
    if not callable(function):
        raise TypeError(f"a model is a function, not {function!r}")
    if inspect.isclass(function):
        raise TypeError(f"{function.__qualname__} is a class: give an object that can be called")
    try:
        parameters = inspect.signature(function).parameters.values()
    except ValueError as error:
        raise TypeError(f"the inputs of {name_of(function)} are not known: {error}") from None
    for parameter in parameters:
        if parameter.kind is parameter.VAR_POSITIONAL or parameter.kind is parameter.VAR_KEYWORD:
            raise TypeError(
                f"a model's inputs have names: {name_of(function)} takes *{parameter.name}"
            )
        if parameter.kind is parameter.POSITIONAL_ONLY:
            raise TypeError(
                f"a model gets its inputs by name: {name_of(function)} takes"
                f" {parameter.name} by position only"
            )
