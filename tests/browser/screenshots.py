"""Take the pictures of the documentation, and pictures of its pages: `make screenshots`.

What the documentation shows goes to docs/images; how its own pages look, in a window of a desktop
and of a phone, goes to build/screenshots.
"""

from __future__ import annotations

import base64
import contextlib
import html
import io
import re
import shutil
import subprocess
import sys
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

ROOT = Path(__file__).parents[2]
IMAGES = ROOT / "docs" / "images"
SITE = ROOT / "build" / "docs"
LOOKS = ROOT / "build" / "screenshots"
PAGES = ("index", "run", "sandbox-testing", "reference/run", "reliability", "notebooks")

TERMINAL = """<body style="margin: 0; background: #1b1b1f; color: #e4e4e7">
<pre style="margin: 0; padding: 18px 22px; font: 13px/1.4 monospace; white-space: pre-wrap">
<b>$ make demo</b>
{text}</pre>
<div style="display: flex; gap: 8px; padding: 0 22px 20px">{pictures}</div>
"""


def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    path = next(filter(None, map(shutil.which, NAMES)))
    take_demo(path)
    take_site(path)
    with Sandbox(port=5000) as sandbox:
        prepare(sandbox)
        take(sandbox, path)
    take_notebook(path)


def take_demo(path: str) -> None:
    """Show what `make demo` prints, but for its last parts, a file in and a failure."""
    command = [sys.executable, str(ROOT / "examples" / "demo.py")]
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
        data = [file.read_bytes() for file in sorted(Path(folder).rglob("*.png"))]
    urls = [f"data:image/png;base64,{base64.b64encode(each).decode()}" for each in data]
    pictures = "".join(f'<img style="width: 0; flex: 1" src="{url}">' for url in urls)
    text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:5000", done.stdout.partition("\n4. ")[0])
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 640, "height": 100}, device_scale_factor=1.5)
        page.set_content(TERMINAL.format(text=html.escape(text.strip()), pictures=pictures))
        save(page, "demo", full_page=True)
        browser.close()


def take_site(path: str) -> None:
    """Show the pages as they are built, read from disk."""
    LOOKS.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=ARGUMENTS)
        for width, height in ((1280, 800), (390, 760)):
            window = browser.new_page(viewport={"width": width, "height": height})
            for name in PAGES:
                window.goto((SITE / f"{name}.html").as_uri())
                window.wait_for_timeout(300)
                window.screenshot(path=LOOKS / f"{name.replace('/', '-')}-{width}.png")
        browser.close()


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


def save(page: Any, name: str, **options: Any) -> None:
    page.wait_for_timeout(300)  # until moves and transitions are done
    picture = Image.open(io.BytesIO(page.screenshot(**options))).convert("RGB")
    picture.quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
        IMAGES / f"{name}.png", optimize=True
    )


if __name__ == "__main__":
    main()
