"""Models as functions: calls, handles, streams, files, and what they say of themselves."""

from __future__ import annotations

import asyncio
import copy
import gc
import inspect
import io
import os
import pickle
import pydoc
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Dict, Iterator, List, Literal, Optional

import anyio
import numpy as np
import pytest

import replicate
from replicate._functions import subject
from replicate.exceptions import (
    DeadlineExceededError,
    InvalidArgumentError,
    InvalidArgumentTypeError,
    ModelError,
    NotFoundError,
    PredictionCanceledError,
    ReplicateError,
)
from replicate.helpers import FileOutput
from replicate.sandbox import File, Input, current_prediction
from replicate.use import AsyncOutput, Output, URLPath

FLUX = "black-forest-labs/flux-schnell"
STORY = "sandbox/storyteller"
PNG = b"\x89PNG"


class Form:
    """Makes functions of one form, and calls them and their handles."""

    def __init__(self, kind):
        self.is_async = kind == "async"

    def use(self, client, ref, **options):
        return client.use(ref, use_async=self.is_async, **options)

    def __call__(self, method, /, *args, **inputs):
        """Return what a method returns, and of a stream the items."""
        if not self.is_async:
            result = method(*args, **inputs)
            return list(result) if isinstance(result, Output) else result

        async def main():
            result = await method(*args, **inputs)
            is_stream = isinstance(result, Output)
            return [item async for item in result] if is_stream else result

        return anyio.run(main)


@pytest.fixture(params=["blocking", "async"])
def form(request):
    return Form(request.param)


@pytest.fixture
def models(sandbox):
    """Models that the sandbox does not have by itself."""

    @sandbox.model("acme/echo")
    def echo(
        text: str = Input(default="", max_length=20),
        number: float = Input(default=0.5, ge=0, le=1),
        count: Optional[int] = None,
        style: Literal["plain", "bold"] = "plain",
        image: Optional[Path] = None,
        images: List[Path] = [],  # noqa: B006 - a default of the schema
        options: Dict[str, int] = {},  # noqa: B006
        flag: bool = False,
    ) -> dict:
        """Return what it got."""
        return {
            "text": text,
            "number": number,
            "count": count,
            "style": style,
            "image": image and image.read_bytes().decode(),
            "images": [each.read_bytes().decode() for each in images],
            "options": options,
            "flag": flag,
        }

    @sandbox.model("acme/lines", concatenate=False)
    def lines(text: str = "a b") -> Iterator[str]:
        yield from text.split()

    @sandbox.model("acme/film")
    def film() -> File:
        return File(b"film", "film.mp4")

    @sandbox.model("acme/gallery")
    def gallery(count: int = 2) -> Iterator[File]:
        for number in range(count):
            yield File(f"{number}".encode(), f"{number}.txt")

    @sandbox.model("acme/slow")
    def slow(seconds: float = 60) -> str:
        print("begun")
        current_prediction().sleep(seconds)
        return "slow"

    return sandbox


def creates(sandbox):
    return [each for each in sandbox.requests if each.method == "POST"]


def paths(sandbox):
    return [f"{each.method} {each.path}" for each in sandbox.requests]


# Calls.


def test_a_call_returns_the_output(form, client):
    (picture,) = form(form.use(client, FLUX), prompt="a llama")

    assert isinstance(picture, URLPath)
    assert isinstance(picture, FileOutput)
    assert picture.read().startswith(PNG)


@pytest.mark.parametrize("streaming", [False, True])
def test_pieces_of_a_text_are_a_text(form, client, streaming):
    story = form.use(client, STORY, streaming=streaming)

    told = form(story, prompt="a cat", sentences=1)

    pieces = ["Once ", "upon ", "a ", "time ", "there ", "was ", "a ", "cat."]
    assert told == (pieces if streaming else "".join(pieces))


def test_outputs_have_the_form_that_the_schema_says(form, client, models):
    assert form(form.use(client, "acme/lines"), text="a b c") == ["a", "b", "c"]
    assert form(form.use(client, "sandbox/primes"), limit=10, delay=0) == [2, 3, 5, 7]
    assert form(form.use(client, "sandbox/divider"), numerator=1, denominator=2) == 0.5
    assert form(form.use(client, "acme/film")).read() == b"film"
    assert [each.read() for each in form(form.use(client, "acme/gallery"))] == [b"0", b"1"]
    assert form(form.use(client, "acme/echo"), text="hi")["text"] == "hi"


