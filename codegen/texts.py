"""Turn the document's texts into docstrings."""

from __future__ import annotations

import json
import re
import textwrap
from typing import Any, List

_WIDTH = 100


def literal(text: str) -> str:
    """Return a string literal."""
    return json.dumps(text)


def sentence(text: Any) -> str:
    """Return the first sentence of a text."""
    first = re.split(r"(?<=[.!?])\s", paragraph(text), maxsplit=1)[0]
    return first if not first or first.endswith((".", "!", "?", ":")) else first + "."


def paragraph(text: Any) -> str:
    """Return the first paragraph of a text, if it is prose, on one line."""
    first = re.split(r"\n\s*\n", str(text or "").strip(), maxsplit=1)[0]
    if first.startswith(("#", "```", "|")):
        return ""
    words = " ".join(first.split()).replace("\\", "\\\\")
    # A closing quotation mark would end the docstring.
    return "".join(c if c.isprintable() else " " for c in words).replace('"', "'")


def docstring(lines: List[str], indent: int) -> str:
    """Return a docstring, quotes included; its lines are wrapped, indented ones hang."""
    wrapped: List[str] = []
    for line in lines:
        hang = len(line) - len(line.lstrip())
        wrapped += textwrap.wrap(
            line,
            # The first line shares its line with the quotes.
            width=_WIDTH - indent - (0 if wrapped else 3),
            subsequent_indent=" " * (hang + 4 if hang else 0),
            break_long_words=False,
            break_on_hyphens=False,
        ) or [""]
    if len(wrapped) == 1 and len(wrapped[0]) + indent + 6 <= _WIDTH:
        return f'"""{wrapped[0]}"""'
    margin = "\n" + " " * indent
    body = "\n".join([wrapped[0], *(" " * indent + line if line else "" for line in wrapped[1:])])
    return f'"""{body}{margin}"""'
