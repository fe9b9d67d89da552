"""What the pages of the documentation expect to find: their models, files and settings."""

from __future__ import annotations

import io
import wave
import zipfile
from pathlib import Path
from typing import Any, Dict, Iterator, List, Literal, Optional

from replicate.sandbox import File, Input, Sandbox, current_prediction
from replicate.sandbox.demo import painter, storyteller

USERNAME = "your-username"
TOKEN = "r8_the_sandbox_of_the_documentation"

#: The public versions that the pages name. The ids of a sandbox are hashes of its functions.
VERSIONS = {
    "pixray/text2image": "5c347a4bfa1d4523a58ae614c2194e15f2ae682b57e3797a5bb468920aa70ebf",
    "stability-ai/sdxl": "39ed52f2a78e934b3ba6e2a89f5b1c712de7dfea535525255b1aa35c5565e08b",
}


def sandbox() -> Sandbox:
    """Return a sandbox, not yet started, that has the models of the pages."""
    sandbox = Sandbox(token=TOKEN, username=USERNAME)
    sandbox.model("black-forest-labs/flux-schnell", official=True)(flux)
    sandbox.model("meta/meta-llama-3-70b-instruct", official=True)(llama)
    sandbox.model("stability-ai/sdxl")(sdxl)
    sandbox.model("pixray/text2image")(pixray)
    sandbox.model("nightmareai/real-esrgan")(upscale)
    sandbox.model("openai/whisper")(whisper)
    sandbox.model("ostris/flux-dev-lora-trainer")(sdxl)
    sandbox.trainer("ostris/flux-dev-lora-trainer")(train)
    sandbox.model(f"{USERNAME}/story-model")(llama)
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
    return sandbox


def flux(
    prompt: str,
    num_outputs: int = Input(default=1, ge=1, le=4),
    aspect_ratio: Literal["1:1", "16:9", "3:2"] = "1:1",
    output_format: Literal["webp", "jpg", "png"] = "webp",
    seed: Optional[int] = None,
) -> List[File]:
    """Paint quickly."""
    pictures = [painter(f"{prompt} {seed} {number}", 64, 64) for number in range(num_outputs)]
    return [
        File(picture.data, f"out-{number}.{output_format}")
        for number, picture in enumerate(pictures)
    ]


def sdxl(prompt: str = "", num_outputs: int = Input(default=1, ge=1, le=4)) -> List[File]:
    """Paint."""
    return flux(prompt, num_outputs, output_format="png")


def pixray(prompts: str) -> Iterator[File]:
    """Paint in front of one's eyes."""
    for step in range(1, 4):
        current_prediction().progress(step, 3)
        yield File(painter(f"{prompts} {step}", 64, 64).data, f"step-{step}.png")


def llama(
    prompt: str, max_tokens: int = Input(default=512, ge=1), temperature: float = 0.6
) -> Iterator[str]:
    """Answer, word by word."""
    print("Thinking about", prompt)
    yield from storyteller(prompt, 4, 0.0)


def upscale(image: Path, scale: float = Input(default=4, ge=0, le=10)) -> File:
    """Make a picture larger, in this case only in words."""
    print(f"{image.name} becomes {scale:g} times as large")
    return File(image.read_bytes(), "output.png")


def whisper(audio: Path) -> Dict[str, Any]:
    """Listen, in this case for how long."""
    try:
        with wave.open(str(audio)) as recording:
            seconds = recording.getnframes() / recording.getframerate()
    except wave.Error:
        raise ValueError(f"{audio.name} is not a recording") from None
    text = f"{seconds:g} seconds of silence"
    return {"transcription": text, "detected_language": "english", "segments": []}


def train(input_images: Path, trigger_word: str = "TOK", steps: int = 1000) -> File:
    """Learn from pictures."""
    with zipfile.ZipFile(input_images) as archive:
        print(f"{len(archive.namelist())} pictures")
    return File(b"weights", "trained_model.tar")


def lay_out(folder: Path) -> None:
    """Put the files there that the pages read."""
    picture = painter("a portrait", 64, 64).data
    (folder / "portrait.png").write_bytes(picture)
    with wave.open(str(folder / "speech.wav"), "wb") as recording:
        recording.setnchannels(1)
        recording.setsampwidth(2)
        recording.setframerate(8000)
        recording.writeframes(bytes(16000))
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as pictures:
        pictures.writestr("1.png", picture)
    (folder / "portraits.zip").write_bytes(archive.getvalue())
