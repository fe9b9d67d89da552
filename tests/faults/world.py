"""The models that the matrix runs, and one call of it with all that belongs to it."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any, Iterator, Optional

from replicate.sandbox import File, Sandbox, current_prediction

IMAGE = bytes(range(256)) * 4
README = "# Shout\n\nIt shouts."
PIECES = ["one ", "two ", "three"]


def install(sandbox: Sandbox) -> None:
    """Add the models."""

    @sandbox.model("me/shout", official=True, readme=README)
    def shout(text: str) -> str:
        return text.upper()

    @sandbox.model("me/community")
    def community(text: str) -> str:
        return text.upper()

    @sandbox.model("me/read", official=True)
    def read(file: Path) -> str:
        return str(len(file.read_bytes()))

    @sandbox.model("me/tell", official=True)
    def tell(text: str = "") -> Iterator[str]:
        yield from PIECES

    @sandbox.model("me/draw", official=True)
    def draw(text: str = "") -> Path:
        return File(IMAGE, "image.bin")

    @sandbox.model("me/slow", official=True)
    def slow() -> str:
        current_prediction().sleep(30)
        return "at last"

    @sandbox.trainer("me/community")
    def train(steps: int, data: Optional[Path] = None) -> str:
        return "weights"

    sandbox.collection("all", name="All", models=["me/shout"])


class World:
    """A sandbox, a client of it, and what an operation needs to be there before."""

    def __init__(self, sandbox: Sandbox, client: Any, call: Any) -> None:
        self.sandbox = sandbox
        self.client = client
        self.call = call
        # What prepares the scene is not what the matrix is about.
        self.stage = sandbox.client()

    def close(self) -> None:
        self.client.close()
        self.stage.close()

    def version(self, name: str) -> str:
        return self.sandbox.models[name].latest_version.id

    def started(self, name: str = "me/shout") -> Any:
        """Return a prediction that the client has not looked at since its start."""
        prediction = self.stage.predictions.create(model=name, input={"text": "hello"})
        return self._unseen(prediction)

    def training(self) -> Any:
        """Return a training likewise."""
        reference = f"me/community:{self.version('me/community')}"
        return self._unseen(self.stage.trainings.create(reference, {"steps": 1}, self.destination))

    def _unseen(self, run: Any) -> Any:
        self.sandbox.settle()
        run._client = self.client
        return run

    @cached_property
    def destination(self) -> str:
        if "me/mine" not in self.sandbox.models:
            self.stage.models.create("me", "mine", visibility="private", hardware="cpu")
        return "me/mine"

    def deployment(self) -> Any:
        model = {"model": "me/shout", "version": self.version("me/shout")}
        size = {"hardware": "cpu", "min_instances": 0, "max_instances": 1}
        deployment = self.stage.deployments.create(name="app", **model, **size)
        deployment._client = self.client
        return deployment

    def uploaded(self) -> Any:
        return self.stage.files.create(IMAGE)
