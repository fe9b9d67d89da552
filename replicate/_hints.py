"""What a model's input may have been meant to be. It looks at the disk, and at nothing else."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Callable

from ._guards import is_array, is_object

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_PATH = 4096
"""Characters of a text that may be the path of a file."""


def paths_as_text(input: Any, may_be_file: Callable[[str], bool]) -> Iterator[str]:
    """Say of each path that was given as text how a file is given.

    Args:
        input: The input of a prediction.
        may_be_file: Says of an input's name whether the model may want a file there.
    """
    for name, value in input.items() if is_object(input) else ():
        for text in value if is_array(value) else [value]:
            if isinstance(text, str) and may_be_file(name) and _is_file(text):
                yield (
                    f"{name!r} is the text {text!r}, which is the path of a file here. To send the "
                    f"file, give pathlib.Path({text!r})."
                )


def _is_file(text: str) -> bool:
    try:
        return len(text) < LONGEST_PATH and os.path.isfile(text)  # noqa: PTH113 - may be no path
    except (OSError, ValueError):
        return False
