"""The sandbox's web page, as a person uses it, in a real browser."""

from __future__ import annotations

import contextlib
import io
import shutil
import subprocess
import sys
import threading
from typing import Any, List

import pytest

import replicate
from replicate.sandbox import Sandbox

pytestmark = pytest.mark.slow

WIDTHS = [1280, 390]
SCHEMES = ["light", "dark"]


def inputs(sandbox: Sandbox) -> Any:
    return [run.input for run in sandbox.created]


def test_run_a_model_and_come_back_later(tab: Any, sandbox: Sandbox) -> None:
    page = tab.open()
    page.click("text=painter")
    page.fill("textarea[name=prompt]", "a lake")
    page.fill("input[name=width]", "64")
    tab.run()
    tab.wait_for("succeeded")
    assert page.wait_for_selector(".media img").evaluate("img => img.decode().then(() => 1)") == 1
    (run,) = sandbox.created
    assert run.input == {"prompt": "a lake", "width": 64}
    assert page.url == f"{sandbox.url}/p/{run.id}"

    page.reload()
    tab.wait_for("succeeded")
    assert page.input_value("textarea[name=prompt]") == "a lake"
    assert page.input_value("input[name=width]") == "64"
    page.click("text=As the API gives it")
    page.wait_for_selector(f'pre:has-text("{run.id}")')
    page.go_back()
    page.wait_for_selector("text=The output will be here.")
    assert page.title() == "sandbox/painter · Replicate sandbox"


def test_a_file_whose_address_is_not_well_encoded(tab: Any, sandbox: Sandbox) -> None:
    urls = [f"{sandbox.files_url}/gone/{name}" for name in ("100%.bin", "%ff.bin")]

    @sandbox.model("me/odd", official=True)
    def odd() -> List[str]:
        return urls

    tab.open("/me/odd")
    tab.run()
    tab.wait_for("succeeded")
    tab.page.wait_for_selector("a[download='%ff.bin']")
    tab.page.wait_for_selector("a[download='100%.bin']")


def test_text_comes_as_it_is_made_and_can_be_cancelled(tab: Any, sandbox: Sandbox) -> None:
    page = tab.open("/sandbox/storyteller")
    page.fill("textarea[name=prompt]", "a red dragon")
    page.fill("input[name=delay]", "0.1")
    page.fill("input[name=sentences]", "50")
    tab.run()
    page.wait_for_selector(".prose:has-text('Once upon a time there was')")
    tab.wait_for("processing")
    page.click(".bar button")
    tab.wait_for("canceled")
    assert "Once upon" in page.inner_text(".prose")
    assert page.is_hidden(".bar button")


def test_numbers_and_logs_come_as_they_are_made(tab: Any) -> None:
    page = tab.open("/sandbox/primes")
    page.fill("input[name=limit]", "30")
    page.fill("input[name=delay]", "0.1")
    tab.run()
    page.wait_for_selector(".values span:nth-child(3)")
    tab.wait_for("processing")
    tab.wait_for("succeeded")
    numbers = page.locator(".values span").all_inner_texts()
    assert numbers == ["2", "3", "5", "7", "11", "13", "17", "19", "23", "29"]
    assert page.inner_text("[aria-label=Logs]").count("\n") >= 9


def test_a_failure_is_told_with_its_logs(tab: Any) -> None:
    page = tab.open("/sandbox/divider")
    tab.run()
    tab.wait_for("failed")
    assert "can't divide 1 by zero" in page.inner_text(".problem[role=alert]")
    assert "ValueError" in page.inner_text("[aria-label=Logs]")


def test_several_pictures(tab: Any) -> None:
    page = tab.open("/sandbox/sprites")
    page.fill("textarea[name=prompt]", "x")
    page.fill("input[name=count]", "3")
    tab.run()
    page.wait_for_selector(".media.many figure:nth-child(3) img")
    assert page.locator("a[download]").count() == 3


@pytest.mark.parametrize(("ending", "tag"), [("wav", "audio"), ("mp4", "video"), ("bin", "a")])
def test_sound_films_and_other_files(tab: Any, ending: str, tag: str) -> None:
    page = tab.open("/me/media")
    page.fill("textarea[name=ending]", ending)
    tab.run()
    page.wait_for_selector(f"figure {tag}")
    with page.expect_download() as download:
        page.click("a[download]")
    assert download.value.suggested_filename == f"it.{ending}"


