"""What notebooks show: files from bytes that the notebook keeps, resources and pages as tables.

The URL of a file works for an hour, a notebook is opened for years. So the file itself goes into
what is shown. What that may cost is bounded, in bytes and in seconds; a file that cannot be had,
or is too large, is a link.
"""

from __future__ import annotations

import base64
import json
import re
import sys
from typing import TYPE_CHECKING, Any, Dict, List, Mapping, Optional, cast

from .._blocking import block_on, monotonic
from .._guards import classes_of, is_array, is_object
from .._html import Html, folded, joined, link, preformatted, table, tag
from .._http.deadline import until
from .._manners import plain
from ..exceptions import DownloadError

if TYPE_CHECKING:
    from typing_extensions import TypeGuard

    from .output import FileOutput

EMBEDDED = 16 * 1024 * 1024
"""Bytes of files that are in one output of a cell at most."""

SECONDS = 10.0
"""Time to fetch the files of one output."""

MOST = 100
"""Items of a list, and rows of a page, that are shown at most."""

DEEPEST = 4
"""Objects and lists inside each other that are shown as such; deeper ones are JSON."""

SHORT = 200
"""Characters that are shown in line; a longer text is folded."""

LONG = 20_000
"""Characters of a text that are shown at most."""

_MEDIA = re.compile(r"(image|audio|video)/[\w.+-]+", re.ASCII)
_URL = re.compile(r"https?://\S+", re.ASCII)
_WIDE = "max-width: 100%"
_GRID = "display: grid; grid-template-columns: repeat(auto-fill, minmax(15em, 1fr)); gap: 0.5em"


def file_html(file: FileOutput) -> Optional[str]:
    """Return a picture, sound or film as a notebook shows it; None for any other file."""
    return _Display().file(file) if _media_type(file) else None


def list_html(value: List[Any]) -> Optional[str]:
    """Return a list of pictures, sounds or films as a notebook shows it; None for any other."""
    show: Any = getattr(value, "_repr_html_", None)
    if callable(show):  # another kind of list, which shows itself
        return cast("Optional[str]", show())
    is_shown = all(map(_is_file, value)) and any(map(_media_type, value))
    return _Display().value(value) if is_shown else None


def object_html(title: str, fields: Mapping[str, Any]) -> str:
    """Return an object of the API as a notebook shows it, with the files of its output.

    Args:
        title: What it is.
        fields: Its fields; those that are None or empty text are left out.
    """
    given = fields.get("input")
    prompt = given.get("prompt") if is_object(given) else None
    display = _Display(about=": ".join(str(x) for x in (fields.get("model"), prompt) if x))
    rows = [
        (name, display.value(value) if name == "output" else _in_short(value))
        for name, value in fields.items()
        if value is not None and value != ""
    ]
    return joined([tag("strong", title), table(rows)])


def page_html(rows: List[Dict[str, Any]], about: str) -> str:
    """Return the rows of a page as a notebook shows them.

    Args:
        rows: All with the same columns.
        about: What to say above them.
    """
    if len(rows) > MOST:
        about += f"; the first {MOST:,} of them:"
    columns = [name for name in rows[0] if "." not in name] if rows else []
    cells = [[_in_cell(row[name]) for name in columns] for row in rows[:MOST]]
    return tag("div", tag("div", about), table(cells, columns), style="overflow-x: auto")


