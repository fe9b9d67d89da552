"""What the pages have that no page says: the version, and `llms.txt` for programs that read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
SHIM = "https://unpkg.com/iframe-worker/shim"
_EXAMPLE = re.compile(r"(?<!\[)`(examples/[\w./]*)`")
_TITLE = re.compile(r"(?m)^# (.+)$")


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
    """Let a page fetch nothing from elsewhere: neither a script nor the repository's figures."""
    del config
    output = output.replace('data-md-component="source"', "")
    return output.replace(SHIM, "../" * page.url.count("/") + "site/worker.js")


def on_post_build(config: Any) -> None:
    """Write `llms.txt`, a list of the pages, and `llms-full.txt`, their text."""
    pages = [
        page
        for page in sorted(Path(config.docs_dir).rglob("*.md"))
        if "reliability-matrix" not in page.name
    ]
    base = config.site_url or ""
    links, texts = [], []
    for page in pages:
        text = page.read_text(encoding="utf-8")
        name = page.relative_to(config.docs_dir).as_posix()
        title = _TITLE.search(text)
        links.append(f"- [{title[1] if title else name}]({base}{name[:-3]}.html)")
        texts.append(text)
    head = f"# {config.site_name}\n\n> {config.site_description}\n"
    site = Path(config.site_dir)
    (site / "llms.txt").write_text("\n".join([head, *links, ""]), encoding="utf-8")
    (site / "llms-full.txt").write_text("\n\n".join(texts), encoding="utf-8")
