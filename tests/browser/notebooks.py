"""Notebooks, executed and exported as a page."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, List
from unittest import mock

from replicate.sandbox import Sandbox


def executed(cells: List[str], sandbox: Sandbox) -> Any:
    """Execute cells in a kernel whose programs use a sandbox, and return the notebook."""
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.v4.new_notebook(cells=[*map(nbformat.v4.new_code_cell, cells)])
    path = os.pathsep.join(filter(None, sys.path))
    with mock.patch.dict(os.environ, {**sandbox.environment, "PYTHONPATH": path}):
        NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    return notebook


def exported(notebook: Any, folder: Path) -> str:
    """Write a notebook as a page, and return its address."""
    from nbconvert import HTMLExporter

    html, _ = HTMLExporter().from_notebook_node(notebook)
    file = folder / "notebook.html"
    file.write_text(html, encoding="utf-8")
    return file.as_uri()
