"""The calls of the README, and each form that the documentation names of each parameter.

This file is checked, never run: what the words allow, the annotations allow too.
"""

# pyright: reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

import asyncio
import io
import os
from pathlib import Path, PurePosixPath
from typing import Any, Dict, List

import httpx

import replicate
from replicate.exceptions import ModelError, ReplicateError
from replicate.identifier import ModelVersionIdentifier
from replicate.webhook import WebhookValidationError

INPUT: Dict[str, Any] = {"prompt": "a llama on a bicycle", "output_format": "png"}


def running() -> None:
    output = replicate.run("black-forest-labs/flux-schnell", input=INPUT)
    output[0].save("llama.png")
    for number, picture in enumerate(output):
        picture.save(f"observatory-{number}.webp")
    replicate.run("owner/name", input=INPUT, wait=10)
    replicate.run("owner/name", input=INPUT, wait=False)
    replicate.run("owner/name", INPUT, wait=2.5, timeout=120)
    replicate.run("owner/name", INPUT, wait=None, timeout=None, use_file_output=False)
    model = replicate.models.get("stability-ai/sdxl")
    for ref in ("owner/name", "owner/name:version", "deployments/owner/name"):
        replicate.run(ref, INPUT)
    replicate.run(model, INPUT)
    replicate.run(("owner", "name"), INPUT)
    replicate.run(ModelVersionIdentifier("owner", "name"), INPUT)
    replicate.run(replicate.deployments.get("acme/app"), INPUT)
    if model.latest_version is not None:
        replicate.run(model.latest_version, INPUT)


def files() -> None:
    result = replicate.run("openai/whisper", input={"audio": Path("speech.wav")})
    print(result["transcription"])
    with open("portrait.png", "rb") as image:
        larger = replicate.run("nightmareai/real-esrgan", input={"image": image, "scale": 2})
        replicate.files.create(image, filename="portrait.png")
    replicate.run("o/n", input={"a": b"bytes", "b": io.BytesIO(), "c": [larger], "d": ("x",)})
    replicate.run("o/n", INPUT, file_encoding_strategy="base64")
    replicate.files.create("portrait.png")
    replicate.files.create(Path("portrait.png"), content_type="image/png", metadata={"a": 1})
    replicate.files.create(b"bytes", filename=None, content_type=None, metadata=None)
    replicate.files.create(PurePosixPath("portrait.png"))


async def many() -> None:
    async def paint(prompt: str) -> Path:
        output = await replicate.async_run("o/n", input={"prompt": prompt})
        path: Path = await output[0].async_save(f"{prompt}.webp")
        return path

    print(await asyncio.gather(paint("a lighthouse"), paint("a windmill")))


def streaming() -> None:
    for event in replicate.stream("o/n", input={"prompt": "Explain tides to a child."}):
        print(event, end="")
    prediction = replicate.predictions.create(model="o/n", input={"prompt": "Name three moons."})
    for event in prediction.stream():
        print(str(event), end="")


async def async_streaming() -> None:
    async for event in replicate.async_stream("o/n", input={"prompt": "x"}, timeout=60):
        print(event, end="")


def background() -> None:
    prediction = replicate.predictions.create(
        model="o/n",
        input=INPUT,
        webhook="https://example.com/replicate",
        webhook_events_filter=["completed"],
    )
    prediction.reload()
    print(prediction.status, prediction.logs, prediction.progress, prediction.metrics)
    prediction.wait()
    prediction.wait(timeout=60)
    prediction.output[0].save("submarine.webp")
    prediction.cancel()
    replicate.predictions.cancel(prediction.id)
    replicate.predictions.create("version", {"prompt": "x"}, wait=True)
    replicate.predictions.create(version="version", input={"prompt": "x"}, wait=30)
    replicate.predictions.create(deployment="acme/app", input={})
    replicate.predictions.create(deployment=("acme", "app"), input={})
    replicate.predictions.create(model=("o", "n"), input=None, webhook_events_filter=("start",))
    replicate.models.predictions.create("o/n", INPUT, file_encoding_strategy="base64")
    replicate.deployments.predictions.create("acme/app", INPUT)
    replicate.deployments.get("acme/app").predictions.create(INPUT)


