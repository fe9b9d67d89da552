"""Which addresses are the API's own, and what others mean."""

from __future__ import annotations

import sys

import httpx
import pytest

from replicate import Client
from replicate._http import address
from replicate._http.address import (
    base_url,
    is_kept_by_replicate,
    is_stored_file,
    joined,
    origin,
    parsed,
    parts_of,
    rebase,
    shown,
)
from replicate.exceptions import InvalidArgumentError

DEFAULT = "https://api.replicate.com"


@pytest.mark.parametrize(
    ("given", "environment", "used"),
    [
        (None, None, DEFAULT),
        ("", None, DEFAULT),
        (None, "http://localhost:9", "http://localhost:9"),
        ("http://here", "http://there", "http://here"),
        ("https://proxy/path/", None, "https://proxy/path"),
        ("https://proxy/path/v1", None, "https://proxy/path"),
        (" https://proxy/v1/ ", None, "https://proxy"),
        ("https://proxy//", None, "https://proxy"),
        ("https://proxy/v1/v1", None, "https://proxy/v1"),
        ("https://proxy/v12", None, "https://proxy/v12"),
        ("http://[::1]:9", None, "http://[::1]:9"),
    ],
)
def test_base_url(monkeypatch, given, environment, used):
    if environment is not None:
        monkeypatch.setenv("REPLICATE_BASE_URL", environment)
    assert base_url(given) == used


@pytest.mark.parametrize(
    "url",
    [
        "localhost",
        "ftp://host",
        "https:///path",
        "https://host:0",
        "https://host:port",
        "https://[::1",
        "https://host?a=b",
        "https://host#part",
        "https://host/v1?",
        "https://host/#",
    ],
)
def test_base_urls_that_are_none(url):
    with pytest.raises(InvalidArgumentError) as caught:
        base_url(url)
    assert caught.value.detail == (
        f"base_url must be an absolute http or https URL such as {DEFAULT}, got {url!r}"
    )


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("https://user:secret@host?a", "https://host?a"),
        ("user:secret@host", "host"),
        ("http:/user:secret@host", "http:/host"),
        ("HTTP:user:secret@host/x", "HTTP:host/x"),
        (r"https:\\user:secret@host", r"https:\\host"),
        ("ftp://user:secret@host", "ftp://host"),
        ("//user:secret@host", "//host"),
        ("https://user:sec//r\net@host:x", "https://host:x"),
    ],
)
def test_password_of_a_base_url_that_is_none_is_not_shown(monkeypatch, url, text):
    with pytest.raises(InvalidArgumentError) as caught:
        base_url(url)
    assert str(caught.value).endswith(f", got {text!r}")
    monkeypatch.setenv("REPLICATE_BASE_URL", url)
    assert repr(Client("t")) == f"Client(base_url={text!r})"


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("https://host:9/a/b?c=d#e", ("https", "host:9", "/a/b", "c=d")),
        ("/a?b?c", ("", "", "/a", "b?c")),
        ("//host", ("", "host", "", "")),
        ("https://[half", ("https", "[half", "", "")),
        ("a\nb?c", ("", "", "a\nb", "c")),
        ("", ("", "", "", "")),
        ("?q", ("", "", "", "q")),
    ],
)
def test_parts(url, parts):
    assert parts_of(url) == parts


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://host/a", ("https", "host", 443)),
        ("http://host/a", ("http", "host", 80)),
        ("https://host:9/a", ("https", "host", 9)),
        ("ftp://host/a", ("ftp", "host", None)),
    ],
)
def test_origins(url, expected):
    assert origin(httpx.URL(url)) == expected


@pytest.mark.parametrize(
    ("url", "is_kept"),
    [
        ("https://replicate.delivery/a/out.webp", True),
        ("https://pbxt.replicate.delivery/out.webp", True),
        ("https://api.test/v1/files/abc", True),
        ("https://notreplicate.delivery/out.webp", False),
        ("https://replicate.delivery.test/out.webp", False),
        ("https://elsewhere.test/out.webp", False),
    ],
)
def test_files_that_replicate_keeps(url, is_kept):
    assert is_kept_by_replicate(url, "https://api.test/v1") is is_kept


