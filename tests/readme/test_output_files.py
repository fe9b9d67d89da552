"""The README's programs: loading output files. Frameworks are in `tests/integrations`."""

from __future__ import annotations

import asyncio

import pytest

from tests.readme.models import picture

STABLE_DIFFUSION = (
    "stability-ai/stable-diffusion:27b93a2413e7f36cd83da926f3656280b2931564ff050bf9575f1fdf9bcd7478"
)
PROMPT = "wavy colorful abstract patterns, oceans"
CONTENT = picture(f"{PROMPT} 0").data


def test_pil(tmp_path):
    pytest.importorskip("PIL", reason="needs pillow")
    from PIL import Image

    import replicate

    output = replicate.run(STABLE_DIFFUSION, input={"prompt": PROMPT})

    # This has a .read() method that returns the binary data
    with open("my_output.png", "wb") as file:
        file.write(output[0].read())

    # It also implements the iterator protocol to stream the data
    background = Image.open(output[0])

    assert (tmp_path / "my_output.png").read_bytes() == CONTENT
    assert background.size == (32, 32)
    assert background.convert("RGB").getpixel((0, 0)) == Image.open("my_output.png").getpixel(
        (0, 0)
    )


def test_consuming_the_file(tmp_path, capsys):
    import replicate

    output = replicate.run("acmecorp/acme-model", input={"prompt": f"{PROMPT} 0"})

    print(output.url)

    with open("output.bin", "wb") as file:
        file.write(output.read())

    with open("streamed.bin", "wb") as file:
        file.writelines(output)

    assert capsys.readouterr().out.startswith("http")
    assert (tmp_path / "output.bin").read_bytes() == CONTENT
    assert (tmp_path / "streamed.bin").read_bytes() == CONTENT


def test_aiofiles(tmp_path):
    aiofiles = pytest.importorskip("aiofiles", reason="needs aiofiles")
    import replicate

    async def main():
        output = await replicate.async_run("acmecorp/acme-model", input={"prompt": f"{PROMPT} 0"})

        async with aiofiles.open("whole.png", "wb") as file:
            await file.write(await output.aread())

        async with aiofiles.open("chunks.png", "wb") as file:
            async for chunk in output:
                await file.write(chunk)

    asyncio.run(main())

    assert (tmp_path / "whole.png").read_bytes() == CONTENT
    assert (tmp_path / "chunks.png").read_bytes() == CONTENT