def test_pinned_versions_that_yield_return_the_whole(form, client, models):
    def pinned(name):
        return f"{name}:{client.models.get(name).latest_version.id}"

    told = form(form.use(client, pinned(STORY)), prompt="a cat", sentences=1)
    assert told == "Once upon a time there was a cat."
    assert form(form.use(client, pinned("sandbox/primes")), limit=10, delay=0) == [2, 3, 5, 7]


def test_a_text_of_no_pieces_is_empty(form, client, sandbox):
    @sandbox.model("acme/silent")
    def silent() -> Iterator[str]:
        yield from ()

    assert form(form.use(client, "acme/silent")) == ""
    assert form(form.use(client, "acme/silent", streaming=True)) == []


def references(client, sandbox):
    model = client.models.get(FLUX)
    version = model.latest_version
    sandbox.model("acme/painter")(lambda prompt: "painted")
    deployment = client.deployments.create(
        name="mine",
        model="sandbox/sprites",
        version=client.models.get("sandbox/sprites").latest_version.id,
        hardware="cpu",
        min_instances=0,
        max_instances=1,
    )
    return {
        "official": FLUX,
        "community": "sandbox/sprites",
        "version": f"{FLUX}:{version.id}",
        "tuple": tuple(FLUX.split("/")),
        "Model": model,
        "Version": version,
        "Deployment": deployment,
        "deployment": f"deployments/{deployment.owner}/{deployment.name}",
    }


@pytest.mark.parametrize(
    "kind",
    ["official", "community", "version", "tuple", "Model", "Version", "Deployment", "deployment"],
)
@pytest.mark.parametrize("streaming", [False, True])
def test_every_reference_is_a_function(form, client, sandbox, kind, streaming):
    function = form.use(client, references(client, sandbox)[kind], streaming=streaming)
    sandbox.requests.clear()

    pictures = form(function, prompt="a llama")

    assert [each.read()[:4] for each in pictures] == [PNG] * len(pictures)
    assert pictures
    with pytest.raises(InvalidArgumentTypeError, match="did you mean 'prompt'"):
        form(function, promt="a llama")
    assert form(function.openapi_schema)["components"]


def test_a_version_by_its_id_alone_is_not_checked(form, client):
    version = client.models.get(STORY).latest_version.id
    with replicate.Client(client.api_token, base_url=client._base_url) as other:
        function = form.use(other, version)
        with pytest.raises(ReplicateError, match="owner/name:version"):
            form(function.openapi_schema)
        assert "".join(form(function, prompt="a cat", sentences=1)).startswith("Once")
        assert not hasattr(function, "__signature__")
        assert function.__doc__ == f"Run {version}."
    assert function.__name__ == f"model_{version}"


def test_a_version_that_the_client_has_seen_is_known_by_its_id(form, client):
    schema = form(form.use(client, "sandbox/sprites").openapi_schema)
    version = client.models.get("sandbox/sprites").latest_version.id

    assert form(form.use(client, version).openapi_schema) == schema


def test_the_schema_is_looked_up_once_and_late(form, client, sandbox):
    function = form.use(client, "sandbox/sprites")
    repr(function)
    assert sandbox.requests == []

    for _ in range(2):
        form(function, prompt="a", count=1)

    assert paths(sandbox) == [
        "GET /v1/models/sandbox/sprites",
        "POST /v1/predictions",
        "POST /v1/predictions",
    ]


