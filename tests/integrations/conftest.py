"""What other people's code finds: a sandbox with the models that they name, by the environment."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Iterator, List

import pytest

import replicate
from replicate.sandbox import Input, Sandbox

LLAMA = "meta/meta-llama-3-8b-instruct"
VICUNA = "replicate/vicuna-13b"
LLAVA = "yorickvp/llava-13b"
FLUX = "black-forest-labs/flux-schnell"

#: Versions that the integrations, or their documentation, have by heart.
VERSIONS = {
    VICUNA: "6282abe6a492de4145d7bb601023762212f9ddbbe78278bd6771c8b3b2f2a13b",
    LLAVA: "e272157381e2a3bf12df3a8edd1f38d1dbd736bbb7437277c8b34175f8fce358",
}
VICUNA_VERSION = f"{VICUNA}:{VERSIONS[VICUNA]}"
LLAVA_VERSION = f"{LLAVA}:{VERSIONS[LLAVA]}"


def llama(
    prompt: str,
    temperature: float = Input(default=0.6, ge=0, le=5),
    max_length: int = Input(default=512, ge=1),
) -> Iterator[str]:
    """Answer, word by word."""
    yield from answer(prompt).splitlines(keepends=True)


def grumbler(prompt: str) -> str:
    """Refuse to answer."""
    raise ValueError(f"no word about {prompt}")


def llava(image: Path, prompt: str, temperature: float = 0.2) -> Iterator[str]:
    """Answer a question about a picture, in this case with its digest."""
    yield f"{prompt} "
    yield hashlib.sha256(image.read_bytes()).hexdigest()


def flux(prompt: str, seed: int = 0) -> List[str]:
    """Put out files that are at an https address, which a sandbox's own are not."""
    return [f"https://replicate.delivery/{seed}/out-{number}.webp" for number in range(2)]


def answer(prompt: str) -> str:
    """Return what the models for text say to a prompt: a few lines, each a piece of a stream."""
    return f"Once upon\na time\nthere was\n{prompt},\nand that\nis all."


@pytest.fixture(autouse=True)
def place(monkeypatch, tmp_path):
    """A sandbox that the environment names; the working directory is a new one."""
    sandbox = Sandbox(demo_models=False)
    sandbox.model(LLAMA, official=True)(llama)
    sandbox.model("sandbox/grumbler", official=True)(grumbler)
    sandbox.model(FLUX, official=True)(flux)
    sandbox.model("community/flux")(flux)
    sandbox.model(VICUNA)(llama)
    sandbox.model(LLAVA)(llava)
    for name, version in VERSIONS.items():
        sandbox.models[name].latest_version.id = version
    monkeypatch.chdir(tmp_path)
    with sandbox:
        monkeypatch.setenv("REPLICATE_BASE_URL", sandbox.url)
        monkeypatch.setenv("REPLICATE_API_TOKEN", sandbox.token)
        yield sandbox
    replicate.default_client.close()
