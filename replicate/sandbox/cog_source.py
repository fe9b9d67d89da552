"""Cog projects of the command line, loaded again when their code changes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Dict, Optional, Tuple

from .cog_engine import add_project
from .cog_project import CogError, inspect_project, model_name
from .loading import LoadError, stamp

if TYPE_CHECKING:
    from .sandbox import Sandbox

_NAMED = re.compile(r"([\w.-]+/[\w.-]+)=(.+)\Z", re.DOTALL)


class CogSource:
    """A Cog project as `[OWNER/NAME=]SOURCE`.

    Args:
        name: A folder with a cog.yaml, or a predictor as `path/to/predict.py:Predictor`; with the
            model's name in front, or else that of its image or of its folder.
        python: The Python to run it with.
    """

    def __init__(self, name: str, python: Optional[str] = None) -> None:
        match = _NAMED.match(name)
        self._model: Optional[str] = match and match.group(1)
        self.name: str = match.group(2) if match else name
        self._python = python
        self._seen: Dict[str, Tuple[int, int]] = {}

    def load(self, sandbox: Sandbox) -> None:
        """Add the model to a sandbox.

        Raises:
            LoadError: The project can't be inspected.
        """
        self.changed()
        try:
            project = inspect_project(self.name, python=self._python)
        except (CogError, ImportError) as error:
            raise LoadError(str(error)) from error
        state = sandbox._state
        add_project(state, self._model or model_name(project, state.settings.username), project)

    def changed(self) -> bool:
        """Tell whether a file has changed since the last look, and look."""
        before = self._seen
        path = Path(self.name.rpartition(":")[0] if ".py:" in self.name else self.name)
        folder = path if path.is_dir() else path.parent
        files = [*folder.glob("*.py"), *folder.glob("cog.yaml")]
        self._seen = {str(file): stamp(str(file)) for file in files}
        return self._seen != before