def test_a_model_that_has_changed_is_looked_up_again(form, client, sandbox, monkeypatch):
    @sandbox.model("acme/grows")
    def old(text: str) -> str:
        return text

    function = form.use(client, "acme/grows")
    assert form(function, text="a") == "a"

    @sandbox.model("acme/grows")
    def new(text: str, more: List[str] = []) -> List[str]:  # noqa: B006 - as above
        return [text, *more]

    with pytest.raises(TypeError, match="no input 'more'"):  # it was looked up just now
        form(function, text="a", more="b")
    monkeypatch.setattr(subject, "FRESH", 0)
    assert form(function, text="a", more=iter("b")) == ["a", "b"]
    sandbox.requests.clear()
    with pytest.raises(TypeError, match="no input 'mroe'"):
        form(function, text="a", mroe="b")
    assert paths(sandbox) == ["GET /v1/models/acme/grows"]
    sandbox.fault("models.get", status=404)
    with pytest.raises(TypeError, match="no input 'mroe'"):
        form(function, text="a", mroe="b")


def test_a_pinned_version_does_not_change(form, client, sandbox, monkeypatch):
    monkeypatch.setattr(subject, "FRESH", 0)
    function = form.use(client, f"{FLUX}:{client.models.get(FLUX).latest_version.id}")
    form(function.openapi_schema)
    sandbox.requests.clear()

    with pytest.raises(TypeError, match="did you mean"):
        form(function, promt="a")

    assert sandbox.requests == []


def test_a_version_is_looked_up_once_by_all_functions(form, client, sandbox):
    ref = f"{FLUX}:{client.models.get(FLUX).latest_version.id}"
    sandbox.requests.clear()

    for _ in range(2):
        form(form.use(client, ref), prompt="a")

    assert [each.method for each in sandbox.requests] == ["GET", "POST", "POST"]


def test_a_model_that_is_not_there(form, client, sandbox):
    function = form.use(client, "acme/nothing")

    with pytest.raises(NotFoundError):
        form(function, prompt="a")

    assert creates(sandbox) == []
    assert not hasattr(function, "__signature__")
    assert "keyword arguments" in function.__doc__


def test_a_reference_that_is_none():
    with pytest.raises(InvalidArgumentError):
        replicate.use("no reference")
    with pytest.raises(TypeError, match="timeout must be a number"):
        replicate.use(FLUX, timeout="soon")


def test_failures(form, client, models):
    with pytest.raises(ModelError, match="by zero"):
        form(form.use(client, "sandbox/divider"))
    with pytest.raises(ModelError, match="by zero"):
        form(form(form.use(client, "sandbox/divider").create).output)


def test_timeout(form, client, models, sandbox):
    with pytest.raises(DeadlineExceededError) as caught:
        form(form.use(client, "acme/slow", timeout=0.5))

    caught.value.prediction.wait(timeout=10)
    assert caught.value.prediction.status == "canceled"


# Handles.


def test_a_handle(form, client, models):
    handle = form(form.use(client, FLUX).create, prompt="a llama", seed=7)

    assert handle.prediction.id in repr(handle)
    assert form(handle.wait) is None
    assert handle.prediction.status == "succeeded"
    assert form(handle.logs) == "Using seed: 7\n"
    assert form(handle.output)[0].read().startswith(PNG)
    assert form(handle.output)[0].url == form(handle.output)[0].url


def test_a_handle_has_a_deadline(form, client, sandbox, models):
    form(form.use(client, "acme/film", timeout=60).create)

    assert creates(sandbox)[-1].headers["cancel-after"] == "60s"


def test_a_handle_is_canceled(form, client, models):
    handle = form(form.use(client, "acme/slow").create)
    assert any(form(handle.logs) == "begun\n" for _ in range(1000))

    form(handle.cancel)

    with pytest.raises(PredictionCanceledError):
        form(handle.output)


def test_a_handle_of_a_stream(form, client):
    handle = form(form.use(client, STORY, streaming=True).create, prompt="a cat", sentences=1)

    assert "".join(form(handle.output)) == "Once upon a time there was a cat."
    assert len(form(handle.output)) == 8


# Streams.


def test_a_stream_comes_by_server_sent_events(form, client, sandbox):
    form(form.use(client, STORY, streaming=True), prompt="a cat", sentences=1)

    assert [path for path in paths(sandbox) if "/streams/" in path]
    assert not [path for path in paths(sandbox) if path.startswith("GET /v1/predictions/")]


