"""The README's programs: models, collections, hardware, training, clients of one's own."""

from __future__ import annotations

import os


def test_listing_models_automatically(place):
    import replicate

    models = []
    for page in replicate.paginate(replicate.models.list):
        models.extend(page.results)
        if len(models) > 100:
            break

    assert len({model.id for model in models}) == len(models) == len(place.models)


def test_listing_models_with_the_cursor(place):
    import replicate

    models = []
    page = replicate.models.list()
    while page:
        models.extend(page.results)
        if len(models) > 100:
            break
        page = replicate.models.list(page.next) if page.next else None

    assert len({model.id for model in models}) == len(models) == len(place.models)


def test_searching_models():
    import replicate

    page = replicate.models.search("flux")

    assert "black-forest-labs/flux-schnell" in [model.id for model in page.results]


def test_collections():
    import replicate

    collections = [
        collection for page in replicate.paginate(replicate.collections.list) for collection in page
    ]

    assert [collection.slug for collection in collections] == ["vision-models", "text-to-image"]
    assert collections[0].description == "Models that look at pictures."
    models = replicate.collections.get("text-to-image").models
    assert [model.id for model in models] == ["stability-ai/sdxl", "black-forest-labs/flux-schnell"]


def test_creating_a_model_on_hardware():
    import replicate

    skus = [hw.sku for hw in replicate.hardware.list()]
    model = replicate.models.create(
        owner="your-username", name="my-model", visibility="public", hardware=skus[0]
    )

    assert "cpu" in skus
    assert model.id == "your-username/my-model"
    assert replicate.models.get("your-username/my-model") == model


def test_training(place):
    import replicate

    replicate.models.create(
        owner="your-username", name="model-name", visibility="private", hardware="cpu"
    )
    training = replicate.trainings.create(
        model="stability-ai/sdxl",
        version="39ed52f2a78e934b3ba6e2a89f5b1c712de7dfea535525255b1aa35c5565e08b",
        input={
            "input_images": "https://my-domain/training-images.zip",
            "token_string": "TOK",
            "caption_prefix": "a photo of TOK",
            "max_train_steps": 1000,
            "use_face_detection_instead": False,
        },
        # You need to create a model on Replicate that will be the destination
        # for the trained version.
        destination="your-username/model-name",
    )

    assert training.status == "starting"
    training.wait()
    assert training.status == "succeeded"
    assert "learned TOK in 1000 steps" in training.logs
    output = replicate.run(training.output["version"], input={"prompt": "a photo of TOK"})
    assert output[0].read().startswith(b"\x89PNG")


def test_a_client_of_ones_own(monkeypatch, place):
    monkeypatch.delenv("REPLICATE_API_TOKEN")
    monkeypatch.setenv("SOME_OTHER_REPLICATE_API_TOKEN", place.token)

    from replicate.client import Client

    replicate = Client(
        api_token=os.environ["SOME_OTHER_REPLICATE_API_TOKEN"],
        headers={"User-Agent": "my-app/1.0"},
    )

    output = replicate.run("acmecorp/acme-model", input={"prompt": "a horse"})

    assert output.read().startswith(b"\x89PNG")
    assert {request.headers["user-agent"] for request in place.requests} == {"my-app/1.0"}
    replicate.close()
