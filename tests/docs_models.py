"""What the pages of the documentation expect to find: their models, files and settings."""

from __future__ import annotations

import io
import wave
import zipfile
from pathlib import Path

from replicate.sandbox import Sandbox
from replicate.sandbox.demo import painter
from replicate.sandbox.stand_ins import llama

USERNAME = "your-username"
TOKEN = "r8_the_sandbox_of_the_documentation"


def sandbox() -> Sandbox:
    """Return a sandbox, not yet started, that has the account and the models of the pages."""
    sandbox = Sandbox(token=TOKEN, username=USERNAME)
    sandbox.model(f"{USERNAME}/story-model")(llama)
    return sandbox


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