def test_items_that_are_no_text_keep_their_type(form, client, models):
    assert form(form.use(client, "sandbox/primes", streaming=True), limit=10) == [2, 3, 5, 7]
    assert form(form.use(client, "acme/lines", streaming=True)) == ["a", "b"]
    (film,) = form(form.use(client, "acme/film", streaming=True))
    assert isinstance(film, URLPath)
    (echo,) = form(form.use(client, "acme/echo", streaming=True))
    assert echo["style"] == "plain"


@pytest.mark.parametrize(
    ("name", "inputs", "first"),
    [
        (STORY, {"prompt": "a", "sentences": 50, "delay": 1}, "Once "),
        ("sandbox/primes", {"delay": 5}, 2),
    ],
    ids=["events", "items"],
)
def test_a_stream_begins_when_it_is_read_and_ends_when_it_is_closed(
    form, client, sandbox, name, inputs, first
):
    function = form.use(client, name, streaming=True)

    if form.is_async:

        async def main():
            async with await function(**inputs) as output:
                assert creates(sandbox) == []
                assert await output.__anext__() == first

        anyio.run(main)
    else:
        with function(**inputs) as output:
            assert creates(sandbox) == []
            assert next(output) == first

    (prediction,) = client.predictions.list()
    prediction.wait(timeout=10)
    assert prediction.status == "canceled"


def test_a_stream_as_text(client):
    story = client.use(STORY, streaming=True)
    output = story(prompt="a cat", sentences=1)
    assert next(output) == "Once "
    text = "Once upon a time there was a cat."
    assert str(output) == text == str(output)

    async def main():
        story = client.use(STORY, streaming=True, use_async=True)
        output = await story(prompt="a cat", sentences=1)
        assert isinstance(output, AsyncOutput)
        assert "AsyncOutput" in str(output)
        return await output

    assert asyncio.run(main()) == text
    files = client.use(FLUX, streaming=True)(prompt="a")
    assert "URLPath" in str(files)


# Outputs as inputs.


@pytest.mark.parametrize("of", ["handle", "output", "stream"])
def test_outputs_are_inputs(form, client, models, of):
    story, film, echo = (
        form.use(client, ref, streaming=of == "stream") for ref in (STORY, "acme/film", "acme/echo")
    )
    make_film, make_story = (film.create, story.create) if of == "handle" else (film, story)

    def main():
        file, text = make_film(), make_story(prompt="", sentences=1)
        echoed = echo(image=file, images=[file, file])
        return next(echoed) if of == "stream" else echoed, str(story(prompt=text))

    async def async_main():
        file, text = await make_film(), await make_story(prompt="", sentences=1)
        echoed, told = await echo(image=file, images=[file, file]), await story(prompt=text)
        return (await echoed, await told) if of == "stream" else (echoed, told)

    got, told = anyio.run(async_main) if form.is_async else main()

    assert got["image"] == "film"
    assert got["images"] == ["film", "film"]
    assert told.startswith('Once upon a time somebody said: "Once upon a time there was nothing')
    assert "POST /v1/files" not in paths(models)  # their URLs are passed on


def test_an_iterator_of_run_is_an_input(form, client, models):
    ref = f"acme/lines:{client.models.get('acme/lines').latest_version.id}"
    counter = client.use("acme/counter", use_async=form.is_async)

    @models.model("acme/counter")
    def count(texts: List[str]) -> int:
        return len(texts)

    async def main():
        return await counter(texts=await client.async_run(ref, {"text": "a b c"}))

    if form.is_async:
        assert anyio.run(main) == 3
    else:
        assert counter(texts=client.run(ref, {"text": "a b c"})) == 3


def test_a_failed_run_as_an_input(form, client, models):
    failed = form(form.use(client, "sandbox/divider").create)
    sent = len(creates(models))

    with pytest.raises(ModelError, match="by zero"):
        form(form.use(client, "acme/echo"), number=failed)

    assert len(creates(models)) == sent


# Inputs.

