"""What Replicate's `cog-safe-push` calls: it compares a model's test version with the present one.

It is in no package index. With `COG_SAFE_PUSH=CHECKOUT`, its own unit tests run as well.
"""

from __future__ import annotations

import asyncio
import copy
import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Optional
from unittest.mock import patch

import pytest

import replicate
from replicate.exceptions import ReplicateError
from replicate.model import Model
from replicate.run import _has_output_iterator_array_type
from replicate.sandbox import File
from tests.integrations.conftest import FLUX, LLAMA, VICUNA

ENDED = ["succeeded", "failed", "canceled"]


def painting(prompt: str = "hills") -> File:
    """Put out a file."""
    return File(prompt.encode(), "out.txt")


def trainer(prompt: str = "hills", weights: Optional[Path] = None) -> str:
    """Return what came, and what it was trained with."""
    return prompt + (weights.read_text() if weights else "")


def train(data: str) -> File:
    """Make weights."""
    return File(data.encode(), "weights.txt")


def get_model(name) -> Optional[Model]:
    """Return a model, None if there is none."""
    try:
        return replicate.models.get(name)
    except ReplicateError as error:
        if error.status == 404:
            return None
        raise


async def predict(model: replicate.model.Model, inputs):
    """Run the latest version, or an official model, and poll in an event loop."""
    try:
        version = model.versions.list()[0]
    except ReplicateError as error:
        assert error.status == 404
        version = model.latest_version
    try:
        prediction = replicate.predictions.create(version=version.id, input=inputs)
    except ReplicateError as error:
        assert error.status == 404
        prediction = replicate.predictions.create(model=model, input=inputs)
    while prediction.status not in ENDED:
        await asyncio.sleep(0.01)
        prediction.reload()
    if prediction.status == "failed":
        return None, prediction.error
    output = prediction.output
    if _has_output_iterator_array_type(version):
        output = "".join(output)
    return output, None


@pytest.fixture
def there(place):
    """The sandbox, with a model that has a file as its output, and one to train."""
    place.model("sandbox/painting")(painting)
    place.model("sandbox/trainer")(trainer)
    place.trainer("sandbox/trainer")(train)
    return place


@pytest.mark.parametrize("name", [VICUNA, LLAMA], ids=["versions", "official"])
def test_running(name, there):
    output, error = asyncio.run(predict(get_model(name), {"prompt": "a llama"}))
    assert (type(output), error) == (str, None)
    assert "a llama" in output


def test_a_version_that_only_the_model_may_run(there):
    there.fault("predictions.create", status=404)
    output, _ = asyncio.run(predict(get_model(FLUX), {"prompt": "a llama", "seed": 3}))
    assert output == [f"https://replicate.delivery/3/out-{number}.webp" for number in range(2)]
    assert all(isinstance(url, str) for url in output)


def test_a_failure(there):
    output, error = asyncio.run(predict(get_model("sandbox/grumbler"), {"prompt": "llamas"}))
    assert (output, error) == (None, "no word about llamas")


def test_outputs_are_compared(there):
    """By type first; what begins like a URL is downloaded."""
    model = get_model("sandbox/painting")
    one, _ = asyncio.run(predict(model, {"prompt": "a fjord"}))
    other, _ = asyncio.run(predict(model, {"prompt": "a fjord"}))
    assert type(one) is type(other)
    assert isinstance(one, str)
    assert one.startswith(("http://", "https://"))
    assert Path(one).suffix == ".txt"
    assert json.loads(json.dumps([one])) == [one]
    for url in (one, other):
        with urllib.request.urlopen(url) as answer:
            assert answer.read() == b"a fjord"


def test_schemas(there):
    model = get_model("sandbox/painting")
    schema = copy.deepcopy(model.versions.list()[0].openapi_schema)
    schemas = schema["components"]["schemas"]
    assert isinstance(schema, dict)
    assert set(schemas["Input"]["properties"]) == {"prompt"}
    del schemas["Input"]
    assert "Input" in model.versions.list()[0].openapi_schema["components"]["schemas"]
    with pytest.raises(ReplicateError) as caught:
        get_model(LLAMA).versions.list()
    assert caught.value.status == 404
    assert get_model(LLAMA).latest_version.openapi_schema["components"]["schemas"]["Input"]


def test_a_model_is_made_where_there_is_none(there):
    owner = replicate.default_client.accounts.current().username
    assert get_model(f"{owner}/new") is None
    made = replicate.models.create(owner=owner, name="new", visibility="private", hardware="cpu")
    assert (made.owner, made.name) == (owner, "new")
    assert not made.versions.list(), "the model has no versions"
    there.model(f"{owner}/new")(painting)
    made.reload()
    assert made.versions.list()
    assert made.versions.list()[0].id.strip() == made.latest_version.id


def test_a_training(there):
    model = get_model("sandbox/trainer")
    owner = replicate.default_client.accounts.current().username
    replicate.models.create(owner=owner, name="trained", visibility="private", hardware="cpu")
    training = replicate.trainings.create(
        version=f"{model.owner}/{model.name}:{model.versions.list()[0].id}",
        input={"data": "https://example.com/data.zip"},
        destination=f"{owner}/trained",
    )
    while training.status not in ENDED:
        training.reload()
    assert (training.status, training.error) == ("succeeded", None)


def test_a_deployment(there):
    version = get_model("sandbox/painting").versions.list()[0].id
    owner = replicate.default_client.accounts.current().username
    with pytest.raises(ReplicateError) as caught:
        replicate.deployments.get(f"{owner}/painting")
    assert caught.value.status == 404
    replicate.deployments.create(
        name="painting",
        model="sandbox/painting",
        version=version,
        hardware="cpu",
        min_instances=1,
        max_instances=20,
    )
    found = replicate.deployments.get(f"{owner}/painting")
    now = found.current_release.configuration
    assert (now.hardware, now.min_instances, now.max_instances) == ("cpu", 1, 20)
    assert found.current_release.version == version
    changed = replicate.deployments.update(
        deployment_owner=found.owner, deployment_name=found.name, version=version
    )
    assert changed.current_release.number >= found.current_release.number


def test_the_ways_to_replace_it_in_tests():
    with patch("replicate.deployments") as deployments:
        deployments.get.side_effect = Exception("not found")
        with pytest.raises(Exception, match="not found"):
            replicate.deployments.get("a/b")
        replicate.deployments.create(name="b")
        deployments.create.assert_called_once_with(name="b")
    assert type(replicate.deployments).__name__ == "Deployments"


@pytest.mark.skipif("COG_SAFE_PUSH" not in os.environ, reason="COG_SAFE_PUSH names no checkout")
def test_its_own_unit_tests():
    checkout = Path(os.environ["COG_SAFE_PUSH"])
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-o", "asyncio_mode=auto", "test"],
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": str(checkout)},
        check=True,
    )
