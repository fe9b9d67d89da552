"""Provider `genblaze-replicate`: submits, polls and fetches, with a client of its own."""

from __future__ import annotations

import pytest

pytest.importorskip("genblaze_replicate", reason="runs in `make test-integrations`")

from genblaze_core.exceptions import ProviderError
from genblaze_core.models.step import Step
from genblaze_core.providers import ValidationOutcome
from genblaze_replicate import ReplicateProvider

from tests.integrations.conftest import FLUX


@pytest.fixture
def provider(place):
    return ReplicateProvider(api_token=place.token, poll_interval=0.01)


@pytest.mark.parametrize("model", [FLUX, "community/flux"], ids=["official", "community"])
def test_a_step(model, provider, place):
    step = provider.invoke(Step(provider="replicate", model=model, prompt="a llama", seed=7))

    assert [asset.url for asset in step.assets] == [
        f"https://replicate.delivery/7/out-{number}.webp" for number in range(2)
    ]
    assert [asset.media_type for asset in step.assets] == ["image/webp"] * 2
    (run,) = place.created
    payload = step.provider_payload["replicate"]
    assert payload["prediction_id"] == run.id
    assert payload["model"] == model
    assert payload["status"] == "succeeded"
    assert step.model_dump_json()


async def test_a_step_asynchronously(provider):
    step = await provider.ainvoke(Step(provider="replicate", model=FLUX, prompt="a llama"))

    assert len(step.assets) == 2


def test_validation(provider):
    assert provider.validate_model(FLUX).outcome is ValidationOutcome.OK_AUTHORITATIVE
    assert FLUX in provider.discover_models().slugs


def test_a_failure(provider):
    step = Step(provider="replicate", model="sandbox/grumbler", prompt="llamas")
    prediction = provider.submit(step)
    while not provider.poll(prediction):
        pass

    with pytest.raises(ProviderError, match="no word about llamas"):
        provider.fetch_output(prediction, step)


def test_the_advice_of_a_refusal_comes_through(place, provider):
    place.fault("predictions.create", status=429, headers={"retry-after": "7"}, times=None)
    provider._get_client().max_retries = 0

    with pytest.raises(ProviderError) as caught:
        provider.submit(Step(provider="replicate", model=FLUX, prompt="a llama"))
    assert caught.value.retry_after == 7
