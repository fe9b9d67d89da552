"""Files that functions return."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from functools import lru_cache
from typing import Optional

from .._files.output import FileOutput


class URLPath(FileOutput):
    """A file that a model returned, which is also a path: of the file on this machine.

    The file is fetched once, when its path is asked for: by `open(file)`, `Path(file)`, or whatever
    else takes paths. It stays until the process ends; `save` it to keep it.
    """

    __module__ = "replicate.use"

    _path: Optional[str] = None

    def __fspath__(self) -> str:
        if self._path is None:
            self._path = str(self.save(tempfile.mkdtemp(dir=_folder(os.getpid()))))
        return self._path


@lru_cache(maxsize=1)
def _folder(process: int) -> str:
    """Make a temporary folder, which is removed when the process ends."""
    folder = tempfile.mkdtemp(prefix="replicate-")

    def remove() -> None:
        if os.getpid() == process:  # a fork must not remove it
            shutil.rmtree(folder, ignore_errors=True)

    atexit.register(remove)
    return folder
