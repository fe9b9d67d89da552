"""What notebooks show: files, lists of them, resources, pages. tests/browser executes one."""

from __future__ import annotations

import json
import re
import sys
import time
import types
from base64 import b64encode
from html.parser import HTMLParser

import httpx
import pytest

from replicate import _blocking
from replicate._files import display
from replicate.helpers import FileOutput, FileOutputURL
from replicate.model import Model
from replicate.pagination import Page
from replicate.prediction import Prediction
from replicate.sandbox import File
from replicate.webhook import WebhookSigningSecret

HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>"
PREDICTION = {
    "id": "p1",
    "model": "me/model",
    "version": "hidden",
    "status": "succeeded",
    "created_at": "2024-10-01T12:00:00.123Z",
    "input": {"prompt": "a llama"},
    "logs": "line\n" * 100,
    "metrics": {"predict_time": 1.5},
    "output": None,
}


class Elements(HTMLParser):
    """The elements of some HTML with their attributes, in order."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def all(self, name):
        return [attributes for tag, attributes in self.found if tag == name]


@pytest.fixture
def files(mock):
    """Make files of a client, whose content a function of their path gives."""
    asked = []

    def make(
        *urls, content=lambda path: httpx.Response(200, content=path.encode()), kind=FileOutput
    ):
        def handler(request):
            asked.append(request.url.path)
            return content(request.url.path)

        client = mock(handler)
        return [kind(f"https://files.example{url}", client) for url in urls]

    make.asked = asked
    return make


def data(media_type, content):
    return f"data:{media_type};base64,{b64encode(content).decode()}"


@pytest.mark.parametrize("kind", [FileOutput, FileOutputURL])
def test_a_picture_is_shown_from_its_bytes(files, kind):
    (file,) = files('/a".png', kind=kind)
    (image,) = Elements(file._repr_html_()).all("img")
    assert image["src"] == data("image/png", b'/a".png')
    assert image["alt"] == file.name


@pytest.mark.parametrize(("name", "element"), [("a.wav", "audio"), ("a.mp4", "video")])
def test_sound_and_films_have_controls_and_a_link(files, name, element):
    (file,) = files(f"/{name}")
    elements = Elements(file._repr_html_())
    (shown,) = elements.all(element)
    assert shown["src"].startswith(f"data:{file.content_type};base64,")
    assert "controls" in shown
    assert elements.all("a")[0]["href"] == file.url


def test_any_other_file_is_not_fetched_and_shows_as_text(files):
    for file in files("/a.bin", "/a", "/a.html", "/a.pdf"):
        assert file._repr_html_() is None
    assert files.asked == []


def test_a_data_uri_is_shown_and_is_no_link():
    file = FileOutput("data:image/gif,GIF89a")
    assert Elements(file._repr_html_()).all("img")[0]["src"] == data("image/gif", b"GIF89a")
    broken = FileOutput("data:image/gif;base64,!")
    assert "<a" not in broken._repr_html_()
    assert "not shown" in broken._repr_html_()


@pytest.mark.parametrize("media_type", [f"image/{HOSTILE}", "image/png charset=x", "text/html"])
def test_a_media_type_is_no_way_in(files, media_type):
    headers = {"content-type": media_type}
    (file,) = files("/a.png", content=lambda _: httpx.Response(200, content=b"x", headers=headers))
    elements = Elements(file._repr_html_())
    assert [tag for tag, _ in elements.found] == ["a"]


def test_a_file_that_cannot_be_had_is_a_link_that_says_why(files):
    (file,) = files("/a.png?signature=secret", content=lambda _: httpx.Response(404))
    html = file._repr_html_()
    assert Elements(html).all("a")[0]["href"] == file.url
    assert re.search("not shown: .* after one hour", html)
    assert "secret" not in html.replace(file.url, "")


def test_what_is_too_large_is_a_link_and_is_not_fetched_to_its_end(files, monkeypatch):
    monkeypatch.setattr(display, "EMBEDDED", 10)
    sizes = {"/a.png": 6, "/b.png": 6, "/c.png": 4, "/d.png": 1}
    found = files(*sizes, content=lambda path: httpx.Response(200, content=b"x" * sizes[path]))
    elements = Elements(display.list_html(found))
    assert [image["alt"] for image in elements.all("img")] == ["a.png", "c.png"]
    assert [link["href"] for link in elements.all("a")] == [found[1].url, found[3].url]


def test_a_file_of_unknown_size_is_not_fetched_to_its_end(server, served, monkeypatch):
    monkeypatch.setattr(display, "EMBEDDED", 10)
    pieces = iter([b"x" * 8, b"x" * 8, AssertionError("nobody reads on")])

    def content():
        for piece in pieces:
            if isinstance(piece, Exception):
                raise piece
            yield piece

    client = served  # a real connection is closed in the middle
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=content()))
    client._client_kwargs["transport"] = transport
    assert "not shown" in FileOutput("https://files.example/a.png", client)._repr_html_()


def test_the_time_is_bounded(files):
    class Clock:
        now = 0.0

        def monotonic(self):
            return self.now

        async def sleep(self, seconds):
            self.now += seconds

    clock = Clock()

    def content(path):
        clock.now += 6
        return httpx.Response(200, content=b"x")

    _blocking.set_clock(clock)
    try:
        html = display.list_html(files("/a.png", "/b.png", "/c.png", content=content))
    finally:
        _blocking.set_clock(None)
    assert len(Elements(html).all("img")) == 1
    assert len(Elements(html).all("a")) == 2
    assert files.asked == ["/a.png", "/b.png"]


# Lists


def test_a_list_of_files_is_a_grid(files):
    found = files("/a.png", "/b.wav", "/c.zip")
    elements = Elements(display.list_html(found))
    assert [tag for tag, _ in elements.found] == [
        "div", "div", "img", "div", "audio", "a", "div", "a",
    ]  # fmt: skip
    assert "grid" in elements.found[0][1]["style"]


def test_a_long_list_is_shown_in_part(files):
    html = display.list_html(files(*[f"/{n}.png" for n in range(105)]))
    assert len(Elements(html).all("img")) == 100
    assert "and 5 more" in html


@pytest.mark.parametrize("value", [[], [1], ["a.png"], [FileOutput("https://a.example/a.zip")]])
def test_any_other_list_is_left_to_the_notebook(value):
    assert display.list_html(value) is None


def test_other_kinds_of_list_show_themselves():
    class Mine(list):
        def _repr_html_(self):
            return "mine"

    assert display.list_html(Mine([FileOutput("data:image/png,x")])) == "mine"


@pytest.fixture
def ipython(monkeypatch):
    """IPython, as far as it counts here."""

    class Formatter:
        def __init__(self):
            self.type_printers = {}

        def for_type(self, kind, function):
            self.type_printers[kind] = function

    formatter = Formatter()
    shell = types.SimpleNamespace(
        display_formatter=types.SimpleNamespace(formatters={"text/html": formatter})
    )
    module = types.ModuleType("IPython")
    module.get_ipython = lambda: shell
    monkeypatch.setitem(sys.modules, "IPython", module)
    return module, formatter


def test_ipython_shows_lists_of_files(ipython):
    _, formatter = ipython
    display.show_lists()
    assert formatter.type_printers == {list: display.list_html}


def test_what_the_user_has_set_for_lists_stays(ipython):
    _, formatter = ipython
    formatter.type_printers[list] = str
    display.show_lists()
    assert formatter.type_printers == {list: str}


def test_ipython_without_a_notebook_is_left_alone(ipython):
    module, formatter = ipython
    module.get_ipython = lambda: None
    display.show_lists()
    assert formatter.type_printers == {}


# Resources


def test_a_prediction_is_a_table_with_its_files(mock):
    asked = []

    def handler(request):
        asked.append(request.url.host)
        return httpx.Response(200, content=b"x")

    wire = {**PREDICTION, "output": ["https://files.example/a.png", "https://files.example/b"]}
    html = Prediction._of(wire, mock(handler))._repr_html_()
    elements = Elements(html)
    assert elements.all("img")[0]["alt"] == "me/model: a llama"
    assert elements.all("a")[0]["href"] == "https://files.example/b"
    assert asked == ["files.example"]  # and nothing of the API
    text = re.sub(r"<[^>]+>", "|", html)
    for part in ("Prediction", "succeeded", "2024-10-01T12:00:00.123Z", '"predict_time&quot;: 1.5'):
        assert part.replace('"', "&quot;") in text
    assert html.count("<details>") == 1  # the logs
    assert "webhook" not in html  # what is not there is left out


@pytest.mark.parametrize(
    ("output", "shown"),
    [
        ("a < b", "a &lt; b"),
        (["Once", " upon", " a time"], "Once upon a time"),
        (["one", "two"], "one</pre></div><div><pre"),
        ({"score": 1, "deep": {"x": [True]}}, "true"),
        (3, "3"),
        ({"a": {"b": {"c": {"d": {"e": {"f": 1}}}}}}, "&quot;f&quot;: 1"),
        ("x" * 30_000, "… (10,000 more characters)"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_any_output_is_shown(output, shown):
    assert shown in Prediction._of({**PREDICTION, "output": output}, None)._repr_html_()


def test_a_bottomless_output_is_shown_too():
    output = []
    for _ in range(100_000):
        output = [output]
    assert "cannot be shown" in Prediction._of({**PREDICTION, "output": output}, None)._repr_html_()
    while output:  # to be freed one by one
        output = output.pop()


@pytest.mark.parametrize("place", sorted(PREDICTION))
@pytest.mark.parametrize("shape", ["text", "key", "item"])
def test_no_text_becomes_markup(place, shape):
    value = {"text": HOSTILE, "key": {HOSTILE: HOSTILE}, "item": [HOSTILE]}[shape]
    thing = Prediction._of({**PREDICTION, place: value, HOSTILE: value}, None)
    page = Page(results=[thing], next=HOSTILE)
    for html in (thing._repr_html_(), page._repr_html_()):
        ours = "details div pre strong summary table tbody td th thead tr"
        assert {tag for tag, _ in Elements(html).found} <= {*ours.split()}
        assert "<script" not in html


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd"])
def test_links_are_web_addresses(url):
    for html in (
        Prediction._of({**PREDICTION, "output": url, "webhook": url}, None)._repr_html_(),
        display.list_html([FileOutput(url), FileOutput("data:image/png,x")]),
    ):
        assert "href" not in html


def test_the_run_of_a_function_is_shown_as_its_prediction(client):
    run = client.use("sandbox/primes").create(limit=3, delay=0)
    assert run.prediction.id in run._repr_html_()


def test_links_tell_nothing():
    html = Model._of({"url": "https://replicate.com/a/b"}, None)._repr_html_()
    assert Elements(html).all("a") == [
        {"href": "https://replicate.com/a/b", "target": "_blank", "rel": "noopener noreferrer"}
    ]


def test_a_secret_does_not_show():
    secret = WebhookSigningSecret._of({"key": "whsec_c2VjcmV0"}, None)
    assert "c2VjcmV0" not in secret._repr_html_()


# Pages


def test_a_page_is_a_table():
    page = Page(results=[Prediction._of({**PREDICTION, "id": f"p{n}"}, None) for n in range(120)])
    html = page._repr_html_()
    assert "120 results; the first 100 of them:" in html
    assert html.count("<tr>") == 101
    assert ">p99<" in html
    assert "1 result" in Page(results=page[:1])._repr_html_()
    assert "0 results" in Page()._repr_html_()
    assert "more on the next page" in Page(results=page[:1], next="c")._repr_html_()


def test_rows_are_those_of_a_data_frame():
    failed = {**PREDICTION, "id": "p2", "error": "no", "metrics": None, "output": ["a", {"b": 1}]}
    page = Page(results=[Prediction._of(wire, None) for wire in (PREDICTION, failed)])
    first, second = page.rows()
    assert list(first) == list(second)
    assert first["created_at"] == page[0].created_at.datetime
    assert (first["metrics.predict_time"], second["metrics.predict_time"]) == (1.5, None)
    assert first["input.prompt"] == "a llama"
    assert (first["error"], second["error"]) == (None, "no")
    assert json.loads(second["output"]) == ["a", {"b": 1}]
    assert "webhook" not in first
    assert Page().rows() == []


def test_a_page_of_files_is_a_table_too(client):
    client.files.create(b"a", filename="a.txt")
    found = client.files.list()
    assert [row["name"] for row in found.rows()] == ["a.txt"]
    for html in (found._repr_html_(), display.list_html(found)):
        assert "1 result" in html
        assert ">a.txt<" in html


def test_sizes_of_reprs(sandbox, client):
    """One line each, however much is in them; the whole is in `dict()`."""
    sandbox.model("me/long", official=True)(lambda text="": [text] * 100)
    client.run("me/long", {"text": "x" * 2000})
    prediction = client.predictions.list()[0]
    model = client.models.get("black-forest-labs/flux-schnell")
    page = Page(results=[prediction] * 100, next="https://api.replicate.com/v1/predictions?c=1")
    for thing in (prediction, model, model.latest_version, page, client.collections.list()):
        assert len(repr(thing)) < 500
        assert len(str(thing)) < 500
        assert "\n" not in repr(thing)
    for part in (prediction.id, "me/long", "succeeded"):
        assert part in repr(prediction)
        assert part in repr(page)
    assert "99 more" in repr(page)
    assert "black-forest-labs" in repr(model)
    assert model.latest_version.id in repr(model.latest_version)


@pytest.mark.parametrize("fault", [{"delay": 30}, {"trickle": 30}, {"drop": "before"}], ids=str)
def test_a_server_that_hangs_holds_nobody_up(sandbox, client, monkeypatch, fault):
    monkeypatch.setattr(display, "SECONDS", 0.3)
    files = client.run("sandbox/sprites", {"prompt": "a", "count": 3})
    sandbox.fault("output", **fault, times=None)
    began = time.monotonic()
    elements = Elements(display.list_html(files))
    assert time.monotonic() - began < 10
    assert [link["href"] for link in elements.all("a")] == [file.url for file in files]


def test_a_real_file_of_the_sandbox_is_shown(sandbox, client):
    @sandbox.model("me/picture", official=True)
    def picture() -> File:
        return File(b"\x89PNG\r\n\x1a\n", "a.png")

    file = client.run("me/picture", {})
    assert Elements(file._repr_html_()).all("img")[0]["src"] == data("image/png", file.read())
