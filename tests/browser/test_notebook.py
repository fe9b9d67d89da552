"""A notebook that is executed, exported, and opened in a browser when all URLs have expired."""

from __future__ import annotations

import io
import json
import wave
from pathlib import Path
from typing import Any, Dict, Iterator, List

import pytest

from replicate.sandbox import File, Sandbox

from .notebooks import executed, exported

pytestmark = pytest.mark.slow

HOSTILE = "</pre><script>window.pwned = 1</script><img src=x onerror='window.pwned = 1'>"

CELLS = """
import replicate
output = replicate.run("black-forest-labs/flux-schnell",
    input={"prompt": "a llama at the seaside", "num_outputs": 3})
output

assert type(output) is list and len(output) == 3
output[0]

replicate.run("me/speech", input={"text": "hello"})

replicate.run("me/film", input={})

prediction = await replicate.predictions.async_create(
    model="sandbox/sprites", input={"prompt": "robots"})
await prediction.async_wait()
prediction

prediction = replicate.predictions.create(model="me/hostile", input={"text": HOSTILE})
prediction.wait()
prediction

replicate.predictions.list()

replicate.models.get("black-forest-labs/flux-schnell")

["a", "plain", "list"]
"""


def speech(text: str) -> File:
    """Say something."""
    sound = io.BytesIO()
    with wave.open(sound, "wb") as recording:
        recording.setnchannels(1)
        recording.setsampwidth(2)
        recording.setframerate(8000)
        recording.writeframes(bytes(8000))
    return File(sound.getvalue(), "speech.wav")


def film() -> File:
    """Make a film."""
    return File(b"not really a film", "film.mp4")


def hostile(text: str) -> Dict[str, Any]:
    """Give back what came in."""
    print(text)
    print("more")
    return {text: [text, 1]}


@pytest.fixture(scope="module")
def notebook() -> Any:
    for package in ("nbclient", "nbconvert", "ipykernel"):
        pytest.importorskip(package)
    sandbox = Sandbox()
    for model in (speech, film, hostile):
        sandbox.model(f"me/{model.__name__}", official=True)(model)
    with sandbox:
        return executed([f"HOSTILE = {HOSTILE!r}", *CELLS.strip().split("\n\n")], sandbox)


def htmls(notebook: Any) -> List[str]:
    return [
        output["data"].get("text/html", "")
        for cell in notebook.cells
        for output in cell.outputs
        if output["output_type"] == "execute_result"
    ]


@pytest.fixture
def page(notebook: Any, chromium: Any, tmp_path: Path) -> Iterator[Any]:
    context = chromium.new_context(viewport={"width": 1100, "height": 800}, offline=True)
    page = context.new_page()
    page.goto(exported(notebook, tmp_path), wait_until="domcontentloaded")
    yield page
    context.close()


def test_no_cell_warns_or_fails(notebook: Any) -> None:
    outputs = [output for cell in notebook.cells for output in cell.outputs]
    assert [o for o in outputs if o["output_type"] != "execute_result"] == []
    assert htmls(notebook)[-1] == ""  # a list without files


def test_files_are_in_the_notebook(page: Any) -> None:
    pictures = page.locator(".jp-OutputArea img")
    assert pictures.count() == 3 + 1 + 2
    for picture in pictures.all():
        assert picture.get_attribute("src").startswith("data:image/")
        assert picture.evaluate("img => img.decode().then(() => img.naturalWidth)") > 0
        assert picture.evaluate("img => img.clientWidth") > 0
    assert pictures.nth(0).get_attribute("alt").startswith("out-0.")
    assert pictures.nth(5).get_attribute("alt") == "sandbox/sprites: robots"
    grid = page.locator(".jp-OutputArea div[style*=grid]").first
    assert len({img.bounding_box()["y"] for img in grid.locator("img").all()}) == 1  # side by side
    ready = (
        "sound => new Promise(r => sound.readyState ? r(1) : sound.onloadedmetadata = () => r(1))"
    )
    sound = page.locator("audio")
    assert sound.evaluate(ready) == 1
    assert sound.evaluate("sound => sound.duration") == 0.5
    assert page.locator("video").get_attribute("src").startswith("data:video/mp4;base64,")


def test_nothing_that_a_model_says_becomes_markup(page: Any) -> None:
    assert page.locator("td >> text=window.pwned").count() >= 3
    assert page.evaluate("window.pwned") is None
    assert page.locator("img[src=x]").count() == 0


def test_a_prediction_is_a_short_table(page: Any) -> None:
    table = page.locator("table:has-text('me/hostile')").first
    assert table.locator("tr:has(> th:text-is('status'))").inner_text().endswith("succeeded")
    logs = table.locator("tr:has(> th:text-is('logs')) details")
    assert logs.get_attribute("open") is None
    assert not logs.locator("pre").is_visible()
    logs.locator("summary").click()
    assert logs.locator("pre").inner_text().endswith("more\n")


def test_a_page_is_a_table(page: Any) -> None:
    table = page.locator("table:has(thead th:text-is('status'))")
    assert table.locator("tbody tr").count() == 5


def test_the_notebook_of_the_examples_runs() -> None:
    file = Path(__file__).parents[2] / "examples" / "notebook.ipynb"
    cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    with Sandbox() as sandbox:
        notebook = executed(code, sandbox)
    shown = [output for cell in notebook.cells for output in cell.outputs]
    assert [output.output_type for output in shown].count("execute_result") == 4
    assert "data:image/" in shown[0].data["text/html"]
    assert shown[-1].output_type == "stream"