WRONG = {
    "name": ({"styel": "bold"}, TypeError, "There is no input 'styel': did you mean 'style'?"),
    "nothing like it": ({"zzz": 1}, TypeError, "There is no input 'zzz'."),
    "type": ({"text": 5}, TypeError, "text: Invalid type. Expected: string, given: integer"),
    "flag": ({"count": True}, TypeError, "count: Invalid type. Expected: integer, given: boolean"),
    "item": ({"images": [b"a", 5]}, TypeError, "images.1: Invalid type. Expected: string"),
    "file": ({"number": b"a"}, TypeError, "number: Invalid type. Expected: number"),
    "least": ({"number": -0.5}, ValueError, "number: Must be greater than or equal to 0"),
    "most": ({"number": 2}, ValueError, "number: Must be less than or equal to 1"),
    "length": ({"text": "x" * 21}, ValueError, "text: String length must be less than or equal"),
    "choice": ({"style": "bald"}, ValueError, 'style must be one of the following: "plain", "bo'),
    "path": ({"image": __file__}, ValueError, "give pathlib.Path"),
    "surrogate": ({"text": "\ud800"}, ValueError, "half a character"),
}


@pytest.mark.parametrize("streaming", [False, True])
@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_input_is_refused_before_anything_is_sent(form, client, models, kind, streaming):
    inputs, error, message = WRONG[kind]
    echo = form.use(client, "acme/echo", streaming=streaming)

    for method in (echo, echo.create):
        with pytest.raises(error) as caught:
            form(method, **inputs)

        assert message in str(caught.value)
        assert isinstance(caught.value, ReplicateError)
        again = pickle.loads(pickle.dumps(caught.value))
        assert again.invalid_fields == caught.value.invalid_fields
    assert creates(models) == []


def test_everything_that_is_wrong_is_named(form, client):
    with pytest.raises(InvalidArgumentTypeError) as caught:
        form(form.use(client, FLUX), promt="a", num_outputs=9)

    assert str(caught.value) == (
        f"{FLUX} does not take this input:\n"
        "- There is no input 'promt': did you mean 'prompt'?\n"
        "- prompt is required\n"
        "- num_outputs: Must be less than or equal to 4\n"
        "Its inputs: prompt, aspect_ratio, num_outputs, num_inference_steps, seed, output_format, "
        "output_quality, go_fast, megapixels, disable_safety_checker"
    )
    assert [each["field"] for each in caught.value.invalid_fields] == ["input", "input.num_outputs"]


def test_inputs_are_given_by_name(form, client, sandbox):
    with pytest.raises(TypeError, match=r"flux_schnell\(\) takes the model's inputs by name"):
        form(form.use(client, FLUX), "a llama")

    assert creates(sandbox) == []


def test_a_value_that_cannot_be_sent(form, client, sandbox):
    with pytest.raises(TypeError, match=r"input\['prompt'\] is a object, which cannot be sent"):
        form(form.use(client, FLUX), prompt=object())

    assert creates(sandbox) == []


def test_an_input_that_contains_itself(form, client):
    prompt: list = []
    prompt.append(prompt)

    with pytest.raises(ValueError, match="contains itself"):
        form(form.use(client, FLUX), prompt=prompt)


def test_values_of_all_kinds_are_inputs(form, client, models, tmp_path):
    (tmp_path / "a.txt").write_text("path")
    echo = form.use(client, "acme/echo")

    got = form(
        echo,
        number=np.float64(0.25),
        count=np.int64(3),
        image=tmp_path / "a.txt",
        images=(each for each in [io.BytesIO(b"handle"), b"bytes", "data:text/plain,url"]),
        options={"a": np.int8(1)},
        flag=True,
    )

    assert got == {
        "text": "",
        "number": 0.25,
        "count": 3,
        "style": "plain",
        "image": "path",
        "images": ["handle", "bytes", "url"],
        "options": {"a": 1},
        "flag": True,
    }


def test_none_is_what_is_not_given(form, client, sandbox):
    flux = form.use(client, FLUX)
    form(flux, prompt="a", seed=None, num_outputs=None)

    assert creates(sandbox)[-1].json["input"] == {"prompt": "a"}
    with pytest.raises(TypeError, match="prompt: Invalid type"):
        form(flux, prompt=None)


def test_none_is_sent_where_the_model_has_a_use_for_it(form, client, sandbox):
    @sandbox.model("acme/limits")
    def limits(most: Optional[int] = 5) -> str:
        return f"{most}"

    assert form(form.use(client, "acme/limits"), most=None) == "None"
    assert form(form.use(client, "acme/limits")) == "5"


