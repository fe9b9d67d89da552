"""The names of files: one segment of a path, so that `save` stays in its folder."""

from __future__ import annotations

import tempfile
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from replicate.exceptions import ReplicateException
from replicate.helpers import FileOutput
from tests.fuzz import strategies
from tests.fuzz.answers import SERVER, Answer
from tests.fuzz.strategies import examples
from tests.fuzz.texts import check_file_name

segments = st.sampled_from(
    ["..", ".", "%2e%2e", "%2f", "%5c", "\\", "/", "C:", "%00", "%0a", "a.png", "é", "%ff", "?",
     "#", " ", "~", "NUL", "x" * 100, "é" * 70, "%F0%9F%98%80" * 60, "."]
) | st.text(max_size=10)  # fmt: skip
urls = (
    st.lists(segments, max_size=6).map(lambda parts: "https://x.test/" + "".join(parts))
    | strategies.any_texts
    | st.text().map("https://".__add__)
)
kinds = st.none() | st.sampled_from(["image/png", "text/plain", "../../x", ""]) | st.text()


@examples(300)
@given(url=urls, content_type=kinds)
@example(url="https://[/a.png", content_type=None)
@example(url="https://x.test//[a.png", content_type=None)
@example(url="https://x.test/" + "é" * 300 + "." + "é" * 300, content_type=None)
@example(url="https://x.test/\ud800", content_type=None)
@example(url="https://x.test/..%2f..%2fetc%2fpasswd", content_type=None)
@example(url="https://x.test/a." + "b" * 49 + " .c", content_type=None)
def test_names_are_one_segment(url, content_type):
    check_file_name(url, content_type)


@examples(50)
@given(name=st.text("abc é.-_()%", min_size=1, max_size=20).filter(lambda name: name.strip(" ._")))
def test_good_names_are_kept(name):
    assert check_file_name(f"https://x.test/files/{quote(name)}?sig=a/b") == name.strip(" .")


@examples(60)
@given(url=urls)
@example(url="https://x.test/" + "é" * 300 + ".png")
@example(url="https://x.test/..%2f..%2fescaped")
@example(url="https://x.test/%2e%2e%5cescaped")
@example(url="https://x.test/\ud800")
def test_save_stays_in_its_folder(url):
    client = SERVER.answers(Answer(b"content", 200, "image/png"))
    with tempfile.TemporaryDirectory() as outside:
        folder = Path(outside, "a", "b")
        folder.mkdir(parents=True)
        try:
            saved = FileOutput(url, client).save(folder)
        except ReplicateException:  # no address to fetch anything from, or broken data
            assert not list(folder.iterdir())
        else:
            assert saved.parent == folder
            assert list(folder.iterdir()) == [saved]
        assert [path for path in Path(outside).rglob("*") if path.is_file()] in (
            [],
            [*folder.iterdir()],
        )


@pytest.mark.parametrize("name", ["x" * 255, "é" * 127])
def test_save_takes_every_name_that_a_file_may_have(tmp_path, name):
    client = SERVER.answers(Answer(b"content"))
    assert FileOutput("https://x.test/a", client).save(tmp_path / name).read_bytes() == b"content"
    assert [path.name for path in tmp_path.iterdir()] == [name]
