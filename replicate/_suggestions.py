"""What was probably meant by a name that a module or an object does not have."""

from __future__ import annotations

import difflib
import sys
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Optional

if TYPE_CHECKING:
    from collections.abc import Iterable

RUNNING = {"call", "chat", "execute", "generate", "infer", "inference", "predict", "run"}
"""What programs call to run a model, elsewhere or in their own words."""

RUN = "to run a model, call replicate.run(ref, input={...})"


def attribute(thing: object, name: str) -> Any:
    """Stand in for `__getattr__`: an object has no attribute of a name, or a property raised.

    Raises:
        AttributeError: Always; the message says what was probably meant.
    """
    kind: Any = type(thing)
    found = getattr(kind, name, None)
    if isinstance(found, property) and found.fget is not None:
        return found.fget(thing)  # its own error says more
    hint = None if name.startswith("_") else _hint_for(kind, name)
    raise _error(f"{kind.__name__!r} object has no attribute {name!r}", hint, name)


def no_such_name(module: str, name: str) -> AttributeError:
    """Return the error for a name that a module of this package does not have."""
    hint = None if name.startswith("_") else _hint_in(module, name)
    return _error(f"module {module!r} has no attribute {name!r}", hint, name)


def _error(text: str, hint: Optional[str], name: str) -> AttributeError:
    error = AttributeError(f"{text}; {hint}" if hint else text)
    if hint and hasattr(error, "obj"):
        # Python 3.10 and later would add a suggestion of their own to the traceback.
        error.name, error.obj = name, None
    return error


@lru_cache(maxsize=256)
def _hint_for(kind: Any, name: str) -> Optional[str]:
    if name in RUNNING:
        return RUN
    names = [*dir(kind)]
    for base in kind.__mro__:
        names += getattr(base, "__annotations__", ())
    return _did_you_mean(name, names)


@lru_cache(maxsize=256)
def _hint_in(module: str, name: str) -> Optional[str]:
    names = [*vars(import_module(module)).get("__all__", ())]
    if module == "replicate":
        package: Any = sys.modules[module]
        home = _home_of(name)
        if home:
            return f"did you mean 'replicate.{home}'?"
        names += [each for each in dir(package.default_client) if not each.startswith("_")]
        names += import_module("replicate._names").OF_2X
    else:
        # The names of namespaces are the plurals of the modules'.
        plural = f"{module.rpartition('.')[2]}s"
        client: Any = getattr(sys.modules["replicate"], "default_client", None)
        kind = client.__class__
        if hasattr(kind, plural) and name in dir(getattr(client, plural)):
            return f"did you mean 'replicate.{plural}.{name}'?"
    if name in RUNNING:
        return RUN
    return _did_you_mean(name, names)


def _home_of(name: str) -> Optional[str]:
    """Find the module that a class can be imported from."""
    if not name[:1].isupper():
        return None
    package: Any = sys.modules["replicate"]
    for module in sorted(package._SUBMODULES - {"sandbox"} | {"stream", "use", "hardware"}):
        if name in vars(import_module(f"replicate.{module}")).get("__all__", ()):
            return f"{module}.{name}"
    return None


def _did_you_mean(name: str, names: Iterable[str]) -> Optional[str]:
    by_case = {each.lower(): each for each in sorted({*names}) if not each.startswith("_")}
    close = difflib.get_close_matches(name.lower(), by_case, 1)
    return f"did you mean {by_case[close[0]]!r}?" if close else None
