"""Models from a file or a module of the user's, loaded again when its code changes."""

from __future__ import annotations

import importlib
import linecache
import os
import sys
import sysconfig
import threading
import time
import traceback
from pathlib import Path
from types import ModuleType
from typing import Callable, Dict, Iterable, List, Protocol, Sequence, Set, Tuple

from .sandbox import Sandbox

INTERVAL = 0.3
"""Seconds between two looks at the files."""


class LoadError(Exception):
    """The code of the user's can't be loaded; the message says why."""


class Source(Protocol):
    """Something with models that can be loaded, more than once."""

    @property
    def name(self) -> str:
        """What the user calls it."""
        ...

    def load(self, sandbox: Sandbox) -> None:
        """Add the models to a sandbox."""

    def changed(self) -> bool:
        """Tell whether the models should be loaded again."""
        ...


class ModelSource:
    """A file or a module with models.

    Args:
        name: A path that ends with `.py`, or the name of a module; with `:name` behind it
            only the sandbox of that name in it.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        base, colon, self._attribute = name.rpartition(":")
        if not colon or os.sep in self._attribute or self._attribute.endswith(".py"):
            base, self._attribute = name, ""
        self._path = Path(base).absolute() if base.endswith(".py") else None
        self._module = self._path.stem if self._path is not None else base
        self._loaded: Set[str] = set()
        self._seen: Dict[str, Tuple[int, int]] = {}
        self._models: Set[str] = set()

    def load(self, sandbox: Sandbox) -> None:
        """Add the models to a sandbox; those that were there before and no longer are go.

        Raises:
            LoadError: if the code fails, or has no models.
        """
        for name in self._loaded:
            sys.modules.pop(name, None)
        importlib.invalidate_caches()
        linecache.checkcache()  # versions get their ids from the source
        before = set(sys.modules)
        try:
            module = self._import()
            found = Sandbox(demo_models=False)
            self._collect(module, found)
        except LoadError:
            raise
        except (Exception, SystemExit) as error:
            raise LoadError(_explain(self.name, error)) from error
        finally:
            self._loaded = {name for name in set(sys.modules) - before if _is_own(name)}
            self._look()
        sandbox.include(found)
        for name in self._models - set(found.models):
            sandbox._state.models.pop(name, None)
        self._models = set(found.models)

    def changed(self) -> bool:
        """Tell whether a file has changed since the last look, and look."""
        before = self._seen
        self._look()
        return self._seen != before

    def _import(self) -> ModuleType:
        if self._path is None:
            if str(Path.cwd()) not in sys.path:
                sys.path.insert(0, str(Path.cwd()))
            return importlib.import_module(self._module)
        if not self._path.is_file():
            raise LoadError(f"there is no file {self.name}")
        directory = str(self._path.parent)
        if directory not in sys.path:
            sys.path.insert(0, directory)
        module = ModuleType(self._module)
        module.__file__ = str(self._path)
        sys.modules[self._module] = module
        # Not through a loader, whose cache takes a change within a second for none.
        exec(compile(self._path.read_bytes(), str(self._path), "exec"), module.__dict__)  # noqa: S102
        return module

    def _collect(self, module: ModuleType, found: Sandbox) -> None:
        if self._attribute:
            chosen = getattr(module, self._attribute, None)
            if not isinstance(chosen, Sandbox):
                raise LoadError(f"{self._module} has no Sandbox named {self._attribute}")
            found.include(chosen)
            return
        sandboxes = [value for value in vars(module).values() if isinstance(value, Sandbox)]
        for sandbox in dict.fromkeys(sandboxes):
            found.include(sandbox)
        install = getattr(module, "install", None)
        if callable(install):
            install(found)
        elif not sandboxes:
            raise LoadError(f"{self.name} has neither a Sandbox nor a function install(sandbox)")

    def _look(self) -> None:
        files = {getattr(sys.modules.get(name), "__file__", None) for name in self._loaded}
        files.add(str(self._path) if self._path is not None else None)
        self._seen = {file: stamp(file) for file in files if file}


def watch(sources: Sequence[Source], sandbox: Sandbox, say: Callable[[str], None]) -> None:
    """Load sources again whenever their code changes, in a thread."""

    def work() -> None:
        while True:
            time.sleep(INTERVAL)
            for source in sources:
                if source.changed():
                    say(f"{reload(source, sandbox)}\n")

    threading.Thread(target=work, name="replicate-sandbox-reload", daemon=True).start()


def reload(source: Source, sandbox: Sandbox) -> str:
    """Load a source again, and return what there is to say about it."""
    try:
        source.load(sandbox)
    except LoadError as error:
        return f"{error}\nThe models stay as they were."
    return f"Loaded {source.name} again."


def _explain(name: str, error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if not _is_ours(frame.filename)]
    lines = traceback.format_list(own) + traceback.format_exception_only(type(error), error)
    return f"{name} can't be loaded:\n" + "".join(lines).rstrip()


def _is_ours(filename: str) -> bool:
    return filename == __file__ or "importlib" in filename


def _is_own(name: str) -> bool:
    """Tell whether a module is the user's own code, not a library."""
    file = getattr(sys.modules.get(name), "__file__", None)
    if not file:
        return False
    paths = sysconfig.get_paths()
    libraries = {paths[key] for key in ("stdlib", "platstdlib", "purelib", "platlib")}
    parents: List[str] = [str(parent) for parent in Path(file).parents]
    ours = str(Path(__file__).parent.parent)
    return not _overlap(parents, {*libraries, ours})


def _overlap(parents: Iterable[str], directories: Set[str]) -> bool:
    return any(parent in directories for parent in parents)


def stamp(file: str) -> Tuple[int, int]:
    """Return what tells whether a file has changed."""
    try:
        status = Path(file).stat()
    except OSError:
        return (0, 0)
    return (status.st_mtime_ns, status.st_size)