def test_an_input_may_have_any_name(form, client, sandbox):
    properties = {name: {"type": "string"} for name in ("self", "others", "from", "a-b")}
    inputs = {"type": "object", "properties": properties}
    schema = {"components": {"schemas": {"Input": inputs, "Output": {"type": "string"}}}}
    sandbox.model_from(schema, "acme/names", returns="done")
    names = form.use(client, "acme/names")

    assert form(names, **dict.fromkeys(properties, "x")) == "done"
    signature = inspect.signature(names)
    assert [str(each).split(":")[0] for each in signature.parameters.values()] == [
        "self",
        "others",
        "**others_",
    ]


def test_rules_that_python_cannot_read_are_for_the_model(form, client, sandbox):
    properties = {
        "name": {"type": "string", "pattern": "(?<first>a)"},  # JavaScript's
        "size": {"type": "integer", "minimum": "none"},
        "other": True,
    }
    inputs = {"type": "object", "properties": properties}
    schema = {"components": {"schemas": {"Input": inputs, "Output": {"type": "string"}}}}
    sandbox.script("acme/odd", ["done"])
    sandbox.models["acme/odd"].latest_version.signature.openapi.update(schema)

    assert form(form.use(client, "acme/odd"), name="a", size=1) == "done"


@pytest.mark.parametrize(
    ("pattern", "value"),
    [
        ("^(a+)+$", "a!"),  # Python would take years for thirty a's and a !
        ("a?" * 21 + "b", "a"),
        ("[a-z]*" * 4 + "!", "a" * 60),
        ("a{99999999999}", "a"),
    ],
)
def test_patterns_that_may_take_long_are_for_the_api(form, client, sandbox, pattern, value):
    nested = {"type": "array", "items": {"type": "string", "pattern": pattern}}
    properties = {"name": {"type": "string", "pattern": pattern, "default": value}, "all": nested}
    inputs = {"type": "object", "properties": properties}
    schema = {"components": {"schemas": {"Input": inputs, "Output": {"type": "string"}}}}
    sandbox.script("acme/odd", ["done"])
    sandbox.models["acme/odd"].latest_version.signature.openapi.update(schema)

    function = form.use(client, "acme/odd")
    assert form(function, name=value, all=[value]) == "done"
    assert inspect.signature(function).parameters["name"].default == value


def test_patterns_that_take_no_time_are_checked(form, client, sandbox):
    inputs = {"type": "object", "properties": {"name": {"type": "string", "pattern": "^[a-z]+$"}}}
    schema = {"components": {"schemas": {"Input": inputs, "Output": {"type": "string"}}}}
    sandbox.script("acme/odd", ["done"])
    sandbox.models["acme/odd"].latest_version.signature.openapi.update(schema)

    with pytest.raises(InvalidArgumentError, match="Does not match pattern"):
        form(form.use(client, "acme/odd"), name="A" * 900)


def test_whether_a_value_is_checked_depends_on_that_value_alone(form, client, sandbox):
    code = {"type": "string", "pattern": "^[0-9]+$"}
    odd = {"enum": [{"pattern": "(a)"}]}
    inputs = {"type": "object", "properties": {"code": code, "text": code, "odd": odd}}
    schema = {"components": {"schemas": {"Input": inputs, "Output": {"type": "string"}}}}
    sandbox.script("acme/odd", ["done"])
    sandbox.models["acme/odd"].latest_version.signature.openapi.update(schema)

    function = form.use(client, "acme/odd")
    with pytest.raises(InvalidArgumentError, match=r"- code: Does not match pattern.*\nIts inputs"):
        form(function, code="x", text="y" * 100_000)
    assert form(function, code="1", odd={"pattern": "(a)"}) == "done"


