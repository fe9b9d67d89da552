"""The README's programs: predictions in the background, webhooks, cancelling, listing."""

from __future__ import annotations

import json

import pytest

from tests.servers import Recorder


@pytest.fixture
def receiver():
    with Recorder() as receiver:
        yield receiver.always()


def test_background(tmp_path, capsys):
    import replicate

    model = replicate.models.get("kvfrans/clipdraw")
    version = model.versions.get("5797a99edc939ea0e9242d5e8c9cb3bc7d125b1eac21bda852e5cb79ede2cd9b")
    prediction = replicate.predictions.create(
        version=version, input={"prompt": "Watercolor painting of an underwater submarine"}
    )

    assert repr(prediction).startswith("Prediction(")
    assert prediction.status == "starting"
    assert dict(prediction)["status"] == "starting"

    prediction.reload()
    assert prediction.status == "processing"

    prediction.wait()
    assert prediction.status == "succeeded"
    print(prediction.logs)
    assert "iteration: 10, render:loss: -0.92236328125" in capsys.readouterr().out

    with open("output.png", "wb") as file:
        file.write(prediction.output.read())

    assert (tmp_path / "output.png").read_bytes().startswith(b"\x89PNG")
    assert isinstance(prediction.output, replicate.helpers.FileOutput)
    assert json.loads(json.dumps(prediction.output)) == prediction.output.url


def test_webhooks(receiver, place):
    import replicate

    model = replicate.models.get("ai-forever/kandinsky-2.2")
    version = model.versions.get("ea1addaab376f4dc227f5368bbd8eff901820fd1cc14ed8cad63b29249e9d463")
    prediction = replicate.predictions.create(
        version=version,
        input={"prompt": "Watercolor painting of an underwater submarine"},
        webhook=f"{receiver.url}/your-webhook",
        webhook_events_filter=["completed"],
    )

    # What the receiver does.
    place.settle()
    (request,) = receiver.requests
    secret = replicate.webhooks.default.secret()
    assert replicate.webhooks.validate(
        headers=dict(request.headers), body=request.body.decode(), secret=secret
    )
    assert request.target == "/your-webhook"
    assert request.json["id"] == prediction.id
    assert request.json["status"] == "succeeded"


def test_a_forged_webhook_is_refused(receiver, place):
    import replicate
    from replicate.webhook import InvalidSignatureError

    replicate.run(
        "acmecorp/acme-model", input={"prompt": "a horse"}, webhook=f"{receiver.url}/your-webhook"
    )
    place.settle()
    request = receiver.last

    with pytest.raises(InvalidSignatureError):
        replicate.webhooks.validate(
            headers=dict(request.headers),
            body=request.body.decode().replace("succeeded", "failed"),
            secret=replicate.webhooks.default.secret(),
        )


def test_cancel():
    import replicate

    model = replicate.models.get("kvfrans/clipdraw")
    version = model.versions.get("5797a99edc939ea0e9242d5e8c9cb3bc7d125b1eac21bda852e5cb79ede2cd9b")
    prediction = replicate.predictions.create(
        version=version, input={"prompt": "Watercolor painting of an underwater submarine"}
    )
    assert prediction.status == "starting"

    prediction.cancel()

    prediction.reload()
    assert prediction.status == "canceled"


def test_listing_predictions():
    import replicate

    for count in range(3):
        replicate.run("acmecorp/acme-model", input={"prompt": f"{count} horses"})

    page1 = replicate.predictions.list()
    assert [p.input["prompt"] for p in page1] == ["2 horses", "1 horses"]

    if page1.next:
        page2 = replicate.predictions.list(page1.next)
    assert [p.input["prompt"] for p in page2.results] == ["0 horses"]
    assert page2.next is None
