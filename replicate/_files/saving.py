"""Writing what arrives to disk: whole or not at all."""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import secrets
import stat
import threading
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Callable, Iterable, Optional, Protocol, TypeVar
from urllib.parse import unquote

from .._blocking import in_thread, is_blocking
from .._http.address import parts_of

if TYPE_CHECKING:
    from collections.abc import Coroutine, Generator

T = TypeVar("T")

PATIENCE = 5.0
"""Seconds for which a canceled task waits for the end of what is being written."""

PERMISSIONS = 0o777
"""What a new file keeps of the mode of the one that it replaces: not to run as its owner, which
what a model wrote would do then. To write to a file takes that away too."""

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
_RESERVED = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9\xb9\xb2\xb3]) *(?:\.|$)", re.IGNORECASE
)
"""Names that are devices on Windows, whatever their suffix
(https://learn.microsoft.com/windows/win32/fileio/naming-a-file)."""


class Sink(Protocol):
    """What the content of a file can be written to."""

    def write(self, chunks: Iterable[bytes]) -> None:
        """Add to the content."""
        ...

    def restart(self) -> None:
        """Drop the content."""
        ...


class Handle:
    """A handle as a `Sink`."""

    def __init__(self, handle: IO[bytes]) -> None:
        self._handle = handle

    def write(self, chunks: Iterable[bytes]) -> None:
        """Add to the content."""
        self._handle.writelines(chunks)

    def restart(self) -> None:
        """Drop the content."""
        self._handle.seek(0)
        self._handle.truncate()


class Draft:
    """A file that appears under its name when it is complete.

    Its methods may run in threads; `discard` may be called at any time, also while one of them
    runs: then the thread that runs it clears up when it is done.
    """

    def __init__(self, asked: Path, *, replace: bool) -> None:
        """Create a draft.

        Args:
            asked: Where the file is to appear. A link stays one: what it leads to is
                written. So is a device or pipe, as it is.
            replace: Whether a file that is there is replaced; else a free name is taken.
        """
        self._asked = asked
        self._replace = replace
        self._lock = threading.Lock()
        self._file: Any = None
        self._temporary: Optional[Path] = None
        self._target = asked
        self._mode: Optional[int] = None
        self._discarded = False

    def open(self) -> None:
        """Open a file beside the place where it is to appear."""
        self._do(self._open)

    def _open(self) -> None:
        if self._replace:
            target = self._target
            self._mode = target.stat().st_mode if target.exists() else None
            if self._is_device():
                self._file = target.open("wb")
                return
            # Only now: `/dev/stdout` is a link that leads to what has no path, such as a pipe.
            if target.is_symlink():
                self._target = Path(os.path.realpath(target))
        name = f".{cut(self._target.name, 200)}.{secrets.token_hex(8)}"
        # Known before it is there, so that it goes also where Ctrl-C comes in between.
        self._temporary = self._target.with_name(name)
        # With the permissions that the user's umask leaves.
        self._file = self._temporary.open("xb")

    def _is_device(self) -> bool:
        return self._mode is not None and not stat.S_ISREG(self._mode)

    def write(self, chunks: Iterable[bytes]) -> None:
        """Add to the content."""
        self._do(lambda: self._file.writelines(chunks))

    def restart(self) -> None:
        """Drop the content."""

        def restart() -> None:
            if self._temporary is not None:
                self._file.seek(0)
                self._file.truncate()

        self._do(restart)

    def finish(self) -> Path:
        """Let the file appear, and return its path."""
        return self._do(self._finish)

    def _finish(self) -> Path:
        self._file.close()
        if self._temporary is None:
            return self._asked
        if self._replace:
            if self._mode is not None:
                self._temporary.chmod(self._mode & PERMISSIONS)
            os.replace(self._temporary, self._target)  # noqa: PTH105 - the same on every Python
            path = self._asked
        else:
            path = next(path for path in _numbered(self._target) if self._appear_as(path))
        self._temporary = None
        return path

    def _appear_as(self, path: Path) -> bool:
        """Give the draft a name, unless there is something of that name."""
        temporary: Any = self._temporary
        try:
            if os.name == "nt":
                temporary.rename(path)  # which does not replace there
                return True
            try:
                os.link(temporary, path)
                temporary.unlink()
            except FileExistsError:
                raise
            except (OSError, AttributeError):  # a file system without links
                path.open("xb").close()
                os.replace(temporary, path)  # noqa: PTH105 - the same on every Python
        except FileExistsError:
            return False
        return True

    def _do(self, function: Callable[[], T]) -> T:
        try:
            with self._lock, self._about():
                if self._discarded:
                    raise ValueError("the file was discarded")
                return function()
        finally:
            if self._discarded:
                self._clear()

    @contextlib.contextmanager
    def _about(self) -> Generator[None, None, None]:
        """Let an error of writing name the file that was asked for, not the one that stands in."""
        try:
            yield
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(self._asked)) from error

    def discard(self) -> None:
        """Leave nothing behind."""
        self._discarded = True
        self._clear()

    def _clear(self) -> None:
        if self._lock.acquire(blocking=False):
            try:
                with contextlib.suppress(OSError):
                    if self._file is not None:
                        self._file.close()
                with contextlib.suppress(OSError):
                    if self._temporary is not None:
                        if os.name == "nt":  # which deletes nothing that is read-only
                            self._temporary.chmod(stat.S_IWRITE)
                        self._temporary.unlink()
                self._temporary = None
            finally:
                self._lock.release()

    async def settle(self) -> None:
        """Wait for a thread that is still writing, for as long as may be expected of a disk."""
        if is_blocking() or not self._lock.locked() or self._is_device():
            return
        import anyio

        def wait() -> None:
            if self._lock.acquire(timeout=PATIENCE):
                self._lock.release()
                self._clear()

        with anyio.CancelScope(shield=True):
            await in_thread(wait)


