"""Stand-ins for well-known models: those that the README and the documentation name.

They have the names and the most used inputs of the real ones, and do small honest work: the
painters draw a landscape that depends on the prompt, `real-esrgan` enlarges a PNG, `llama` tells
a story, `whisper` says how long a recording is, the trainer counts its pictures. All pictures
are PNGs, whatever their names end with.
"""

from __future__ import annotations

import wave
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Dict, Iterator, List, Literal, Optional

from . import png
from .demo import painter, storyteller
from .files import File
from .inputs import Input
from .worker import current_prediction

if TYPE_CHECKING:
    from .sandbox import Sandbox

SIZE = 64
"""How wide a square picture is, in pixels."""

#: The ids of versions that the documentation names.
VERSIONS = {
    "pixray/text2image": "5c347a4bfa1d4523a58ae614c2194e15f2ae682b57e3797a5bb468920aa70ebf",
    "stability-ai/sdxl": "39ed52f2a78e934b3ba6e2a89f5b1c712de7dfea535525255b1aa35c5565e08b",
}

Ratio = Literal["1:1", "16:9", "21:9", "3:2", "2:3", "4:5", "5:4", "3:4", "4:3", "9:16", "9:21"]


def flux(
    prompt: str = Input(description="What to paint"),
    aspect_ratio: Ratio = Input(default="1:1", description="Width to height"),
    num_outputs: int = Input(default=1, ge=1, le=4, description="How many pictures"),
    num_inference_steps: int = Input(default=4, ge=1, le=4, description="How many steps"),
    seed: Optional[int] = Input(default=None, description="The same seed, the same picture"),
    output_format: Literal["webp", "jpg", "png"] = Input(default="webp"),
    output_quality: int = Input(default=80, ge=0, le=100),
    go_fast: bool = True,
    megapixels: Literal["1", "0.25"] = "1",
    disable_safety_checker: bool = False,
) -> List[File]:
    """Paint quickly: a stand-in, whose pictures are small PNGs."""
    print(f"Using seed: {seed}")
    width, height = (int(part) for part in aspect_ratio.split(":"))
    scale = SIZE / max(width, height)
    return [
        File(
            painter(f"{prompt} {seed} {n}", round(width * scale), round(height * scale)).data,
            f"out-{n}.{output_format}",
        )
        for n in range(num_outputs)
    ]


def sdxl(
    prompt: str = Input(default="An astronaut riding a rainbow unicorn"),
    negative_prompt: str = "",
    image: Optional[Path] = Input(default=None, description="A picture to begin with"),
    width: int = Input(default=1024, ge=64),
    height: int = Input(default=1024, ge=64),
    num_outputs: int = Input(default=1, ge=1, le=4),
    num_inference_steps: int = Input(default=50, ge=1, le=500),
    seed: Optional[int] = None,
) -> List[File]:
    """Paint: a stand-in, whose pictures are small PNGs."""
    scale = SIZE / max(width, height)
    size = max(16, round(width * scale)), max(16, round(height * scale))
    start = image.name if image is not None else ""
    return [
        File(painter(f"{prompt} {seed} {start} {n}", *size).data, f"out-{n}.png")
        for n in range(num_outputs)
    ]


def pixray(prompts: str = Input(default="sunset over a harbor")) -> Iterator[File]:
    """Paint in front of one's eyes: a stand-in."""
    for step in range(1, 4):
        current_prediction().progress(step, 3)
        yield File(painter(f"{prompts} {step}", SIZE, SIZE).data, f"step-{step}.png")


def llama(
    prompt: str = Input(description="What to answer"),
    system_prompt: str = "",
    max_tokens: int = Input(default=512, ge=1, description="The most words to write"),
    temperature: float = Input(default=0.6, ge=0, le=5),
    top_p: float = Input(default=0.9, ge=0, le=1),
) -> Iterator[str]:
    """Answer, piece by piece: a stand-in, which tells a tale."""
    print("Thinking about", prompt)
    for number, word in enumerate(storyteller(prompt, 4, 0.0)):
        if number == max_tokens:
            return
        yield word


def upscale(
    image: Path = Input(description="The picture, a PNG here"),
    scale: float = Input(default=4, ge=0, le=10, description="How many times as large"),
    face_enhance: bool = False,
) -> File:
    """Make a picture larger: a stand-in, which adds no detail."""
    picture = png.read(image.read_bytes())
    width, height = (max(1, round(side * scale)) for side in picture.size)
    print(f"{image.name} becomes {width} x {height} pixels")
    return File(png.write(png.enlarge(picture, width, height)), "output.png")


def whisper(
    audio: Path = Input(description="The recording, a WAV here"),
    language: str = "auto",
    translate: bool = False,
) -> Dict[str, Any]:
    """Listen: a stand-in, which only hears for how long."""
    try:
        with wave.open(str(audio)) as recording:
            seconds = recording.getnframes() / recording.getframerate()
    except (wave.Error, EOFError):
        raise ValueError(f"{audio.name} is not a recording") from None
    text = f"{seconds:g} seconds of something that a stand-in can't understand"
    segment = {"id": 0, "start": 0.0, "end": seconds, "text": text}
    return {"transcription": text, "detected_language": "english", "segments": [segment]}


def train(
    input_images: Path = Input(description="A zip file with pictures"),
    trigger_word: str = "TOK",
    steps: int = Input(default=1000, ge=3, le=6000),
) -> File:
    """Learn from pictures: a stand-in, which counts them."""
    with zipfile.ZipFile(input_images) as archive:
        print(f"{len(archive.namelist())} pictures of {trigger_word}")
    return File(b"weights", "trained_model.tar")


def install(sandbox: Sandbox) -> None:
    """Add the stand-ins and their collection to a sandbox."""
    sandbox.model("black-forest-labs/flux-schnell", official=True)(flux)
    sandbox.model("meta/meta-llama-3-70b-instruct", official=True)(llama)
    sandbox.model("stability-ai/sdxl")(sdxl)
    sandbox.model("pixray/text2image")(pixray)
    sandbox.model("nightmareai/real-esrgan")(upscale)
    sandbox.model("openai/whisper")(whisper)
    sandbox.model("ostris/flux-dev-lora-trainer")(sdxl)
    sandbox.trainer("ostris/flux-dev-lora-trainer")(train)
    for name, version in VERSIONS.items():
        latest = sandbox.models[name].latest_version
        assert latest is not None
        latest.id = version
    sandbox.collection(
        "text-to-image",
        name="Text to image",
        description="Models that make pictures of words.",
        models=["black-forest-labs/flux-schnell", "stability-ai/sdxl"],
    )