def test_every_kind_of_input(tab: Any, sandbox: Sandbox) -> None:
    page = tab.open("/me/everything")
    page.fill("textarea[name=text]", "two\nlines")
    page.select_option("select[name=choice]", label="blue")
    page.fill("input[name=count]", "7")
    page.fill("input[name=ratio]", "0.25")
    page.check("input[name=loud]")
    page.fill("textarea[name=tags]", '["x", "y"]')
    page.fill("textarea[name=options]", '{"a": [1, null]}')
    files = [{"name": f"{n}.png", "mimeType": "image/png", "buffer": b"x" * n} for n in (3, 5)]
    page.set_input_files("input[name=pictures]", files)
    assert page.locator(".chosen").count() == 2
    page.click("text=Remove >> nth=0")
    tab.run()
    tab.wait_for("succeeded")
    (sent,) = inputs(sandbox)
    (uploaded,) = sent.pop("pictures")
    assert uploaded.startswith(f"{sandbox.url}/v1/files/")
    assert sent == {
        "text": "two\nlines",
        "choice": "blue",
        "count": 7,
        "ratio": 0.25,
        "loud": True,
        "tags": ["x", "y"],
        "options": {"a": [1, None]},
    }
    assert sandbox.created[0].output["sizes"] == [5]

    page.click("text=Start over")
    page.fill("textarea[name=text]", "again")
    tab.run()
    page.wait_for_selector(f".bar code:not(:has-text('{sandbox.created[0].id}'))")
    assert inputs(sandbox)[1] == {"text": "again"}


def test_files_are_dropped(tab: Any, sandbox: Sandbox) -> None:
    page = tab.open("/sandbox/reader")
    page.evaluate(
        """() => {
            const data = new DataTransfer();
            data.items.add(new File(["a b a"], "notes.txt", { type: "text/plain" }));
            const zone = document.querySelector(".drop");
            for (const kind of ["dragenter", "dragover", "drop"])
                zone.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true }));
        }"""
    )
    assert "notes.txt" in page.inner_text(".chosen")
    assert 'open("notes.txt", "rb")' in page.inner_text("#code pre")
    tab.run()
    tab.wait_for("succeeded")
    output = page.inner_text("pre[aria-label=Output]")
    assert '"words": 3' in output
    assert '"name": "notes.txt"' in output


def test_mistakes_are_told_at_their_fields(tab: Any, sandbox: Sandbox) -> None:
    page = tab.open("/sandbox/reader")
    tab.run()
    assert page.inner_text("[data-field=document] .wrong") == "Choose a file."
    page = tab.open("/me/everything")
    page.fill("textarea[name=text]", "x")
    page.fill("textarea[name=options]", "{")
    tab.run()
    assert "not JSON" in page.inner_text("[data-field=options] .wrong")
    page.fill("textarea[name=options]", "")
    page.fill("input[name=count]", "12")
    tab.run()
    page.wait_for_selector("[data-field=count] .wrong:not(:empty)")
    assert page.evaluate("document.activeElement.name") == "count"
    assert sandbox.created == []
    sandbox.fault("predictions.create", status=402)
    page.fill("input[name=count]", "2")
    tab.run()
    page.wait_for_selector(".problem:has-text('purchase credit')")


def test_what_clients_run_shows_up_and_goes(tab: Any, sandbox: Sandbox) -> None:
    page = tab.open()
    page.wait_for_selector("text=What clients run shows up here")
    with sandbox.client() as client:
        prediction = client.predictions.create(
            model="sandbox/primes", input={"limit": 1000, "delay": 1}
        )
        page.wait_for_selector("#run-list [data-status=processing]")
        prediction.cancel()
        page.wait_for_selector("#run-list [data-status=canceled]")
    page.click("#run-list a")
    tab.wait_for("canceled")
    page.on("dialog", lambda dialog: dialog.accept())
    page.click("text=Forget all")
    page.wait_for_selector("text=What clients run shows up here")
    assert sandbox.created == []


def test_new_models_show_up(tab: Any, sandbox: Sandbox) -> None:
    page = tab.open()
    other = Sandbox(demo_models=False)

    @other.model("me/latecomer")
    def latecomer() -> int:
        return 1

    sandbox.include(other)
    page.click("text=latecomer")
    page.wait_for_selector("text=This model takes no input.")
    tab.run()
    tab.wait_for("succeeded")
    assert page.inner_text(".big") == "1"


def test_looking_takes_no_faults_and_leaves_no_requests(tab: Any, sandbox: Sandbox) -> None:
    with sandbox.client() as client:
        client.run("sandbox/painter", {"prompt": "x", "width": 16, "height": 16})
    sandbox.requests.clear()
    faults = [sandbox.fault(name, status=503) for name in ("predictions.get", "output", "stream")]
    page = tab.open(f"/p/{sandbox.created[0].id}")
    page.wait_for_selector(".media img")
    page.click("text=As the API gives it")
    assert [fault.fired for fault in faults] == [0, 0, 0]
    assert sandbox.requests == []


# --- the same call -----------------------------------------------------------------------------


def snippet(page: Any, language: str) -> str:
    page.click(f"#code [role=tab]:has-text('{language}')")
    text: str = page.inner_text("#code pre")
    return text


def settled(sandbox: Sandbox) -> None:
    """Wait in another thread: in this one, an event loop of playwright runs."""
    thread = threading.Thread(target=sandbox.settle)
    thread.start()
    thread.join()


