"""The documentation, read from disk: its search works, and it fetches nothing from elsewhere."""

from __future__ import annotations

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
@pytest.mark.parametrize("word", ["batch", "concurrency", "jupyter"])
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
@pytest.mark.parametrize("name", ["index", "run", "reference/run", "reliability-tests"])
def test_no_page_is_wider_than_a_phone(page: Any, name: str) -> None:
    page.goto((SITE / f"{name}.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