@pytest.mark.parametrize(
    ("path", "is_file"),
    [
        ("/v1/files/abc", True),
        ("/v1/files/abc?x=y/z", True),
        ("/v1/files/abc/download", True),
        ("/v1/files/abc/download?expiry=1&signature=s", True),
        ("/v1/files/a.b-c_d", True),
        ("/v1/files/.a", False),
        ("/v1/files/", False),
        ("/v1/files", False),
        ("/v1/files/abc/other", False),
        ("/v1/files/abc/download/more", False),
        ("/v1/files/%2e%2e", False),
        ("/v1/predictions/abc", False),
        ("/v1/files/files/abc", False),
        ("/other/v1/files/abc", False),
        ("/files/abc", False),
    ],
)
def test_stored_files(path, is_file):
    assert is_stored_file(httpx.URL(f"https://host{path}"), "https://host") is is_file
    url = httpx.URL(f"https://host/base{path}")
    assert is_stored_file(url, "https://host/base") is is_file
    assert not is_stored_file(httpx.URL(f"https://host/x{path}"), "https://host/base")


LABEL = "a" * 63

SCOPES = pytest.mark.skipif(sys.version_info < (3, 9), reason="this Python knows no scopes")


@pytest.mark.parametrize(
    "url",
    [
        "https://host/a",
        f"https://{LABEL}.com",
        "https://host.com./a",
        "https://[::1]:8000/",
        f"https://[{':'.join(['1234'] * 8)}]/",
        pytest.param(f"https://[fe80::1%a..{LABEL}a]/", marks=SCOPES),
        "http://host:65535",
        "http://host:0",
        "/only/a/path",
        "http://b\u00fccher.example/",
    ],
)
def test_urls_that_can_be_connected_to(url):
    assert parsed(url) == httpx.URL(url)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        (f"https://{LABEL}a.com", f"a part of the host name '{LABEL}a.com'... is too long"),
        (f"https://{LABEL}a", f"a part of the host name '{LABEL}a'... is too long"),
        (
            f"https://{LABEL}.{LABEL}a.com",
            f"a part of the host name '{f'{LABEL}.{LABEL}a.com'[:100]}'... is too long",
        ),
        ("https://a..b/", "the host name 'a..b' has an empty part"),
        ("https://.b/", "the host name '.b' has an empty part"),
        ("https://b../", "the host name 'b..' has an empty part"),
        ("http://host:65536", "there is no port 65536"),
        ("http://host:99999", None),
        ("https://xn--\udcff/", None),
        ("https://xn--zzzzzzzzzzzz999999999/", None),
    ],
)
def test_urls_that_cannot_be_connected_to(url, message):
    with pytest.raises(httpx.InvalidURL) as caught:
        parsed(url)
    assert message in (None, str(caught.value))
    assert str(caught.value) not in {"", "None"}


def test_references_at_a_url():
    base = httpx.URL("https://host/a/b")
    assert joined(base, "c?d") == "https://host/a/c?d"
    assert joined(base, "//other") == "https://other"
    with pytest.raises(httpx.InvalidURL) as caught:
        joined(base, "/\udcff")
    assert "surrogates not allowed" in str(caught.value)
    assert type(caught.value) is httpx.InvalidURL


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("https://user:password@host/a@b", "https://host/a@b"),
        ("https://host/?a=//b@c", "https://host/?a=//c"),
        ("https://host", "https://host"),
        ("//a@b@host", "//host"),
    ],
)
def test_names_and_passwords_are_not_shown(url, text):
    assert shown(url) == text


@pytest.mark.parametrize(
    ("cursor", "path"),
    [
        ("https://api.replicate.com/v1/predictions?cursor=a", "/predictions?cursor=a"),
        ("http://gateway/x/v1/predictions?cursor=a%2Fb", "/predictions?cursor=a%2Fb"),
        ("//gateway/v1/predictions", "/predictions"),
        ("https:/v1/predictions", "/predictions"),
        ("https:/x/v1/predictions", "/predictions"),
        ("//gateway/x/v1/predictions", "/predictions"),
        ("/x/v1/predictions", "/x/v1/predictions"),
        ("/v1/predictions?cursor=a", "/predictions?cursor=a"),
        ("/predictions?cursor=a", "/predictions?cursor=a"),
        ("/models/v1/versions", "/models/v1/versions"),
        ("/v1/models/v1/versions", "/models/v1/versions"),
        ("https://host/v1/models/v1/v1/versions", "/models/v1/v1/versions"),
        ("predictions?cursor=a", "/predictions?cursor=a"),
        ("/v10/predictions", "/v10/predictions"),
        ("https://host/v10/predictions", "/v10/predictions"),
        ("?cursor=a", "/?cursor=a"),
    ],
)
def test_cursors(cursor, path):
    assert rebase(cursor) == path


def test_answers_of_base_urls_are_remembered():
    address._base_of.cache_clear()
    assert base_url("https://host/v1") == base_url("https://host/v1")
    assert address._base_of.cache_info().hits == 1
