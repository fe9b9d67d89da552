"""Turn the document's texts into docstrings."""

from __future__ import annotations

import re
import textwrap
from typing import Any, List

from openapi_python_client import strings

_WIDTH = 100


def raw(text: Any) -> str:
    """Return the string behind the generator's wrapper types."""
    if hasattr(text, "get_untrusted_value"):
        return str(text.get_untrusted_value())
    return "" if text is None else str(text)


def description_of(schema: Any) -> str:
    """Return the description of a schema, as the generator has it or as the document has it."""
    if isinstance(schema, dict):
        return str(schema.get("description", ""))
    return raw(getattr(schema, "description", None))


def literal(text: Any) -> str:
    """Return a string literal."""
    return f'"{strings.in_double_quote_literal(raw(text))}"'


def sentence(text: Any) -> str:
    """Return the first sentence of a text."""
    first = re.split(r"(?<=[.!?])\s", paragraph(text), maxsplit=1)[0]
    return first if not first or first.endswith((".", "!", "?", ":")) else first + "."


def paragraph(text: Any) -> str:
    """Return the first paragraph of a text, if it is prose, on one line."""
    first = re.split(r"\n\s*\n", raw(text).strip(), maxsplit=1)[0]
    if first.startswith(("#", "```", "|")):
        return ""
    first = strings.safe_for_docstring(" ".join(first.split()))
    return first.replace('"', "'")  # a closing quotation mark would end the docstring


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


def used(names: List[str], code: str) -> str:
    """Return the names that code uses, as an import statement lists them."""
    return ", ".join(name for name in names if re.search(rf"\b{name}\b", code))
