"""Whole conversations with the API, for cassettes: what is said, and what must come of it.

Each goes through the twin that `call` stands for. The models are public ones, so that the
same words can be said to Replicate and to the sandbox that `tests.readme.models` makes.
"""

from __future__ import annotations

import io

import pytest

import replicate
from replicate.exceptions import ModelError, NotFoundError, UnprocessableEntityError
from tests.readme.models import VERSIONS

CONVERSATIONS = {}

# A picture, of a format that is text: older versions of vcrpy can keep no other upload.
PICTURE = b"P3 2 2 255\n255 0 0  0 255 0\n0 0 255  255 255 255\n"


def conversation(function):
    CONVERSATIONS[function.__name__] = function
    return function


def version_of(name):
    return f"{name}:{VERSIONS[name]}"


def named(content, name):
    handle = io.BytesIO(content)
    handle.name = name
    return handle


@conversation
def run_an_official_model(call, client):
    output = call(client.run, "black-forest-labs/flux-schnell", {"prompt": "a llama"})
    content = call.read(output[0])
    assert content
    return output[0].url, content


@conversation
def run_a_version_that_yields_its_output(call, client):
    files = call.list(client.run, version_of("pixray/text2image"), {"prompts": "a llama"})
    assert len(files) > 1
    return [file.url for file in files]


@conversation
def stream(call, client):
    events = call.list(client.stream, "meta/meta-llama-3-70b-instruct", {"prompt": "One haiku."})
    text = "".join(map(str, events))
    assert len(text.split()) > 5
    assert events[-1].event == "done"
    return text


@conversation
def upload_and_run(call, client):
    file = call(client.files.create, named(PICTURE, "red.ppm"), metadata={"from": "a test"})
    model = version_of("andreasjansson/blip-2")
    by_url = call(client.run, model, {"image": file.urls["get"], "question": "colors?"})
    by_handle = call(client.run, model, {"image": named(PICTURE, "b.ppm"), "question": "colors?"})
    assert by_url == by_handle
    assert call(client.files.get, file.id).metadata == {"from": "a test"}
    assert call(client.files.delete, file.id)
    return by_url


@conversation
def cancel(call, client):
    version = VERSIONS["kvfrans/clipdraw"]
    prediction = call(client.predictions.create, version=version, input={"prompt": "a llama"})
    assert prediction.status in {"starting", "processing"}
    call(prediction.cancel)
    call(prediction.reload)
    assert prediction.status == "canceled"
    return prediction.id


@conversation
def list_predictions(call, client):
    for prompt in ("a llama", "an alpaca", "a vicuna"):
        call(client.run, "black-forest-labs/flux-schnell", {"prompt": prompt})
    page = call(client.predictions.list)
    found = page.results
    while page.next and len(found) < 3:
        page = call(client.predictions.list, page.next)
        found = found + page.results
    prompts = [prediction.input["prompt"] for prediction in found]
    assert prompts[:3] == ["a vicuna", "an alpaca", "a llama"]
    return prompts


@conversation
def paginate(call, client):
    pages = call.list(replicate.paginate, call.twin(client.collections.list))
    slugs = [collection.slug for page in pages for collection in page]
    assert "text-to-image" in slugs
    return slugs


@conversation
def train(call, client):
    owner = call(client.accounts.current).username
    destination = call(
        client.models.create, owner=owner, name="recorded", visibility="private", hardware="cpu"
    )
    training = call(
        client.trainings.create,
        version=version_of("stability-ai/sdxl"),
        input={"input_images": "https://example.com/llamas.zip", "max_train_steps": 10},
        destination=destination.id,
    )
    assert training.status in {"starting", "processing"}
    assert call(client.trainings.get, training.id).id == training.id
    call(training.wait)
    assert training.status in {"succeeded", "failed"}
    if training.status == "succeeded":
        call(destination.versions.delete, training.output["version"].partition(":")[2])
    assert call(client.models.delete, destination.id)
    return training.id, training.status


@conversation
def errors(call, client):
    with pytest.raises(NotFoundError) as missing:
        call(client.models.get, "replicate/no-such-model")
    with pytest.raises(UnprocessableEntityError) as invalid:
        call(client.run, version_of("andreasjansson/blip-2"), {"question": "no picture?"})
    with pytest.raises(ModelError) as failed:
        image = named(b"not a picture", "notes.txt")
        call(client.run, version_of("andreasjansson/blip-2"), {"image": image})
    assert failed.value.prediction.status == "failed"
    assert failed.value.prediction.logs
    return [str(caught.value) for caught in (missing, invalid, failed)]
