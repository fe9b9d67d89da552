"""A file of `prediction.output` is a string in all that a string does, without a request."""

from __future__ import annotations

import asyncio
import collections.abc
import copy
import json
import pickle

import httpx
import pytest

from replicate.helpers import FileOutput, FileOutputURL
from tests.bodies import ID, prediction

URL = "https://files.test/a/b.png?c=d&e=é"


@pytest.fixture
def output(mock):
    """A file in a prediction's output, whose client must not be asked."""

    def handler(request):
        assert request.url.path == f"/v1/predictions/{ID}", "the file was downloaded"
        return httpx.Response(200, json=prediction(output=[URL]))

    return mock(handler).predictions.get(ID).output[0]


def outcome(function, value):
    """Return what a function makes of a value: a result, or the kind of error."""
    try:
        found = function(value)
    except Exception as error:
        return type(error)
    return list(found) if isinstance(found, collections.abc.Iterator) else found


METHODS = {
    "count": ["e"],
    "encode": [],
    "endswith": ["é"],
    "expandtabs": [],
    "find": ["files"],
    "format": [],
    "index": ["files"],
    "join": [["a", "b"]],
    "partition": ["?"],
    "replace": ["a", "b"],
    "rfind": ["/"],
    "rindex": ["/"],
    "rpartition": ["/"],
    "rsplit": ["/"],
    "split": ["/"],
    "startswith": ["https:"],
    "strip": ["h"],
    "translate": [{97: "b"}],
    "center": [80],
    "ljust": [80],
    "rjust": [80],
    "zfill": [80],
    "removeprefix": ["https://"],
    "removesuffix": ["é"],
    "__add__": ["x"],
    "__contains__": ["files"],
    "__eq__": [URL],
    "__format__": [">80"],
    "__ge__": ["b"],
    "__getitem__": [slice(0, 5)],
    "__gt__": ["b"],
    "__le__": ["b"],
    "__lt__": ["b"],
    "__mod__": [()],
    "__mul__": [2],
    "__ne__": [URL],
    "__rmod__": ["%s"],
    "__rmul__": [2],
}
OF_OBJECTS = {*dir(object), "__getnewargs__", "maketrans"} - {
    *METHODS,
    "__str__",
    "__repr__",
    "__hash__",
}


@pytest.mark.parametrize("name", sorted({*dir(str)} - OF_OBJECTS))
def test_every_method_is_that_of_a_string(output, name):
    arguments = METHODS.get(name, [])

    def apply(text):
        return getattr(text, name)(*arguments)

    assert outcome(apply, output) == outcome(apply, URL)


MODULES = [
    "base64",
    "collections.abc",
    "html",
    "httpx",
    "json",
    "re",
    "string",
    "textwrap",
    "urllib.parse",
]
NAMES = {name.partition(".")[0]: __import__(name) for name in MODULES}
OPERATIONS = r"""
str(text)
repr(text)
list(text)
tuple(text)
set(text)
len(text)
bool(text)
hash(text)
sorted(text)
reversed(text)
ascii(text)
max(text)
text + "x"
"x" + text
text[8:]
text[0]
[*text]
f"{text}"
f"{text!r:>99}"
"%s %r" % (text, text)
"{} {!r}".format(text, text)
"".join(text)
"".join([text])
", ".join([text, text])
text in [URL]
text in URL
"png" in text
text == URL
URL == text
{URL: 1}[text]
text < "z"
str([text])
str({"output": text})
re.findall(r"\w+", text)
re.sub("b", "c", text)
any(character.isspace() for character in text)
dict.fromkeys(text)
dict(enumerate(text))
json.dumps({"output": [text], text: 1})
json.loads(json.dumps(text))
urllib.parse.urlsplit(text)
urllib.parse.quote(text)
html.escape(text)
textwrap.wrap(text, 5)
string.Template(text).safe_substitute()
base64.b64encode(text.encode())
bytes(text, "utf-8")
httpx.URL(text)
isinstance(text, collections.abc.AsyncIterable)
isinstance(text, collections.abc.Sequence)
"""


@pytest.mark.parametrize("operation", OPERATIONS.strip().splitlines())
def test_every_operation_is_that_of_a_string(output, operation):
    def evaluate(text):
        return eval(operation, {**NAMES, "URL": URL, "text": text})

    assert outcome(evaluate, output) == outcome(evaluate, URL)
    assert isinstance(evaluate(output), type(evaluate(URL)))


@pytest.mark.parametrize("convert", [str, "".join, format, "{}".format, json.dumps])
def test_what_is_made_of_it_is_exactly_a_string(output, convert):
    assert type(convert(output)) is str


def test_it_is_a_file_by_name(output):
    assert isinstance(output, str)
    assert isinstance(output, FileOutput)
    assert type(output) is FileOutputURL
    assert output.url == URL
    assert type(output.url) is str
    assert output.name == "b.png"
    assert output.content_type == "image/png"


def test_it_has_no_asynchronous_characters(output):
    async def main():
        async for character in output:
            raise AssertionError(character)

    with pytest.raises(TypeError):
        asyncio.run(main())


def test_it_survives_copies_and_pickles(output):
    for clone in (
        copy.copy(output),
        copy.deepcopy([output])[0],
        pickle.loads(pickle.dumps(output)),
    ):
        assert type(clone) is FileOutputURL
        assert clone == URL
        assert clone.url == URL


def test_a_pickle_has_the_name_that_1x_has(output):
    assert b"replicate.helpers" in pickle.dumps(FileOutput(URL), 0)
    assert b"_files" not in pickle.dumps([FileOutput(URL), output], 0)


@pytest.mark.parametrize("content", [b"\x89PNG", "text: hallå".encode()], ids=["binary", "text"])
def test_httpx_downloads_it_once(call, served, server, content):
    url = f"{server.url}/out.txt"
    server.on("GET", f"/v1/predictions/{ID}", prediction(output=url))
    server.on("GET", "/out.txt", content)
    output = call(served.predictions.get, ID).output

    async def download():
        async with httpx.AsyncClient(verify=False) as client:
            return await client.get(output)

    response = asyncio.run(download()) if call.is_async else httpx.get(output, verify=False)
    assert response.content == content
    assert server.lines[1:] == ["GET /out.txt"]


def test_it_is_read_by_name(call, served, server, tmp_path):
    url = f"{server.url}/out.txt"
    server.on("GET", f"/v1/predictions/{ID}", prediction(output=url))
    server.on("GET", "/out.txt", b"content")
    output = call(served.predictions.get, ID).output
    assert call.read(output) == b"content"
    assert call(output.save, tmp_path).read_bytes() == b"content"
    with call(output.open) as handle:
        assert handle.read(3) == b"con"


def test_validators_take_it(output):
    pydantic = pytest.importorskip("pydantic")

    class Picture(pydantic.BaseModel):
        url: str

    assert Picture(url=output).url == URL
