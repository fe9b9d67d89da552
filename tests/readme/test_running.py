"""The README's programs: running models, async, file inputs, streams, pipelines."""

from __future__ import annotations

import asyncio
import hashlib
import sys

import pytest

from tests.readme.models import picture
from tests.servers import Recorder

PNG = b"\x89PNG\r\n\x1a\n"


def test_running(tmp_path):
    import replicate

    outputs = replicate.run(
        "black-forest-labs/flux-schnell",
        input={"prompt": "astronaut riding a rocket like a horse", "num_outputs": 2},
    )
    for index, output in enumerate(outputs):
        with open(f"output_{index}.webp", "wb") as file:
            file.write(output.read())

    assert sorted(path.name for path in tmp_path.iterdir()) == ["output_0.webp", "output_1.webp"]
    assert all(path.read_bytes().startswith(PNG) for path in tmp_path.iterdir())
    assert isinstance(outputs[0], replicate.helpers.FileOutput)


def test_a_failed_run(capsys):
    import replicate
    from replicate.exceptions import ModelError

    known = False
    try:
        replicate.run(
            "stability-ai/stable-diffusion-3",
            {"prompt": "An astronaut riding a rainbow unicorn"},
        )
    except ModelError as e:
        if "(some known issue)" in e.prediction.logs:
            known = True
        print("Failed prediction: " + e.prediction.id)

    assert known
    assert capsys.readouterr().out.startswith("Failed prediction: ")


@pytest.mark.parametrize("wait", [5, False])
def test_the_time_to_wait_for_the_output(wait, place):
    import replicate

    replicate.run("black-forest-labs/flux-schnell", input={"prompt": "a horse"}, wait=wait)

    assert place.requests[0].headers.get("prefer") == (f"wait={wait}" if wait else None)


def test_urls_in_place_of_files(place):
    import replicate

    output = replicate.run(
        "acmecorp/acme-model", input={"prompt": "a horse"}, use_file_output=False
    )

    assert type(output) is str
    assert output.startswith(place.files_url)


@pytest.mark.skipif(sys.version_info < (3, 11), reason="asyncio.TaskGroup came with Python 3.11")
def test_async_io():
    import replicate

    async def main():
        model_version = (
            "stability-ai/sdxl:39ed52f2a78e934b3ba6e2a89f5b1c712de7dfea535525255b1aa35c5565e08b"
        )
        prompts = [
            f"A chariot pulled by a team of {count} rainbow unicorns"
            for count in ["two", "four", "six", "eight"]
        ]
        async with asyncio.TaskGroup() as tg:
            tasks = [
                tg.create_task(replicate.async_run(model_version, input={"prompt": prompt}))
                for prompt in prompts
            ]
        return await asyncio.gather(*tasks)

    results = asyncio.run(main())

    assert [output.read() for (output,) in results] == [
        picture(f"A chariot pulled by a team of {count} rainbow unicorns 0").data
        for count in ["two", "four", "six", "eight"]
    ]


@pytest.mark.parametrize("mode", ["r", "rb"])
def test_a_file_handle_as_input(mode, tmp_path):
    import replicate

    # Not text in any encoding: the README opens it in text mode all the same.
    content = b"\xff\xd8\xff\xe0\x00\x10JFIF\r\n\x81\x8d"
    (tmp_path / "mystery.jpg").write_bytes(content)

    with open("mystery.jpg", mode) as image:
        output = replicate.run(
            "andreasjansson/blip-2:f677695e5e89f8b236e52ecd1d3f01beb44c34606419bcc19345e046d8f786f9",
            input={"image": image, "question": "who?"},
        )

    assert output == f"who? {hashlib.sha256(content).hexdigest()}"


def test_a_url_as_input(place):
    import replicate

    with Recorder() as server:
        server.on("GET", "/mystery.jpg", b"a picture")
        output = replicate.run(
            "andreasjansson/blip-2:f677695e5e89f8b236e52ecd1d3f01beb44c34606419bcc19345e046d8f786f9",
            input={"image": f"{server.url}/mystery.jpg", "question": "who?"},
        )

        assert output == f"who? {hashlib.sha256(b'a picture').hexdigest()}"
        assert len(server.requests) == 1  # by the model: the client leaves URLs alone


def test_streaming(capsys):
    import replicate

    for event in replicate.stream(
        "meta/meta-llama-3-70b-instruct",
        input={
            "prompt": "Please write a haiku about llamas.",
        },
    ):
        print(str(event), end="")

    out = capsys.readouterr().out
    assert out.startswith('Once upon a time somebody said: "Please write a haiku')
    assert out == "".join(
        replicate.run(
            "meta/meta-llama-3-70b-instruct",
            input={"prompt": "Please write a haiku about llamas."},
        )
    )


def test_streaming_a_prediction(capsys):
    import replicate

    prediction = replicate.predictions.create(
        model="meta/meta-llama-3-70b-instruct",
        input={"prompt": "Please write a haiku about llamas."},
        stream=True,
    )

    for event in prediction.stream():
        print(str(event), end="")

    prediction.wait()
    assert capsys.readouterr().out == "".join(prediction.output)


def test_async_streaming():
    import replicate

    async def main():
        text = ""
        async for event in await replicate.async_stream(
            "meta/meta-llama-3-70b-instruct", input={"prompt": "Llamas."}
        ):
            text += str(event)
        return text

    assert asyncio.run(main()).startswith('Once upon a time somebody said: "Llamas."')


def test_a_pipeline():
    import replicate

    laionide = replicate.models.get("afiaka87/laionide-v4").versions.get(
        "b21cbe271e65c1718f2999b038c18b45e21e4fba961181fbfae9342fc53b9e05"
    )
    swinir = replicate.models.get("jingyunliang/swinir").versions.get(
        "660d922d33153019e8c263a3bba265de882e7f4f70396546b6c9c8f9d47a021a"
    )
    image = laionide.predict(prompt="avocado armchair")
    upscaled_image = swinir.predict(image=image)

    assert upscaled_image.name == "larger.png"
    assert upscaled_image.read() == image.read() == picture("avocado armchair").data


def test_a_pipeline_asynchronously():
    import replicate

    async def main():
        laionide = (await replicate.models.async_get("afiaka87/laionide-v4")).latest_version
        swinir = (await replicate.models.async_get("jingyunliang/swinir")).latest_version
        image = await laionide.async_predict(prompt="avocado armchair")
        return await (await swinir.async_predict(image=image)).aread()

    assert asyncio.run(main()) == picture("avocado armchair").data


def test_the_output_of_a_running_model(tmp_path):
    import replicate

    iterator = replicate.run(
        "pixray/text2image:5c347a4bfa1d4523a58ae614c2194e15f2ae682b57e3797a5bb468920aa70ebf",
        input={"prompts": "san francisco sunset"},
    )

    for index, image in enumerate(iterator):
        with open(f"file_{index}.png", "wb") as file:
            file.write(image.read())

    assert [(tmp_path / f"file_{index}.png").read_bytes() for index in range(3)] == [
        picture(f"san francisco sunset {index}").data for index in range(3)
    ]
