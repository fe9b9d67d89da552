"""What `make demo` runs: the main jobs of the library, on the embedded sandbox or for real.

Only the first lines know the difference. Everything below is `import replicate` as it is
used against Replicate itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from pathlib import Path

import replicate
from replicate.exceptions import ModelError

LIVE = os.environ.get("LIVE", "") not in {"", "0"}
OUTPUT = Path("demo-output")

# The same jobs, on the models of the sandbox and on public ones.
if LIVE:
    PAINTER, WRITER = "black-forest-labs/flux-schnell", "meta/meta-llama-3-8b-instruct"
    READER, READER_INPUT = "openai/gpt-4o-mini", "image_input"
    FAILURE = {"ref": PAINTER, "input": {"prompt": "", "num_outputs": 99}}
else:
    PAINTER, WRITER = "sandbox/painter", "sandbox/storyteller"
    READER, READER_INPUT = "sandbox/reader", "document"
    FAILURE = {"ref": "sandbox/divider", "input": {"numerator": 1, "denominator": 0}}


def first_file(output):
    """Return the file of a model that returns one, or a list of them."""
    return output[0] if isinstance(output, list) else output


def heading(text):
    print(f"\n\033[1m{text}\033[0m" if sys.stdout.isatty() else f"\n{text}")


def run():
    heading("1. Run a model and save the file that it makes")
    output = replicate.run(PAINTER, input={"prompt": "a lighthouse at dusk"})
    path = first_file(output).save(OUTPUT)
    print(f"{first_file(output).content_type}, {path.stat().st_size:,} bytes: {path}")


def stream():
    heading("2. Stream a model's words as they come")
    for event in replicate.stream(WRITER, input={"prompt": "a llama who learned to sail"}):
        print(event, end="", flush=True)
    print()


async def batch():
    heading("3. Run four at once")
    prompts = [f"a chariot pulled by {count} unicorns" for count in ("two", "four", "six", "eight")]
    outputs = await asyncio.gather(
        *(replicate.async_run(PAINTER, input={"prompt": prompt}) for prompt in prompts)
    )
    for prompt, output in zip(prompts, outputs):
        file = first_file(output)
        suffix = Path(file.name).suffix
        print(await file.async_save(OUTPUT / f"{prompt.replace(' ', '-')}{suffix}"))


def upload():
    heading("4. Give a model a file")
    with Path(__file__).open("rb") as handle:
        value = [handle] if LIVE else handle
        print(replicate.run(READER, input={READER_INPUT: value}))


def failure():
    heading("5. See why a model failed")
    try:
        replicate.run(FAILURE["ref"], input=FAILURE["input"])
    except (ModelError, replicate.exceptions.ReplicateError) as error:
        print(f"{type(error).__name__}: {error}")
        print(getattr(error, "details", ""))


@contextlib.contextmanager
def server():
    if LIVE:
        if not os.environ.get("REPLICATE_API_TOKEN"):
            sys.exit("LIVE=1 runs on Replicate, for money: set REPLICATE_API_TOKEN first")
        yield "Replicate"
    else:
        from replicate.sandbox import Sandbox

        with Sandbox() as sandbox:
            os.environ["REPLICATE_BASE_URL"] = sandbox.url
            os.environ["REPLICATE_API_TOKEN"] = sandbox.token
            yield f"the sandbox at {sandbox.url}"


def main():
    OUTPUT.mkdir(exist_ok=True)
    with server() as place:
        print(f"replicate {replicate.__version__} on {place}")
        run()
        stream()
        asyncio.run(batch())
        upload()
        failure()
    print(f"\nThe pictures are in {OUTPUT.resolve()}")


if __name__ == "__main__":
    main()
