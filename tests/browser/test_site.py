"""The documentation, read from disk: its search works, and it fetches nothing from elsewhere."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, List

import pytest

pytestmark = pytest.mark.slow

SITE = Path(__file__).parents[2] / "build" / "docs"


@pytest.fixture
def page(chromium: Any, request: pytest.FixtureRequest) -> Any:
    if not SITE.is_dir():
        pytest.skip("`make docs` has not built the pages")
    page = chromium.new_page(viewport={"width": request.param, "height": 800})
    yield page
    page.close()


@pytest.mark.parametrize("page", [1280, 390], indirect=True)
@pytest.mark.parametrize(
    "word",
    ["batch", "concurrency", "jupyter", "observability", "pagination", "cli", "timeout", "proxy"],
)
def test_search(page: Any, word: str) -> None:
    elsewhere: List[str] = []
    page.on("request", lambda request: elsewhere.append(request.url))
    page.goto((SITE / "reference" / "run.html").as_uri())
    small = page.viewport_size["width"] < 900
    page.click("label.md-header__button[for=__search]" if small else "input.md-search__input")
    page.keyboard.type(word, delay=50)
    page.wait_for_selector(".md-search-result__item")
    assert "matching document" in page.inner_text(".md-search-result__meta")
    assert [url for url in elsewhere if not url.startswith("file:")] == []


@pytest.mark.parametrize("page", [390], indirect=True)
def test_no_page_is_wider_than_a_phone(page: Any) -> None:
    pages = sorted(SITE.rglob("*.html"))
    assert len(pages) > 50
    for file in pages:
        page.goto(file.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, file


@pytest.mark.parametrize("page", [390], indirect=True)
def test_names_break_between_their_words(page: Any) -> None:
    page.goto((SITE / "reliability-tests.html").as_uri())
    text, source = page.inner_text(".md-content"), page.inner_html(".md-content")
    assert "test_token_is_resolved_for_every_request\n" in text
    assert "token_<wbr>is_<wbr>resolved" in source
    assert (
        page.evaluate("getComputedStyle(document.querySelector('td code')).wordBreak") == "normal"
    )
    assert "code>" not in text


@pytest.mark.parametrize("page", [1280], indirect=True)
def test_the_start_page_shows_the_thing_on_one_screen(page: Any) -> None:
    page.goto((SITE / "index.html").as_uri())
    assert page.locator(".start .tabbed-labels label").all_inner_texts() == [
        "Run",
        "Stream",
        "Test",
    ]
    for shown in (".start .tabbed-set", ".start .highlight:visible >> nth=-1", ".start img"):
        box = page.locator(shown).bounding_box()
        assert box["y"] + box["height"] <= 800, shown
        assert box["x"] + box["width"] <= 1280, shown


def test_programs_that_read_find_every_page() -> None:
    if not SITE.is_dir():
        pytest.skip("`make docs` has not built the pages")
    text = (SITE / "llms.txt").read_text("utf-8")
    linked = re.findall(r"(?m)^- \[[^]]+\]\((\S+\.html)\)", text)
    pages = {file.relative_to(SITE).as_posix() for file in SITE.rglob("*.html")}
    assert set(linked) == pages - {"404.html"}
    assert "## Guides\n\n- [Run models](run.html): " in text
    whole = (SITE / "llms-full.txt").read_text("utf-8")
    assert "# Webhooks" in whole
    assert "\n::: " not in whole
