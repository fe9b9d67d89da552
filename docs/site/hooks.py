"""What the pages have that no page says: the version, and `llms.txt` for programs that read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, List

ROOT = Path(__file__).parent.parent.parent
SHIM = "https://unpkg.com/iframe-worker/shim"
_CODE = re.compile(r"(?<=<code>)[^<]+(?=</code>)")
_JOINT = re.compile(r"([_./:(=,]+)(?=\w)")
_EXAMPLE = re.compile(r"(?<!\[)`(examples/[\w./]*)`")
_FIRST = re.compile(r"(?ms)^# [^\n]*\n+(.+?)(?:\n\n|\Z)")
_pages: List[Any] = []


def on_config(config: Any) -> Any:
    """Show the version below every page."""
    about = (ROOT / "replicate" / "__about__.py").read_text(encoding="utf-8")
    found = re.search(r'(?m)^__version__.* = "([^"]+)"', about)
    assert found is not None
    config.copyright = f"replicate {found[1]}"
    return config


def on_page_markdown(markdown: str, config: Any, **_: Any) -> str:
    """Link each example that a page names: the examples are beside the pages, not among them."""
    return _EXAMPLE.sub(rf"[`\1`]({config.repo_url.rstrip('/')}/blob/main/\1)", markdown)


def on_post_page(output: str, page: Any, config: Any) -> str:
    """Let a page fetch nothing from elsewhere, neither a script nor the repository's figures.

    And let names break between their words only, where a line is too short for them.
    """
    del config
    output = _CODE.sub(lambda found: _JOINT.sub(r"\1<wbr>", found[0]), output)
    output = output.replace('data-md-component="source"', "")
    return output.replace(SHIM, "../" * page.url.count("/") + "site/worker.js")


def on_nav(nav: Any, **_: Any) -> None:
    """Remember the pages in the order of the menu."""
    _pages[:] = nav.pages


def on_post_build(config: Any) -> None:
    """Write `llms.txt`, which says what each page is about, and `llms-full.txt`, their text."""
    base = config.site_url or ""
    chapter = ""
    lines = [f"# {config.site_name}", "", f"> {config.site_description}"]
    texts = []
    for page in _pages:
        top = page.ancestors[-1].title if page.ancestors else page.title
        if top != chapter:
            chapter = top
            lines += ["", f"## {chapter}", ""]
        lines.append(f"- [{page.title}]({base}{page.url}){_about(page.markdown)}")
        # Programs find docstrings in the package; the matrix is a table of thousands of cells.
        if "\n::: " not in page.markdown and "reliability-matrix" not in page.url:
            texts.append(page.markdown.strip())
    site = Path(config.site_dir)
    (site / "llms.txt").write_text("\n".join([*lines, ""]), encoding="utf-8")
    (site / "llms-full.txt").write_text("\n\n".join([*texts, ""]), encoding="utf-8")


def _about(markdown: str) -> str:
    """Return the first sentence of a page, without links; nothing if it begins with a table."""
    found = _FIRST.search(markdown)
    text = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", " ".join(found[1].split())) if found else ""
    sentence = re.split(r"(?<=[.!?]) ", text)[0]
    return f": {sentence.rstrip(':')}" if sentence[:1] not in {"", "|", ":", "#"} else ""
