from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import Any, Dict

import httpx
import pytest

from replicate.sandbox import File, Sandbox
from replicate.sandbox.files import safe_name

from .conftest import Api


def upload(api: Api, content: bytes = b"hello", **more: Any) -> Dict[str, Any]:
    files = {"content": ("note.txt", content, "text/plain"), **more}
    response = api.post("/files", files=files)
    assert response.status_code == 201, response.text
    return response.json()


def test_upload(sandbox: Sandbox, api: Api) -> None:
    stored = upload(api)
    assert base64.b64decode(stored["id"])
    assert len(stored["id"]) == 48
    created, expires = stored.pop("created_at"), stored.pop("expires_at")
    assert re.match(r".*\.\d{1,3}Z$|.*:\d\dZ$", created)
    assert created[:10] < expires[:10]
    md5 = hashlib.md5(b"hello").hexdigest()
    assert stored == {
        "id": stored["id"],
        "name": "note.txt",
        "content_type": "text/plain",
        "size": 5,
        "etag": md5,
        "checksums": {"sha256": hashlib.sha256(b"hello").hexdigest(), "md5": md5},
        "metadata": {},
        "urls": {"get": f"{sandbox.url}/v1/files/{stored['id']}"},
    }
    assert api.get(stored["urls"]["get"]).json()["etag"] == md5


@pytest.mark.parametrize("metadata", [(None, '{"a": 1}'), ("blob", '{"a": 1}', "application/json")])
def test_metadata_comes_as_text_or_as_a_file(api: Api, metadata: Any) -> None:
    assert upload(api, metadata=metadata)["metadata"] == {"a": 1}


def test_metadata_comes_as_one_field_for_each_value(api: Api) -> None:
    fields = {
        "metadata[a]": (None, "1"),
        "metadata[n][x]": (None, "y"),
        "metadata[n][list][]": (None, "z"),
        "metadatum[a]": (None, "no"),
    }
    assert upload(api, **fields)["metadata"] == {"a": "1", "n": {"x": "y", "list": ["z"]}}


def test_the_form_fields_of_the_specification(api: Api) -> None:
    fields = {"filename": (None, "a b.bin"), "type": (None, "x/y")}
    stored = upload(api, **fields)
    assert (stored["name"], stored["content_type"]) == ("a b.bin", "x/y")
    stored = api.post("/files", files={"content": ("f", b"x")}).json()
    assert (stored["name"], stored["content_type"]) == ("f", "application/octet-stream")


@pytest.mark.parametrize(
    "request_",
    [
        {"json": {}},
        {"files": {"other": ("a", b"")}},
        {"files": {"content": ("a", b""), "metadata": (None, "[]")}},
        {"files": {"content": ("a", b""), "metadata": (None, "{")}},
        {"data": {"content": "text"}},
        {"files": {"content": ("a", b""), "filename": (None, "ä" * 128)}},
        {
            "files": {
                "content": ("a", b""),
                "metadata[a]": (None, "1"),
                "metadata[a][b]": (None, ""),
            }
        },
        {"files": {"content": ("a", b""), "metadata[a]": (None, "1"), "metadata[a][]": (None, "")}},
        {
            "content": b"--x--\r\nnonsense",
            "headers": {"content-type": "multipart/form-data; boundary=x"},
        },
        {"content": b"--y\r\nA: b", "headers": {"content-type": "multipart/form-data; boundary=x"}},
        {"content": b"", "headers": {"content-type": "multipart/form-data"}},
    ],
)
def test_uploads_that_are_none(api: Api, request_: Any) -> None:
    response = api.post("/files", **request_)
    assert response.status_code == 400
    assert list(response.json()) == ["detail"]


