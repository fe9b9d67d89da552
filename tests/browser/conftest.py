"""A headless browser, and a sandbox whose page it looks at."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional

import pytest

from replicate.sandbox import File, Input, Sandbox

# Without the last ones, Chromium asks its maker's servers at every start.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NAMES = ("chromium", "chromium-browser", "google-chrome")

CHOICE = Input(default="green", choices=["red", "green", "blue"])
COUNT = Input(default=3, ge=1, le=9, description="How many")
TAGS = Input(default=["a"])
PICTURES = Input(default=None, description="Some pictures")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api")
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip("there is no Chromium")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    sandbox = Sandbox()

    @sandbox.model("me/everything", official=True)
    def everything(
        text: str,
        choice: str = CHOICE,
        count: int = COUNT,
        ratio: float = 0.5,
        loud: bool = False,
        tags: List[str] = TAGS,
        options: Optional[Dict[str, Any]] = None,
        pictures: Optional[List[Path]] = PICTURES,
    ) -> Dict[str, Any]:
        """Give back what came in."""
        sizes = [picture.stat().st_size for picture in pictures or ()]
        return {
            "text": text,
            "choice": choice,
            "count": count,
            "ratio": ratio,
            "loud": loud,
            "tags": tags,
            "options": options,
            "sizes": sizes,
        }

    @sandbox.model("me/media", official=True)
    def media(ending: str) -> File:
        """Put out a file of any kind."""
        return File(b"not really", f"it.{ending}")

    with sandbox:
        yield sandbox


class Tab:
    """A page of the browser, with what went wrong in it."""

    def __init__(self, browser: Any, sandbox: Sandbox, **options: Any) -> None:
        options = {"viewport": {"width": 1280, "height": 800}, **options}
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.sandbox = sandbox
        self.complaints: List[str] = []
        self.addresses: List[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._listen)
        self.page.on("request", lambda request: self.addresses.append(request.url))

    def _listen(self, message: Any) -> None:
        # A refusal by the API is shown on the page; the console has it too.
        if message.type in ("error", "warning") and "status of 4" not in message.text:
            self.complaints.append(message.text)

    def open(self, path: str = "/") -> Any:
        self.page.goto(self.sandbox.url + path)
        self.page.wait_for_selector("#live[data-state=on]")
        return self.page

    def run(self) -> None:
        self.page.click("button.primary")

    def wait_for(self, status: str) -> None:
        self.page.wait_for_selector(f".bar [data-status={status}]")

    def close(self) -> None:
        self.context.close()


@pytest.fixture
def new_tab(chromium: Any, sandbox: Sandbox) -> Iterator[Any]:
    tabs: List[Tab] = []

    def make(**options: Any) -> Tab:
        tabs.append(Tab(chromium, sandbox, **options))
        return tabs[-1]

    yield make
    for tab in tabs:
        tab.close()
        assert tab.complaints == []
        elsewhere = [a for a in tab.addresses if not a.startswith((sandbox.url, "data:", "blob:"))]
        assert elsewhere == []


@pytest.fixture
def tab(new_tab: Any) -> Tab:
    return new_tab()