def webhooks(headers: Dict[str, str], body: bytes, request: httpx.Request) -> Dict[str, str]:
    secret = os.environ["REPLICATE_WEBHOOK_SECRET"]
    try:
        run = replicate.webhooks.parse(headers=headers, body=body, secret=secret)
    except WebhookValidationError:
        raise
    replicate.webhooks.validate(request, secret=replicate.webhooks.default.secret())
    replicate.webhooks.validate(headers=headers, body=body.decode(), secret=[secret, secret])
    replicate.webhooks.validate(
        headers=list(headers.items()), body=body, secret=secret, tolerance=None
    )
    return {"id": run.id, "status": run.status}


def pipeline() -> None:
    painter = replicate.models.get("stability-ai/sdxl").latest_version
    assert painter is not None
    images = painter.predict(prompt="an armchair in the shape of an avocado")
    replicate.run(painter, input={"image": images[0]})


def lists() -> None:
    page = replicate.predictions.list()
    for prediction in page:
        print(prediction.id, prediction.status, prediction.created_at)
    if page.next:
        page = replicate.predictions.list(page.next)
    page = replicate.predictions.list(cursor=page.previous)
    print(sum(len(page) for page in replicate.paginate(replicate.predictions.list)))
    for models in replicate.paginate(replicate.models.list):
        print([model.id for model in models])
    for versions in replicate.paginate(replicate.models.get("o", "n").versions.list):
        print(versions[0].created_at.year)
    for model in replicate.models.search("paint"):
        print(model.id, model.run_count)
    for model in replicate.collections.get("text-to-image"):
        print(model.id)
    print([hardware.sku for hardware in replicate.hardware.list()])


def training() -> None:
    model = replicate.models.create(
        owner="your-username", name="our-mascot", visibility="private", hardware="gpu-t4"
    )
    with open("portraits.zip", "rb") as images:
        made = replicate.trainings.create(
            model="ostris/flux-dev-lora-trainer",
            version=replicate.models.get("ostris/flux-dev-lora-trainer").latest_version or "id",
            input={"input_images": images, "trigger_word": "MASCOT"},
            destination=model.id,
        )
    made.wait()
    print(made.status, made.output)
    replicate.trainings.create("o/n:v", {}, "me/mine")
    replicate.trainings.create("o/n:v", {}, destination=model, webhook="https://example.com")
    replicate.trainings.create("o/n", "v", {}, destination=("me", "mine"))
    replicate.trainings.create(version="o/n:v", input={}, destination="me/mine")


def clients(token: str) -> None:
    with replicate.Client(token, headers={"User-Agent": "my-app/1.0"}, timeout=30) as client:
        print(client.accounts.current().username)
        print(client.api.models.readme_get("o", "n"))
    replicate.Client()
    replicate.Client(None, base_url=None, timeout=None, headers=None)
    replicate.Client(api_token=lambda: os.environ.get("TOKEN"), base_url="https://proxy.example")
    replicate.Client(timeout=httpx.Timeout(10, read=60))
    replicate.Client(timeout=httpx.Timeout(None))
    replicate.Client(proxy="http://proxy.example:3128", verify="ca.pem", http2=True)
    replicate.Client(limits=httpx.Limits(max_connections=10), trust_env=False, max_retries=0)
    hooks: Dict[str, List[Any]] = {"request": [print]}
    replicate.Client(event_hooks=hooks, cookies={"a": "b"}, follow_redirects=True)
    replicate.Client(auth=("user", "password"), cert=("client.pem", "key.pem"))
    replicate.Client(transport=httpx.HTTPTransport(retries=1))
    client.poll_interval = 0.5
    client.api_token = "other"
    client.api_token = lambda: "other"


def errors() -> None:
    try:
        replicate.run("openai/whisper", input={"audio": Path("portrait.png")})
    except ModelError as error:
        print("failed:", error, error.prediction.id, error.details)
    except ReplicateError as error:
        print("no:", error.status_code, error.detail, error.invalid_fields, error.retry_after)


def made_by_hand(payload: Dict[str, Any]) -> None:
    prediction = replicate.prediction.Prediction(**payload)
    replicate.prediction.Prediction.from_dict(payload)
    prediction.dict(include={"id"}, exclude={"urls": {"get"}}, exclude_none=True)
    prediction.json(indent=2, exclude_unset=True, encoder=str)
    prediction.copy(update={"status": "failed"}, deep=True, exclude={"logs"})
    ModelError(prediction)
    ModelError("no luck")