def show_lists() -> None:
    """Let IPython show lists of files, which stay lists, as what is in them."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    formatters = getattr(getattr(shell, "display_formatter", None), "formatters", {})
    formatter = formatters.get("text/html")
    if formatter is not None and list not in formatter.type_printers:
        formatter.for_type(list, list_html)


class _Display:
    """One output of a cell, and what may still be fetched for it."""

    def __init__(self, about: str = "") -> None:
        self._about = _cut(about, SHORT)
        self._left = EMBEDDED
        self._end = monotonic() + SECONDS

    def value(self, value: Any, depth: int = 0) -> Html:
        """Show what a model has returned."""
        if _is_file(value):
            return self.file(value)
        if isinstance(value, str):
            return _text(value)
        if is_array(value) and _is_one_text(value):
            return _text("".join(value))
        if depth < DEEPEST and is_object(value):
            return table((name, self.value(item, depth + 1)) for name, item in value.items())
        if depth < DEEPEST and is_array(value):
            return self._list(value, depth + 1)
        return _long(_json(value))

    def _list(self, items: List[Any], depth: int) -> Html:
        shown = [tag("div", self.value(item, depth)) for item in items[:MOST]]
        if len(items) > MOST:
            shown.append(tag("div", f"and {len(items) - MOST:,} more"))
        return tag("div", *shown, style=_GRID if any(map(_is_file, items)) else None)

    def file(self, file: FileOutput) -> Html:
        """Show a file: itself, or a link to it that says why."""
        named = link(file.url, file.name)
        if not _media_type(file):
            return named
        try:
            content = block_on(self._read(file))
        except Exception as error:  # noqa: BLE001 - whatever it is, the notebook goes on
            reason = getattr(error, "detail", None) or type(error).__name__
            return joined([named, tag("small", f" not shown: {_cut(str(reason), SHORT)}")])
        media_type = _media_type(file)
        if not media_type:  # its server says that it is something else
            return named
        self._left -= len(content)
        data = f"data:{media_type};base64,{base64.b64encode(content).decode()}"
        about = self._about or file.name
        kind = media_type.partition("/")[0]
        if kind == "image":
            return tag("img", src=data, alt=about, title=about, style=_WIDE)
        return tag(kind, named, src=data, title=about, controls=True, style=_WIDE)

    async def _read(self, file: FileOutput) -> bytes:
        content = bytearray()
        with until(self._end):
            async with file._download(content.clear) as download:
                async for piece in download:
                    content += piece
                    if max(len(content), download.size or 0) > self._left:
                        raise DownloadError(
                            detail=f"a notebook keeps {EMBEDDED // 1024**2} MiB in one output"
                        )
        return bytes(content)


def _is_file(value: Any) -> TypeGuard[FileOutput]:
    return isinstance(value, classes_of(f"{__package__}.output", "FileOutput"))


def _media_type(file: FileOutput) -> Optional[str]:
    """Return the media type of a picture, sound or film; None for any other file."""
    media_type = file.content_type or ""
    return media_type if _MEDIA.fullmatch(media_type) else None


def _is_one_text(items: List[Any]) -> bool:
    """Say whether a list has the pieces of one text: white space is at the ends of some."""
    is_text = all(isinstance(item, str) and not _is_file(item) for item in items)
    return is_text and any(item[:1].isspace() or item[-1:].isspace() for item in items)


def _text(text: str) -> Html:
    return link(text, _cut(text, SHORT)) if _URL.fullmatch(text) else _long(text)


def _in_short(value: Any) -> Any:
    """Return a field as one line: a long one with the rest folded."""
    if isinstance(value, str) and _URL.fullmatch(value):
        return _text(value)
    is_json = is_object(value) or is_array(value) or hasattr(value, "to_dict")
    text = _json(value) if is_json else str(value)
    if len(text) <= SHORT and "\n" not in text.strip():
        return text
    summary = _cut(" ".join(text.split()), 60)
    return folded(summary, _long(_json(value, indent=2) if is_json else text))


def _in_cell(value: Any) -> str:
    return "" if value is None else _cut(str(value), 40)


def _json(value: Any, indent: Optional[int] = None) -> str:
    try:
        return json.dumps(value, indent=indent, ensure_ascii=False, default=plain)
    except (RecursionError, TypeError, ValueError):
        return f"{type(value).__name__} that cannot be shown"


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[:length]}…"


def _long(text: str) -> Html:
    left = len(text) - LONG
    return preformatted(text if left <= 0 else f"{text[:LONG]}… ({left:,} more characters)")
