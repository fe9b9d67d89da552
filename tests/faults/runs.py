"""Operations on runs: creating, waiting, canceling, streaming, reading the files."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import Any

from replicate.stream import ServerSentEvent
from tests.faults.operation import Operation
from tests.faults.world import IMAGE, PIECES, World

HELLO = {"text": "hello"}
TEXT = "".join(PIECES)


def _whole(world: World, prediction: Any) -> Any:
    """Return the output of a prediction that was created, as nothing may get lost of it."""
    if prediction.status != "succeeded":
        world.sandbox.settle()
        prediction = world.stage.predictions.get(prediction.id)
    return prediction.output


def _deployed(world: World) -> Any:
    return world.deployment().predictions


def _told(events: Any) -> str:
    output = ServerSentEvent.EventType.OUTPUT
    return "".join(event.data for event in events if event.event is output)


def _drawn(world: World) -> Any:
    return world.client.run("me/draw", input={})


def _saved(world: World, file: Any) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "image")
        try:
            world.call(file.save, path)
        finally:
            left = [each.name for each in Path(folder).iterdir()]
            assert left in ([], ["image"]), left  # whole or not at all
        return path.read_bytes()


def _opened(world: World, file: Any) -> bytes:
    with world.call(file.open) as opened:
        return opened.read()


HELD = [
    Operation(
        "run",
        "models.predictions.create",
        lambda w, _: w.call(w.client.run, "me/shout", HELLO),
        "HELLO",
        paid=1,
    ),
    Operation(
        "run, of a version",
        "predictions.create",
        lambda w, reference: w.call(w.client.run, reference, HELLO),
        "HELLO",
        lambda w: f"me/shout:{w.version('me/shout')}",
        paid=1,
    ),
    Operation(
        "run, of a community model",
        "predictions.create",
        lambda w, _: w.call(w.client.run, "me/community", HELLO),
        "HELLO",
        paid=1,
    ),
    Operation(
        "run, of a deployment",
        "deployments.predictions.create",
        lambda w, deployment: w.call(w.client.run, deployment, HELLO),
        "HELLO",
        World.deployment,
        paid=1,
    ),
    Operation(
        "models.predictions.create, wait=True",
        "models.predictions.create",
        lambda w, _: _whole(
            w, w.call(w.client.models.predictions.create, "me/shout", HELLO, wait=True)
        ),
        "HELLO",
        paid=1,
    ),
]

CREATES = [
    Operation(
        "run, wait=False",
        "models.predictions.create",
        lambda w, _: w.call(w.client.run, "me/shout", HELLO, wait=False),
        "HELLO",
        paid=1,
    ),
    Operation(
        "predictions.create",
        "predictions.create",
        lambda w, version: _whole(w, w.call(w.client.predictions.create, version, HELLO)),
        "HELLO",
        lambda w: w.version("me/shout"),
        paid=1,
    ),
    Operation(
        "models.predictions.create",
        "models.predictions.create",
        lambda w, _: _whole(w, w.call(w.client.models.predictions.create, "me/shout", HELLO)),
        "HELLO",
        paid=1,
    ),
    Operation(
        "deployments.predictions.create",
        "deployments.predictions.create",
        lambda w, deployment: _whole(
            w,
            w.call(
                w.client.deployments.predictions.create,
                f"{deployment.owner}/{deployment.name}",
                HELLO,
            ),
        ),
        "HELLO",
        World.deployment,
        paid=1,
    ),
    Operation(
        "deployment.predictions.create",
        "deployments.predictions.create",
        lambda w, predictions: _whole(w, w.call(predictions.create, HELLO)),
        "HELLO",
        _deployed,
        paid=1,
    ),
    Operation(
        "stream",
        "models.predictions.create",
        lambda w, _: _told(w.call.list(w.client.stream, "me/tell", {})),
        TEXT,
        paid=1,
    ),
    Operation(
        "trainings.create",
        "trainings.create",
        lambda w, reference: (
            w.call(w.client.trainings.create, reference, {"steps": 1}, w.destination).id
            in w.sandbox.trainings
        ),
        prepare=lambda w: w.destination and f"me/community:{w.version('me/community')}",
        paid=1,
    ),
]

UPLOADS = [
    Operation(
        "run, while its file is uploaded",
        "files.create",
        lambda w, _: w.call(w.client.run, "me/read", {"file": io.BytesIO(IMAGE)}),
        str(len(IMAGE)),
        paid=1,
    ),
    Operation(
        "trainings.create, while its file is uploaded",
        "files.create",
        lambda w, reference: (
            w.call(
                w.client.trainings.create,
                reference,
                {"steps": 1, "data": io.BytesIO(IMAGE)},
                w.destination,
            ).id
            in w.sandbox.trainings
        ),
        prepare=lambda w: w.destination and f"me/community:{w.version('me/community')}",
        paid=1,
    ),
]

LOOKUPS = [
    Operation(
        "run, while the version's schema is looked up",
        "models.versions.get",
        lambda w, reference: w.call(w.client.run, reference, HELLO),
        "HELLO",
        lambda w: f"me/shout:{w.version('me/shout')}",
        paid=1,
    ),
]

POLLS = [
    Operation(
        "run, while it waits",
        "predictions.get",
        lambda w, _: w.call(w.client.run, "me/shout", HELLO, wait=False),
        "HELLO",
        paid=1,
    ),
    Operation(
        "prediction.wait",
        "predictions.get",
        lambda w, prediction: w.call(prediction.wait) or prediction.output,
        "HELLO",
        World.started,
    ),
    Operation(
        "prediction.output_iterator",
        "predictions.get",
        lambda w, prediction: w.call.list(prediction.output_iterator),
        PIECES,
        lambda w: w.started("me/tell"),
    ),
    Operation(
        "training.wait",
        "trainings.get",
        lambda w, training: w.call(training.wait) or training.status,
        "succeeded",
        World.training,
    ),
]

CANCELS = [
    Operation(
        "predictions.cancel",
        "predictions.cancel",
        lambda w, prediction: (
            w.call(w.client.predictions.cancel, prediction.id).id == prediction.id
        ),
        prepare=World.started,
    ),
    Operation(
        "prediction.cancel",
        "predictions.cancel",
        lambda w, prediction: w.call(prediction.cancel) is None,
        prepare=World.started,
    ),
    Operation(
        "trainings.cancel",
        "trainings.cancel",
        lambda w, training: w.call(w.client.trainings.cancel, training.id).id == training.id,
        prepare=World.training,
    ),
]

STREAMS = [
    Operation(
        "stream, at the stream",
        "stream",
        lambda w, _: _told(w.call.list(w.client.stream, "me/tell", {})),
        TEXT,
        paid=1,
    ),
    Operation(
        "prediction.stream",
        "stream",
        lambda w, prediction: _told(w.call.list(prediction.stream)),
        TEXT,
        lambda w: w.started("me/tell"),
    ),
]

FILES = [
    Operation("file.read", "output", lambda w, file: w.call.read(file), IMAGE, _drawn),
    Operation(
        "iteration over a file",
        "output",
        lambda w, file: b"".join(w.call.chunks(file)),
        IMAGE,
        _drawn,
    ),
    Operation("file.save", "output", _saved, IMAGE, _drawn),
    Operation("file.open", "output", _opened, IMAGE, _drawn),
]
