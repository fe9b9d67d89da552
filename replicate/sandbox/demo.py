"""Models that come with the sandbox. Small, but they do real work on their input."""

from __future__ import annotations

import colorsys
import hashlib
import json
import math
import random
import re
import struct
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Dict, Iterator, List, Optional, Sequence

from . import png
from .files import File
from .inputs import Input
from .worker import current_prediction

if TYPE_CHECKING:
    from .sandbox import Sandbox


def storyteller(
    prompt: str = Input(description="What the story is about"),
    sentences: int = Input(default=4, ge=1, le=50, description="How long the story gets"),
    delay: float = Input(default=0.0, ge=0, le=5, description="Seconds between two words"),
) -> Iterator[str]:
    """Tell a story about the prompt, word by word."""
    dice = random.Random(prompt)
    words = list(dict.fromkeys(re.findall(r"[\w'-]{4,}", prompt))) or [prompt.strip()]
    story = [_beginning(prompt.strip())]
    templates: List[str] = []
    for _ in range(sentences - 1):
        templates = templates or dice.sample(_SENTENCES, len(_SENTENCES))
        a, b = dice.sample(words, 2) if len(words) > 1 else words * 2
        story.append(templates.pop().format(a=a, b=b))
    tokens = re.findall(r"\S+\s*", " ".join(story))
    for token in tokens:
        if delay:
            current_prediction().sleep(delay)
        yield token
    current_prediction().metric("input_token_count", len(prompt.split()))
    current_prediction().metric("output_token_count", len(tokens))


def _beginning(prompt: str) -> str:
    if prompt.endswith((".", "!", "?")):  # a sentence, not what a sentence is about
        return f'Once upon a time somebody said: "{prompt}"'
    return f"Once upon a time there was {prompt or 'nothing at all'}."


_SENTENCES = (
    "Nobody had ever asked {a} about {b}, so it began to wonder.",
    "In the morning, {a} was gone and only {b} was left.",
    '"What if," it said, "{a} is only another word for {b}?"',
    "All the while {a} grew, quietly, the way {b} does.",
    "They say that {a} still dreams of {b}.",
)


def painter(
    prompt: str = Input(description="What to paint"),
    width: int = Input(default=256, ge=16, le=1024, description="Width in pixels"),
    height: int = Input(default=256, ge=16, le=1024, description="Height in pixels"),
) -> File:
    """Paint the prompt as hills under an evening sky: a PNG."""
    return File(_landscape(prompt, width, height), "output.png")


def sprites(
    prompt: str = Input(description="What the sprites are of"),
    count: int = Input(default=2, ge=1, le=16, description="How many to draw"),
    size: int = Input(default=64, ge=8, le=512, description="Width and height in pixels"),
) -> List[File]:
    """Draw a list of small symmetric figures."""
    files: List[File] = []
    for number in range(count):
        current_prediction().progress(number + 1, count)
        files.append(File(_sprite(f"{prompt} {number}", size), f"out-{number}.png"))
    return files


