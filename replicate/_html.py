"""HTML for notebooks. Text is escaped unless it is `Html`, so nothing else can be markup. Pure."""

from __future__ import annotations

from html import escape
from typing import Any, Iterable


class Html(str):
    """Markup, which goes into other markup as it is."""

    __slots__ = ()


def tag(name: str, *inside: Any, **attributes: Any) -> Html:
    """Return an element; attributes that are None are left out, those that are True have no value.

    Args:
        name: Its name.
        inside: `Html`, or anything else as text.
        attributes: With a trailing underscore where the name is a keyword of Python.
    """
    words = [name]
    for key, value in attributes.items():
        if value is True:
            words.append(key)
        elif value is not None:
            words.append(f'{key.rstrip("_")}="{escape(str(value))}"')
    start = f"<{' '.join(words)}>"
    return Html(start if name == "img" else f"{start}{joined(inside)}</{name}>")


def joined(parts: Iterable[Any]) -> Html:
    """Return `Html`, or anything else as text, one after the other."""
    return Html("".join(x if isinstance(x, Html) else escape(str(x)) for x in parts))


def link(url: str, text: Any) -> Html:
    """Return a link to an http(s) URL that tells the other side nothing; to no other URL."""
    if not url[:8].lower().startswith(("https://", "http://")):
        return joined([text])
    return tag("a", text, href=url, target="_blank", rel="noopener noreferrer")


def table(rows: Iterable[Iterable[Any]], head: Iterable[Any] = ()) -> Html:
    """Return a table whose text begins on the left; without a head, its first column is one."""
    left = "text-align: left; vertical-align: top"

    def row(cells: Iterable[Any], *, heads: int) -> Html:
        cells = [
            tag("th" if place < heads else "td", cell, style=left)
            for place, cell in enumerate(cells)
        ]
        return tag("tr", *cells)

    names = list(head)
    body = tag("tbody", *(row(cells, heads=0 if names else 1) for cells in rows))
    return tag("table", *([tag("thead", row(names, heads=len(names)))] if names else []), body)


def folded(summary: Any, inside: Any) -> Html:
    """Return something that is seen when its summary is clicked."""
    return tag("details", tag("summary", summary), inside)


def preformatted(text: str) -> Html:
    """Return text with its line breaks; long lines are wrapped."""
    return tag("pre", text, style="white-space: pre-wrap; overflow-wrap: anywhere; margin: 0")
