"""Type guards, and the guard at the door of each public module: its `__getattr__`.

Type guards are `isinstance` for values that arrive as `Any`, such as JSON and users' input. A bare
`isinstance(value, dict)` tells a strict checker "a dict of unknown things".
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Dict, List, Tuple, Union

    from typing_extensions import TypeGuard


def is_object(value: Any) -> TypeGuard[Dict[str, Any]]:
    """Say whether a value is a JSON object."""
    return isinstance(value, dict)


def may_be_file(text: str) -> bool:
    """Say whether a text starts as the address of a file does, or a file in a data URI."""
    return text[:5].lower().startswith(("http", "data:"))


def is_array(value: Any) -> TypeGuard[List[Any]]:
    """Say whether a value is a JSON array."""
    return isinstance(value, list)


def is_mapping(value: Any) -> TypeGuard[Mapping[Any, Any]]:
    """Say whether a value has keys and values, be it a dict or not."""
    return isinstance(value, Mapping)


def is_iterable(value: Any) -> TypeGuard[Iterable[Any]]:
    """Say whether a value has items."""
    return isinstance(value, Iterable)


def is_sequence(value: Any) -> TypeGuard[Sequence[Any]]:
    """Say whether a value is a sequence of things; text and bytes are one thing."""
    return isinstance(value, Sequence) and not isinstance(value, (str, bytes, bytearray))


def is_text(value: Any) -> TypeGuard[str]:
    """Say whether a value is text, and not empty."""
    return isinstance(value, str) and bool(value)


def text_of(value: Any) -> str:
    """Return a value as text; of an enumeration's member that is text its value, not its name."""
    return str.__str__(value) if isinstance(value, str) else str(value)


def is_tuple(value: Any) -> TypeGuard[Tuple[Any, ...]]:
    """Say whether a value is a tuple."""
    return isinstance(value, tuple)


def is_bytes(value: Any) -> TypeGuard[Union[bytes, bytearray, memoryview]]:
    """Say whether a value is bytes in memory."""
    return isinstance(value, (bytes, bytearray, memoryview))


def is_path(value: Any) -> TypeGuard[os.PathLike[str]]:
    """Say whether a value is a path; a string is not, as it may be anything."""
    return isinstance(value, os.PathLike)


def classes_of(module: str, *names: str) -> Any:
    """Return classes of a module, for `isinstance`, if it was imported; it is not imported here.

    A module that another thread is importing is there, but may be empty: nothing is of its
    making yet.
    """
    loaded = sys.modules.get(module)
    return tuple(getattr(loaded, name) for name in names if hasattr(loaded, name))


def mark_as_coroutine_function(function: Any) -> None:
    """Let mocks know of a function that what it returns is awaited, as that of 1.0.7 was.

    A mock of it can be awaited then. What tells them is in modules that mocks have loaded, and
    this package does not load.
    """
    inspect: Any = sys.modules.get("inspect")
    coroutines: Any = sys.modules.get("asyncio.coroutines")
    if hasattr(inspect, "markcoroutinefunction"):  # Python 3.12+
        inspect.markcoroutinefunction(function)
    elif hasattr(coroutines, "_is_coroutine"):
        function._is_coroutine = coroutines._is_coroutine


def names_of(module: str) -> Callable[[str], Any]:
    """Return the `__getattr__` of a module: it finds the names of 1.0.7, or says what was meant."""

    def __getattr__(name: str) -> Any:  # noqa: N807 - of the module
        if name.startswith("__"):  # the import system asks for such names
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        from ._names import lookup

        return lookup(module, name)

    return __getattr__
