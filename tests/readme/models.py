"""The models that the official client's README names, on a sandbox, under their public versions."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Iterator, List

from replicate.sandbox import File, Input, Sandbox, current_prediction
from replicate.sandbox.demo import painter, storyteller

#: The ids that a sandbox gives are hashes of its functions.
VERSIONS = {
    "afiaka87/laionide-v4": "b21cbe271e65c1718f2999b038c18b45e21e4fba961181fbfae9342fc53b9e05",
    "ai-forever/kandinsky-2.2": "ea1addaab376f4dc227f5368bbd8eff901820fd1cc14ed8cad63b29249e9d463",
    "andreasjansson/blip-2": "f677695e5e89f8b236e52ecd1d3f01beb44c34606419bcc19345e046d8f786f9",
    "jingyunliang/swinir": "660d922d33153019e8c263a3bba265de882e7f4f70396546b6c9c8f9d47a021a",
    "kvfrans/clipdraw": "5797a99edc939ea0e9242d5e8c9cb3bc7d125b1eac21bda852e5cb79ede2cd9b",
    "pixray/text2image": "5c347a4bfa1d4523a58ae614c2194e15f2ae682b57e3797a5bb468920aa70ebf",
    "stability-ai/sdxl": "39ed52f2a78e934b3ba6e2a89f5b1c712de7dfea535525255b1aa35c5565e08b",
    "stability-ai/stable-diffusion": (
        "27b93a2413e7f36cd83da926f3656280b2931564ff050bf9575f1fdf9bcd7478"
    ),
}


def make_sandbox(**options) -> Sandbox:
    """Return a sandbox, not yet started, with the README's models."""
    sandbox = Sandbox(demo_models=False, username="your-username", **options)
    sandbox.model("black-forest-labs/flux-schnell", official=True)(flux)
    sandbox.model("stability-ai/stable-diffusion-3", official=True)(stable_diffusion_3)
    sandbox.model("meta/meta-llama-3-70b-instruct", official=True)(llama)
    sandbox.model("acmecorp/acme-model", official=True)(picture)
    sandbox.model("stability-ai/sdxl")(pictures)
    sandbox.trainer("stability-ai/sdxl")(train)
    sandbox.model("stability-ai/stable-diffusion")(pictures)
    sandbox.model("andreasjansson/blip-2")(blip)
    sandbox.model("kvfrans/clipdraw")(clipdraw(sandbox))
    sandbox.model("ai-forever/kandinsky-2.2")(picture)
    sandbox.model("afiaka87/laionide-v4")(picture)
    sandbox.model("jingyunliang/swinir")(upscale)
    sandbox.model("pixray/text2image")(pixray)
    for name, version in VERSIONS.items():
        sandbox.models[name].latest_version.id = version
    sandbox.collection(
        "vision-models",
        name="Vision models",
        description="Models that look at pictures.",
        models=["andreasjansson/blip-2"],
    )
    sandbox.collection(
        "text-to-image",
        name="Text to image",
        description="Models that paint.",
        models=["stability-ai/sdxl", "black-forest-labs/flux-schnell"],
    )
    return sandbox


def picture(prompt: str) -> File:
    """Paint one picture."""
    return painter(prompt, 32, 32)


def pictures(prompt: str, num_outputs: int = Input(default=1, ge=1, le=4)) -> List[File]:
    """Paint pictures."""
    return [
        File(picture(f"{prompt} {number}").data, f"out-{number}.png")
        for number in range(num_outputs)
    ]


def flux(prompt: str, num_outputs: int = Input(default=1, ge=1, le=4)) -> List[File]:
    """Paint pictures, quickly."""
    return [File(each.data, each.name) for each in pictures(prompt, num_outputs)]


def stable_diffusion_3(prompt: str) -> List[File]:
    """Paint anything but unicorns."""
    if "unicorn" in prompt:
        print("no unicorns (some known issue)")
        raise RuntimeError("cannot paint this")
    return pictures(prompt, 1)


def llama(prompt: str) -> Iterator[str]:
    """Answer, word by word."""
    yield from storyteller(prompt, 2, 0.0)


def blip(image: Path, question: str = "what is this?") -> str:
    """Tell what a picture is, in this case by its digest."""
    content = image.read_bytes()
    if content == b"not a picture":
        raise ValueError(f"cannot identify image file {image.name}")
    return f"{question} {hashlib.sha256(content).hexdigest()}"


def clipdraw(sandbox: Sandbox):
    """Make a model that paints until somebody has looked at it."""

    def clipdraw(prompt: str) -> File:
        current = current_prediction()
        print("iteration: 0, render:loss: -0.6171875")
        looked = ("GET", f"/v1/predictions/{current.id}", 200)
        while not any((r.method, r.path, r.status) == looked for r in sandbox.requests):
            current.sleep(0.005)
        print("iteration: 10, render:loss: -0.92236328125")
        return picture(prompt)

    return clipdraw


def upscale(image: Path) -> File:
    """Make a picture larger, in this case only by its name."""
    return File(image.read_bytes(), "larger.png")


def pixray(prompts: str) -> Iterator[File]:
    """Paint in front of one's eyes."""
    for step in range(3):
        yield File(picture(f"{prompts} {step}").data, f"step-{step}.png")


def train(
    input_images: str,
    token_string: str = "TOK",
    caption_prefix: str = "",
    max_train_steps: int = 1000,
    use_face_detection_instead: bool = False,
) -> File:
    """Learn a style, in this case nothing."""
    print(f"learned {token_string} in {max_train_steps} steps from {input_images}")
    return File(b"weights", "trained_model.tar")