def test_too_big_an_upload(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("replicate.sandbox.api_files.LIMIT", 4)
    response = api.post("/files", files={"content": ("a", b"12345")})
    assert response.status_code == 413
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json() == {"detail": "Files must be less than 100MB in size"}
    assert api.post("/files", files={"content": ("a", b"1234")}).status_code == 201


def test_list_and_delete(api: Api) -> None:
    ids = [upload(api)["id"] for _ in range(3)]
    page = api.get("/files").json()
    assert [stored["id"] for stored in page["results"]] == ids[:0:-1]
    assert [stored["id"] for stored in api.get(page["next"]).json()["results"]] == ids[:1]
    deleted = api.delete(f"/files/{ids[0]}")
    assert (deleted.status_code, deleted.content) == (204, b"")
    for response in (api.get(f"/files/{ids[0]}"), api.delete(f"/files/{ids[0]}")):
        assert response.status_code == 404
        assert response.json() == {"detail": "File not found"}


def test_no_file_has_a_say_in_the_page_of_its_origin(sandbox: Sandbox, api: Api) -> None:
    """A script in it could do all that the web page can."""
    html = b"<script>fetch('/_sandbox/reset', {method: 'POST'})</script>"
    sandbox.model("me/html", official=True)(lambda: File(html, "a.html"))
    made = api.finish(sandbox, "me/html")["output"]
    stored = api.post("/files", files={"content": ("a.html", html, "text/html")}).json()
    path = made[len(sandbox.files_url) :]

    for url in (
        f"{sandbox.url}/_files{path}",
        f"{sandbox.url}/_sandbox/files/{path.split('/')[1]}",
        sandbox.download_url(stored["id"]),
    ):
        response = httpx.get(url)
        assert response.content == html
        assert response.headers["content-type"].startswith("text/html")
        assert response.headers["content-security-policy"] == "sandbox; default-src 'none'"
        assert response.headers["x-content-type-options"] == "nosniff"
    assert "content-security-policy" not in httpx.get(made).headers


def test_download_needs_a_signature_and_no_token(sandbox: Sandbox, api: Api) -> None:
    file_id = upload(api)["id"]
    url = sandbox.download_url(file_id)
    assert httpx.get(url).content == b"hello"
    for wrong in (
        url.replace("owner=sandbox", "owner=other"),
        url.partition("&signature=")[0],
        sandbox.download_url(file_id, seconds=-10),
        sandbox.download_url("nothing"),
        re.sub(r"expiry=\d+", "expiry=soon", url),
    ):
        assert httpx.get(wrong).json() == {"detail": "File not found"}


def test_models_read_uploads(sandbox: Sandbox, api: Api) -> None:
    stored = upload(api, b"to be or not to be")
    done = api.finish(sandbox, "sandbox/reader", document=stored["urls"]["get"])
    assert done["output"]["name"] == "note.txt"
    assert done["output"]["words"] == 6
    assert done["output"]["sha256"] == stored["checksums"]["sha256"]
    assert done["logs"] == "Reading note.txt (18 bytes)\n"


def test_models_read_what_models_made_and_what_others_serve(sandbox: Sandbox, api: Api) -> None:
    picture = api.finish(sandbox, "sandbox/painter", prompt="sea", width=20, height=16)["output"]
    done = api.finish(sandbox, "sandbox/reader", document=picture)
    assert (done["output"]["width"], done["output"]["height"]) == (20, 16)
    with Sandbox(demo_models=False) as other, Api(other) as api2:

        @other.model("me/maker", official=True)
        def maker() -> Path:
            return Path(__file__)

        url = api2.finish(other, "me/maker")["output"]
        done = api.finish(sandbox, "sandbox/reader", document=url)
        assert done["output"]["name"] == "test_files.py"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("{api}/v1/files/none", "not found"),
        ("ftp://host/file", "not found"),
        ("{files}/none/a.txt", "404"),
        ("data:text/plain", "comma"),
        ("data:;base64,a", "base64"),
    ],
)
def test_files_that_are_not_there(sandbox: Sandbox, api: Api, url: str, reason: str) -> None:
    url = url.format(api=sandbox.url, files=sandbox.files_url)
    failed = api.finish(sandbox, "sandbox/reader", document=url)
    assert failed["status"] == "failed"
    assert reason in failed["error"]


def test_output_files_are_on_another_origin_and_need_no_token(sandbox: Sandbox, api: Api) -> None:
    done = api.finish(sandbox, "sandbox/painter", prompt="sea", width=32, height=32)
    url = done["output"]
    assert url.startswith(sandbox.files_url)
    assert sandbox.files_url != sandbox.url
    response = httpx.get(url)
    assert response.status_code == 200
    assert response.headers["content-type"] == "image/png"
    assert response.headers["cache-control"] == "public,max-age=3600"
    assert response.headers["accept-ranges"] == "bytes"
    assert int(response.headers["content-length"]) == len(response.content)
    assert httpx.head(url).headers["etag"] == response.headers["etag"]
    assert sandbox.requests[-1].host == "files"
    for wrong in (f"{url}x", f"{sandbox.files_url}/x/output.png", sandbox.files_url):
        assert httpx.get(wrong).status_code == 404
    assert httpx.post(url).status_code == 404


def test_ranges(sandbox: Sandbox, api: Api) -> None:
    @sandbox.model("me/alphabet", official=True)
    def alphabet() -> bytes:
        return b"abcdefgh"

    url = api.finish(sandbox, "me/alphabet")["output"]
    etag = httpx.get(url).headers["etag"]
    part = httpx.get(url, headers={"range": "bytes=3-", "if-range": etag})
    assert (part.status_code, part.content) == (206, b"defgh")
    assert part.headers["content-range"] == "bytes 3-7/8"
    whole = httpx.get(url, headers={"range": "bytes=3-", "if-range": '"other"'})
    assert (whole.status_code, whole.content) == (200, b"abcdefgh")
    beyond = httpx.get(url, headers={"range": "bytes=9-"})
    assert beyond.status_code == 416
    assert beyond.headers["content-range"].endswith("*/8")


@pytest.mark.parametrize(
    ("name", "safe"),
    [("a.txt", "a.txt"), ("../../x", "x"), ("a\\b", "b"), ("..", "file"), ("", "file")],
)
def test_names_lead_nowhere(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_files_go_away_with_the_sandbox() -> None:
    with Sandbox() as sandbox, Api(sandbox) as api:
        upload(api)
        api.finish(sandbox, "sandbox/painter", prompt="x", width=16, height=16)
        paths = [f.path for f in sandbox._state.files.uploads.values()]
        paths += [f.path for f in sandbox._state.files.outputs.values()]
        assert all(path.exists() for path in paths)
    assert len(paths) == 2
    assert not any(path.parent.exists() for path in paths)


def test_metadata_survives_json(api: Api) -> None:
    metadata = {"text": "ünï", "list": [1, None]}
    stored = upload(api, metadata=(None, json.dumps(metadata)))
    assert api.get(stored["urls"]["get"]).json()["metadata"] == metadata