@pytest.mark.parametrize("model", ["me/everything", "sandbox/storyteller", "sandbox/markov"])
def test_the_same_call_in_python_and_curl(tab: Any, sandbox: Sandbox, model: str) -> None:
    page = tab.open(f"/{model}")
    name = "text" if model == "me/everything" else "prompt"
    page.fill(f"textarea[name={name}]", 'it\'s "quoted" $HOME\n\\ back')
    if model == "me/everything":
        page.check("input[name=loud]")
        page.fill("textarea[name=options]", '{"it": null, "yes": [true]}')
    code = snippet(page, "Python")
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(code, {"replicate": replicate})
    assert printed.getvalue()
    if shutil.which("curl"):
        subprocess.run(["sh", "-c", snippet(page, "curl")], check=True, capture_output=True)
    tab.run()
    tab.wait_for("succeeded")
    settled(sandbox)
    assert len(inputs(sandbox)) == (3 if shutil.which("curl") else 2)
    assert all(given == inputs(sandbox)[0] for given in inputs(sandbox))


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node.js")
def test_the_same_call_in_javascript_is_javascript(tab: Any, tmp_path: Any) -> None:
    for model in ("me/everything", "sandbox/storyteller"):
        code = snippet(tab.open(f"/{model}"), "JavaScript")
        file = tmp_path / "call.mjs"
        file.write_text(code)
        subprocess.run(["node", "--check", str(file)], check=True)


# --- for everyone ------------------------------------------------------------------------------


def test_by_keyboard_alone(tab: Any, sandbox: Sandbox) -> None:
    page = tab.open()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("/")
    page.keyboard.type("story")
    assert page.locator("#model-list a").count() == 1
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("textarea[name=prompt]")
    page.keyboard.press("Tab")
    page.keyboard.type("a fox")
    page.keyboard.press("Control+Enter")
    tab.wait_for("succeeded")
    assert inputs(sandbox) == [{"prompt": "a fox"}]
    page.focus("#code [role=tab][aria-selected=true]")
    page.keyboard.press("ArrowRight")
    assert "curl -s" in page.inner_text("#code pre")


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_out_of_reach(new_tab: Any, sandbox: Sandbox, width: int, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    with sandbox.client() as client:
        client.run("sandbox/sprites", {"prompt": "x"})
        with contextlib.suppress(replicate.exceptions.ModelError):
            client.run("sandbox/divider")
    first, second = sandbox.created
    tab = new_tab(viewport={"width": width, "height": 800}, color_scheme=scheme)
    for path, ready in [
        ("/", "#model-list a" if width < 700 else ".notice"),
        ("/runs", "#run-list a"),
        ("/me/everything", "form"),
        ("/sandbox/reader", "form"),
        (f"/p/{first.id}", ".media img"),
        (f"/p/{second.id}", ".problem:visible"),
    ]:
        page = tab.open(path)
        page.wait_for_selector(ready)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, path
        found = axe.run(page).response["violations"]
        told = [(v["id"], [node["target"] for node in v["nodes"]]) for v in found]
        assert told == [], path


def test_light_and_dark(new_tab: Any) -> None:
    colors = set()
    for scheme in SCHEMES:
        page = new_tab(color_scheme=scheme).open()
        colors.add(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))
    assert len(colors) == 2


def test_phone(new_tab: Any, sandbox: Sandbox) -> None:
    tab = new_tab(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    page = tab.open()
    page.tap("text=storyteller")
    assert page.is_hidden("#model-list")
    page.fill("textarea[name=prompt]", "a fox")
    page.tap("button.primary")
    tab.wait_for("succeeded")
    page.tap("nav >> text=Runs")
    page.wait_for_selector("#run-list [data-status=succeeded]")
    assert page.is_hidden("#model-list")
    page.tap("nav >> text=Models")
    assert page.is_visible("#model-list")


def test_a_secret(chromium: Any) -> None:
    from .conftest import Tab

    with Sandbox(secret="open sesame") as sandbox:
        tab = Tab(chromium, sandbox)
        page = tab.page
        page.goto(sandbox.url)
        page.fill("#secret", "wrong")
        page.click("text=Open")
        page.wait_for_selector("text=That is not the secret.")
        page.fill("#secret", "open sesame")
        page.keyboard.press("Enter")
        page.click("text=painter")
        page.fill("textarea[name=prompt]", "x")
        tab.run()
        page.wait_for_selector(".media img")
        page.reload()
        tab.wait_for("succeeded")
        tab.close()
        assert tab.complaints == []


def test_a_run_that_is_not_there(tab: Any, sandbox: Sandbox) -> None:
    page = tab.open("/sandbox/divider")
    tab.run()
    tab.wait_for("failed")
    sandbox.reset()
    page.click("#model-list >> text=painter")
    page.go_back()
    page.wait_for_selector("text=The sandbox does not know this run")


def test_the_sandbox_ends_and_comes_back(tab: Any, sandbox: Sandbox) -> None:
    page = tab.open()
    with sandbox.offline():
        page.wait_for_selector("#live[data-state=off]")
    page.wait_for_selector("#live[data-state=on]")
    tab.complaints = [text for text in tab.complaints if "ERR_" not in text]


if sys.platform == "win32":
    pytestmark = pytest.mark.skip(reason="the browser is looked for where Unix has it")