def test_a_schema_that_is_endless_without_its_references_is_for_the_model(form, client, sandbox):
    place = "#/components/schemas/Part"
    parts = {f"Part{n}": {"anyOf": [{"$ref": f"{place}{n + 1}"}] * 2} for n in range(17)}
    inputs = {"type": "object", "properties": {"name": {"$ref": f"{place}0"}}}
    schemas = {"Input": inputs, "Output": {"type": "string"}, **parts, "Part17": {"type": "string"}}
    sandbox.script("acme/odd", ["done"])
    sandbox.models["acme/odd"].latest_version.signature.openapi.update(
        {"components": {"schemas": schemas}}
    )

    assert form(form.use(client, "acme/odd"), name=5) == "done"


@pytest.mark.parametrize(
    "odd",
    [
        {"required": 5},
        {"required": [["name"]]},
        {"properties": {"name": {"type": "array", "items": 5}}},
        {"properties": {"name": {"enum": 5}}},
        {"properties": {"name": {"anyOf": 5}}},
        {"properties": {"name": {"anyOf": [5]}}},
        {"properties": {"name": {"type": "object", "properties": 5}}},
        {"properties": {"name": {"type": "object", "required": {"a": 1}}}},
        {"properties": 5},
    ],
)
def test_keywords_of_the_wrong_kind_are_for_the_model(form, client, sandbox, odd):
    schema = {"components": {"schemas": {"Input": {"type": "object", **odd}}}}
    sandbox.script("acme/odd", ["done"])
    sandbox.models["acme/odd"].latest_version.signature.openapi.update(schema)
    odd_function = form.use(client, "acme/odd")

    kinds = {"array": [1], "object": {"b": 1}}
    value = next((kinds[kind] for kind in kinds if f"'{kind}'" in str(odd)), "a")
    assert form(odd_function, name=value) == "done"
    assert str(inspect.signature(odd_function))


def test_a_model_that_takes_everything(form, client, sandbox):
    sandbox.script("acme/any", ["done"])

    assert form(form.use(client, "acme/any"), a=1, b="x") == "done"


# Files as paths.


def test_a_file_is_a_path(form, client, sandbox):
    (picture,) = form(form.use(client, FLUX), prompt="a")
    assert isinstance(picture, os.PathLike)
    downloads = [path for path in paths(sandbox) if "out-0" in path]
    assert downloads == []

    with open(picture, "rb") as handle:
        assert handle.read().startswith(PNG)

    path = Path(picture)
    assert path.name == "out-0.webp"
    assert os.fspath(picture) == str(path)
    assert len([each for each in paths(sandbox) if "out-0" in each]) == 1
    assert str(picture) == picture.url
    assert pickle.loads(pickle.dumps(picture)).url == picture.url
    del picture
    gc.collect()
    assert path.exists()


def test_files_are_gone_when_the_process_is(client, sandbox):
    code = (
        "import os, sys, replicate\n"
        f"picture = replicate.use({FLUX!r})(prompt='a')[0]\n"
        "print(os.fspath(picture))\n"
        "if hasattr(os, 'fork'):\n"
        "    child = os.fork()\n"
        "    if not child: sys.exit()\n"
        "    os.waitpid(child, 0)\n"
        "assert open(picture, 'rb').read()\n"
    )
    env = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(sys.path),
        "REPLICATE_BASE_URL": sandbox.url,
        "REPLICATE_API_TOKEN": sandbox.token,
    }
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    path = Path(done.stdout.strip())
    assert path.name == "out-0.webp"
    assert not path.parent.parent.exists()


# What a function says of itself.


def test_signature(form, client):
    signature = inspect.signature(form.use(client, FLUX))

    assert list(signature.parameters)[:3] == ["prompt", "aspect_ratio", "num_outputs"]
    parameter = signature.parameters["output_format"]
    assert parameter.annotation == Literal["webp", "jpg", "png"]
    assert parameter.default == "webp"
    assert signature.parameters["prompt"].default is inspect.Parameter.empty
    assert signature.parameters["seed"].annotation == Optional[int]
    assert signature.return_annotation == List[URLPath]
    assert inspect.signature(form.use(client, STORY)).return_annotation is str