def reader(
    document: Path = Input(description="The file to read"),
    top: int = Input(default=3, ge=0, le=100, description="How many frequent words to name"),
) -> Dict[str, Any]:
    """Count what is in a file: bytes, lines and words, or the pixels of a PNG."""
    data = document.read_bytes()
    print(f"Reading {document.name} ({len(data)} bytes)")
    facts: Dict[str, Any] = {
        "name": document.name,
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    if data.startswith(png.MAGIC):
        facts["width"], facts["height"] = struct.unpack(">II", data[16:24])
        return facts
    words = re.findall(r"[\w'-]+", data.decode("utf-8", "replace").lower())
    facts["lines"], facts["words"] = len(data.splitlines()), len(words)
    facts["frequent"] = [word for word, _ in Counter(words).most_common(top)]
    return facts


def divider(
    numerator: float = Input(default=1.0, description="What to divide"),
    denominator: float = Input(default=0.0, description="What to divide by"),
) -> float:
    """Divide two numbers. Without a denominator it fails, which is what it is good for."""
    print(f"Dividing {numerator:g} by {denominator:g}")
    if not denominator:
        raise ValueError(f"can't divide {numerator:g} by zero: choose another denominator")
    return numerator / denominator


def primes(
    limit: int = Input(default=50, ge=2, le=100_000, description="Where to stop"),
    delay: float = Input(default=0.05, ge=0, le=5, description="Seconds for each tenth of the way"),
) -> Iterator[int]:
    """Find prime numbers one after the other, slowly, and log the progress."""
    current = current_prediction()
    found: List[int] = []
    done = 0
    for number in range(2, limit + 1):
        if all(number % prime for prime in found if prime * prime <= number):
            found.append(number)
            yield number
        if number * 10 // limit > done:
            done = number * 10 // limit
            current.progress(number, limit)
            current.sleep(delay)


def markov(
    prompt: str = Input(default="the", description="The words to go on from"),
    length: int = Input(default=20, ge=1, le=500, description="How many words to add"),
    weights: Optional[Path] = Input(default=None, description="What a training has put out"),
) -> Iterator[str]:
    """Go on from the prompt with the habits of the text that the model was trained on."""
    habits: Dict[str, List[str]] = _habits(_RHYME)
    if weights is not None:
        habits = json.loads(weights.read_text(encoding="utf-8"))
    dice = random.Random(prompt)
    word = (prompt.lower().split() or ["the"])[-1]
    yield prompt
    for _ in range(length):
        word = dice.choice(habits.get(word) or sorted(habits))
        yield f" {word}"


def train_markov(
    train_data: Path = Input(description="A text to learn from"),
) -> File:
    """Learn which words follow which."""
    habits = _habits(train_data.read_text(encoding="utf-8"))
    print(f"Learned {len(habits)} words")
    return File(json.dumps(habits).encode(), "weights.json")


_RHYME = """the cat sat on the mat and the dog sat by the door and the rain fell on the roof
while the cat and the dog slept by the fire until the rain stopped and the sun came out"""


def _habits(text: str) -> Dict[str, List[str]]:
    words = text.lower().split()
    if len(words) < 2:
        raise ValueError("a text of at least two words is needed to learn from")
    habits: Dict[str, List[str]] = {}
    for word, following in zip(words, words[1:]):
        habits.setdefault(word, []).append(following)
    return habits


# --- drawing -----------------------------------------------------------------------------------


def _png(rows: Sequence[bytes]) -> bytes:
    return png.write(png.Picture(rows, 3))


def _color(hue: float, saturation: float, value: float) -> bytes:
    return bytes(round(255 * part) for part in colorsys.hsv_to_rgb(hue % 1.0, saturation, value))


def _landscape(prompt: str, width: int, height: int) -> bytes:
    dice = random.Random(prompt)
    hue = dice.random()
    sun_x, sun_y, radius = dice.uniform(0.2, 0.8), dice.uniform(0.2, 0.4), dice.uniform(0.05, 0.1)
    layers = 5
    ridges = [_ridge(dice, 0.45 + 0.11 * layer, width) for layer in range(layers)]
    hills = [
        _color(hue + 0.45 - 0.02 * layer, 0.25 + 0.12 * layer, 0.75 - 0.13 * layer)
        for layer in range(layers)
    ]
    sun = _color(hue + 0.08, 0.25, 1.0)
    rows: List[bytes] = []
    for y in range(height):
        level = y / height
        sky = _color(hue + 0.1 * level, 0.65 - 0.5 * level, 0.75 + 0.25 * level)
        row = bytearray(sky * width)
        reach = radius * radius - (level - sun_y) ** 2
        if reach > 0:
            half = math.sqrt(reach) * height
            left = max(0, round(sun_x * width - half))
            right = min(width, round(sun_x * width + half))
            row[3 * left : 3 * right] = sun * (right - left)
        for ridge, color in zip(ridges, hills):
            for x in range(width):
                if level >= ridge[x]:
                    row[3 * x : 3 * x + 3] = color
        rows.append(bytes(row))
    return _png(rows)


def _ridge(dice: random.Random, base: float, width: int) -> List[float]:
    waves = [
        (0.09 / octave, octave * dice.uniform(2, 4), dice.uniform(0, math.tau))
        for octave in (1, 2, 5)
    ]
    return [
        base + sum(size * math.sin(pace * x / width + shift) for size, pace, shift in waves)
        for x in range(width)
    ]


def _sprite(seed: str, size: int) -> bytes:
    dice = random.Random(seed)
    ink, paper = _color(dice.random(), 0.7, 0.8), _color(dice.random(), 0.08, 1.0)
    cells = 8
    half = [[dice.random() < 0.5 for _ in range(cells // 2)] for _ in range(cells)]
    figure = [line + line[::-1] for line in half]
    return _png(
        [
            b"".join(
                ink if figure[y * cells // size][x * cells // size] else paper for x in range(size)
            )
            for y in range(size)
        ]
    )


def install(sandbox: Sandbox) -> None:
    """Add the demo models and their collection to a sandbox."""
    for function in (storyteller, painter, reader, divider):
        sandbox.model(f"sandbox/{function.__name__}", official=True)(function)
    sandbox.model("sandbox/primes", official=True)(primes)
    sandbox.model("sandbox/sprites")(sprites)
    sandbox.model("sandbox/markov")(markov)
    sandbox.trainer("sandbox/markov")(train_markov)
    sandbox.collection(
        "demo-models",
        name="Demo models",
        description="Models that come with the sandbox.",
        models=list(sandbox.models),
    )
