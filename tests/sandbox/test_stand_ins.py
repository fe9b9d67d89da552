"""The stand-ins for well-known models, and the pictures that they read and write."""

from __future__ import annotations

import io

import pytest
from PIL import Image

import replicate
from replicate.sandbox import Sandbox, png, stand_ins


@pytest.fixture(scope="module")
def client():
    with Sandbox() as sandbox, sandbox.client() as client:
        yield client


def pixels(data):
    return Image.open(io.BytesIO(data))


def test_flux_paints_in_the_ratio_that_was_asked_for(client):
    flux = "black-forest-labs/flux-schnell"
    tall, other = client.run(flux, {"prompt": "a fjord", "aspect_ratio": "9:16", "num_outputs": 2})
    picture = pixels(tall.read())
    assert (picture.format, picture.size) == ("PNG", (36, 64))
    assert tall.name == "out-0.webp"
    assert other.read() != tall.read()
    (again,) = client.run(flux, {"prompt": "a fjord", "aspect_ratio": "9:16"})
    assert again.read() == tall.read()
    with pytest.raises(replicate.exceptions.ReplicateError, match="num_inference_steps"):
        client.run(flux, {"prompt": "a fjord", "num_inference_steps": 50})


def test_sdxl_and_pixray(client):
    version = stand_ins.VERSIONS["stability-ai/sdxl"]
    (wide,) = client.run(f"stability-ai/sdxl:{version}", {"prompt": "x", "width": 2048})
    assert pixels(wide.read()).size == (64, 32)
    steps = list(client.run(f"pixray/text2image:{stand_ins.VERSIONS['pixray/text2image']}", {}))
    assert len({step.read() for step in steps}) == 3


def test_llama_writes_no_more_than_it_may(client):
    llama = "meta/meta-llama-3-70b-instruct"
    assert len(client.run(llama, {"prompt": "Tides", "max_tokens": 5})) == 5
    assert "Tides" in "".join(client.run(llama, {"prompt": "Tides"}))


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_the_upscaler_enlarges(client, mode):
    source = Image.effect_mandelbrot((40, 30), (-2, -1.5, 1, 1.5), 20).convert(mode)
    file = io.BytesIO()
    source.save(file, "PNG")
    file.seek(0)
    output = client.run("nightmareai/real-esrgan", {"image": file, "scale": 2.5})
    large = pixels(output.read())
    assert (large.size, large.mode) == ((100, 75), mode)
    assert large.resize((40, 30), Image.Resampling.NEAREST).getextrema() == source.getextrema()
    assert large.getpixel((99, 74)) == source.getpixel((39, 29))


@pytest.mark.parametrize("data", [b"", b"text", png.MAGIC, png.MAGIC + b"\0" * 40])
def test_the_upscaler_says_what_it_can_not_read(client, data):
    with pytest.raises(replicate.exceptions.ModelError, match="PNG"):
        client.run("nightmareai/real-esrgan", {"image": data})


@pytest.mark.parametrize("kind", ["P", "1", "I;16"])
def test_rare_kinds_of_png_are_refused(kind):
    file = io.BytesIO()
    Image.new(kind, (4, 4)).save(file, "PNG")
    with pytest.raises(ValueError, match="8 bits"):
        png.read(file.getvalue())


def test_every_filter_of_png():
    image = Image.effect_noise((17, 13), 80).convert("RGB")
    rows = [image.tobytes()[y * 51 : y * 51 + 51] for y in range(13)]
    assert png.read(png.write(png.Picture(rows, 3))).rows == rows
    for level in (0, 9):
        file = io.BytesIO()
        image.save(file, "PNG", compress_level=level, optimize=level == 9)
        assert b"".join(png.read(file.getvalue()).rows) == image.tobytes()


def test_whisper_hears_for_how_long(client, tmp_path):
    from tests import docs_models

    docs_models.lay_out(tmp_path)
    heard = client.run("openai/whisper", {"audio": tmp_path / "speech.wav"})
    assert heard["transcription"].startswith("1 seconds")
    assert heard["segments"][0]["end"] == 1.0
    with pytest.raises(replicate.exceptions.ModelError, match="not a recording"):
        client.run("openai/whisper", {"audio": tmp_path / "portrait.png"})