async def saved(
    target: Path, pour: Callable[[Draft], Coroutine[Any, Any, None]], *, replace: bool = True
) -> Path:
    """Write a file that appears only when it is complete, and return its path.

    Args:
        target: Where it is to appear.
        pour: Writes the content.
        replace: Whether a file that is there is replaced; else a free name is taken.
    """
    draft = Draft(target, replace=replace)
    try:
        await in_thread(draft.open)
        await pour(draft)
        return await in_thread(draft.finish)
    except BaseException:
        draft.discard()
        await draft.settle()
        raise


async def saved_bytes(target: Path, content: bytes) -> Path:
    """Write a file that appears only when it is complete, and return its path."""

    async def pour(draft: Draft) -> None:
        await in_thread(draft.write, [content])

    return await saved(target, pour)


def _numbered(path: Path) -> Generator[Path, None, None]:
    """Yield a path, and others beside it: `out-0.webp`, `out-0-1.webp`, `out-0-2.webp`."""
    yield path
    for number in itertools.count(1):
        yield path.with_name(f"{path.stem}-{number}{path.suffix}")


def file_name(url: str, content_type: Optional[str]) -> str:
    """Return a name to save a file under: one path segment, whatever its URL says. Pure.

    It is one on every system: Windows knows characters and names that no file can have.
    """
    name = ""
    if url[:5].lower() != "data:":
        name = segment(unquote(parts_of(url).path.rpartition("/")[2], errors="replace"))
    if not name or set(name) <= {"_"}:
        from .media import media_types

        name = "output" + (media_types().guess_extension(content_type or "") or "")
    return name


def segment(name: str) -> str:
    """Turn a name into one that a file can have on every system; empty if nothing is left. Pure."""
    name = re.split(r"[/\\]", name)[-1]
    name = re.sub(r'[<>:"|?*]', "_", _CONTROL.sub("_", name)).strip(" .")
    stem, dot, suffix = name.rpartition(".")
    name = f"{cut(stem, 200)}{dot}{cut(suffix, 50)}" if stem else cut(name, 200)
    name = name.rstrip(" .")
    return f"_{name}" if _RESERVED.match(name) else name


def cut(text: str, size: int) -> str:
    """Shorten a text to so many bytes: file systems count those, and take 255."""
    encoded = text.encode("utf-8", "replace").replace(b"?", b"_")
    return encoded[:size].decode("utf-8", "ignore")
