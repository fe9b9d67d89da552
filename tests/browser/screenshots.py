"""Take the pictures of the documentation: `python -m tests.browser.screenshots`."""

from __future__ import annotations

import contextlib
import io
import shutil
import tempfile
from pathlib import Path
from typing import Any, List

from PIL import Image
from playwright.sync_api import sync_playwright

import replicate
from replicate.sandbox import File, Input, Sandbox
from replicate.sandbox.demo import painter

from .conftest import ARGUMENTS, NAMES, Tab
from .notebooks import executed, exported

CELLS = """
import replicate

output = await replicate.async_run(
    "black-forest-labs/flux-schnell",
    input={"prompt": "the coast in the first light", "num_outputs": 4},
)
output


replicate.predictions.list()[0]
"""

IMAGES = Path(__file__).parents[2] / "docs" / "images"


def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    path = next(filter(None, map(shutil.which, NAMES)))
    with Sandbox(port=5000) as sandbox:
        prepare(sandbox)
        take(sandbox, path)
    take_notebook(path)


def take(sandbox: Sandbox, path: str) -> None:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=ARGUMENTS)
        tab = Tab(browser, sandbox, viewport={"width": 1280, "height": 760})
        page = tab.open("/sandbox/painter")
        page.fill("textarea[name=prompt]", "the coast in the first light")
        page.fill("input[name=width]", "440")
        page.fill("input[name=height]", "300")
        tab.run()
        page.wait_for_selector(".media img").evaluate("picture => picture.decode()")
        tab.wait_for("succeeded")
        save(page, "sandbox-page")
        tab.close()

        tab = Tab(browser, sandbox, viewport={"width": 1280, "height": 760}, color_scheme="dark")
        tell(tab)
        save(tab.page, "sandbox-page-dark")
        tab.page.click(".bar button")
        tab.close()

        tab = Tab(browser, sandbox, viewport={"width": 390, "height": 760}, device_scale_factor=1.5)
        tell(tab)
        tab.page.evaluate("scrollTo(0, 0)")
        tab.page.evaluate("document.querySelector('#beside').scrollIntoView()")
        save(tab.page, "sandbox-page-phone")
        tab.page.click(".bar button")
        tab.close()
        browser.close()


def take_notebook(path: str) -> None:
    sandbox = Sandbox()

    @sandbox.model("black-forest-labs/flux-schnell", official=True)
    def flux(prompt: str, num_outputs: int = Input(default=1)) -> List[File]:
        return [painter(f"{prompt} {n}", 320, 200) for n in range(num_outputs)]

    with sandbox:
        notebook = executed(CELLS.strip().split("\n\n\n"), sandbox)
    with sync_playwright() as driver, tempfile.TemporaryDirectory() as folder:
        browser = driver.chromium.launch(executable_path=path, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1280, "height": 760})
        page.goto(exported(notebook, Path(folder)), wait_until="domcontentloaded")
        save(page, "notebook")
        browser.close()


def prepare(sandbox: Sandbox) -> None:
    with sandbox.client() as client:
        client.run("sandbox/primes", {"limit": 100, "delay": 0})
        with contextlib.suppress(replicate.exceptions.ModelError):
            client.run("sandbox/divider", {"numerator": 4})
        client.run("sandbox/sprites", {"prompt": "robots"})
        client.run("sandbox/storyteller", {"prompt": "the last bookshop on the coast"})


def tell(tab: Tab) -> None:
    page = tab.open("/sandbox/storyteller")
    page.fill("textarea[name=prompt]", "a lighthouse keeper who collects storms")
    page.fill("input[name=delay]", "0.1")
    page.fill("input[name=sentences]", "8")
    tab.run()
    page.wait_for_selector(".prose:has-text('morning')")


def save(page: Any, name: str) -> None:
    page.wait_for_timeout(300)  # until moves and transitions are done
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    picture.quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
        IMAGES / f"{name}.png", optimize=True
    )


if __name__ == "__main__":
    main()