def test_documentation(form, client):
    flux = form.use(client, FLUX)

    assert inspect.getdoc(flux).startswith(
        "Paint quickly: a stand-in, whose pictures are small PNGs.\n"
        "\n"
        "Args:\n"
        "    prompt (str): What to paint\n"
    )
    assert "    num_outputs (int, 1 to 4, default 1): How many pictures\n" in flux.__doc__
    assert "    output_format (Literal['webp', 'jpg', 'png'], default 'webp')\n" in flux.__doc__
    assert flux.__doc__.endswith("Returns:\n    List[URLPath]")
    assert "keyword arguments" in type(flux).__doc__
    if sys.version_info >= (3, 9):  # before, help() of an object was that of its class
        assert "What to paint" in pydoc.render_doc(flux, renderer=pydoc.plaintext)


def test_names(client):
    flux = client.use(FLUX, use_async=True, timeout=5)
    assert flux.__name__ == flux.__qualname__ == "flux_schnell"
    assert repr(flux) == f"replicate.use({FLUX!r}, timeout=5, use_async=True)"
    assert client.use("a/3d-model:1").__name__ == "model_3d_model"
    assert client.use("deployments/a/my.app").__name__ == "my_app"
    assert repr(client.use("deployments/a/b", streaming=True)) == (
        "replicate.use('deployments/a/b', streaming=True)"
    )


def test_default_example(form, client, sandbox):
    flux = form.use(client, FLUX)
    example = anyio.run(async_value, flux) if form.is_async else flux.default_example
    assert example is None
    form(flux, prompt="a llama")
    flux = form.use(client, FLUX)
    example = anyio.run(async_value, flux) if form.is_async else flux.default_example
    assert example.input["prompt"] == "a llama"


async def async_value(flux):
    return await flux.default_example


def test_attributes_can_be_read_or_are_missing(form, client, sandbox):
    for function in (form.use(client, FLUX), form.use(client, "acme/nothing")):
        inspect.getmembers(function)
        assert copy.deepcopy([function]) == [function]
    for handle in (form(form.use(client, FLUX).create, prompt="a"),):
        inspect.getmembers(handle)
        inspect.getmembers(handle._form.value("https://example.com/a.png"))


# Anywhere.


@pytest.mark.parametrize("streaming", [False, True])
def test_a_canceled_task_cancels_its_prediction(client, sandbox, models, streaming):
    slow = client.use("sandbox/primes", use_async=True, streaming=streaming)

    async def main():
        output = await slow(limit=1000, delay=5)
        return [item async for item in output]

    async def cancel():
        task = asyncio.create_task(main())
        while not sandbox.predictions:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())
    (prediction,) = client.predictions.list()
    prediction.wait(timeout=10)
    assert prediction.status == "canceled"


def test_trio(client, models):
    trio = pytest.importorskip("trio")

    async def main():
        film = await client.use("acme/film", use_async=True).create()
        echo = await client.use("acme/echo", use_async=True)(image=film, text="a")
        await client.aclose()
        return echo["image"], echo["text"]

    assert trio.run(main) == ("film", "a")


def test_functions_work_anywhere(client, sandbox, monkeypatch):
    monkeypatch.setenv("REPLICATE_BASE_URL", sandbox.url)
    monkeypatch.setenv("REPLICATE_API_TOKEN", sandbox.token)

    class Painter:
        paint = replicate.use(FLUX)

        def draw(self):
            return replicate.use("sandbox/painter")(prompt="a")

    assert Painter().paint(prompt="a")[0].read().startswith(PNG)
    assert Painter.paint(prompt="a")[0].read().startswith(PNG)
    assert Painter().draw().read().startswith(PNG)
    assert pickle.loads(pickle.dumps(Painter.paint))(prompt="a")[0].read().startswith(PNG)


def test_threads_and_loops(client):
    story, async_story = client.use(STORY), client.use(STORY, use_async=True)
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda n: story(prompt=f"cat {n}", sentences=1), range(8)))
    assert told == [f"Once upon a time there was cat {n}." for n in range(8)]

    async def main():
        return await asyncio.gather(*(async_story(prompt=f"{n}", sentences=1) for n in range(4)))

    for _ in range(2):
        assert asyncio.run(main()) == [f"Once upon a time there was {n}." for n in range(4)]


def test_the_default_client_has_it(sandbox, monkeypatch):
    assert replicate.use == replicate.default_client.use
    assert replicate.use(FLUX)._client is replicate.default_client
