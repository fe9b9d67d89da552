"""Models that nobody has written: from a schema, by script, from recordings."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any, Iterator, List

import pytest

import replicate
from replicate.sandbox import Failed, File, Log, Metric, Output, Sandbox

CASSETTES = Path(__file__).parent.parent / "cassettes"
REAL = Path(__file__).parents[3] / "shared" / "recordings"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(drive_clock=True, stream_logs=True) as sandbox:
        yield sandbox


@pytest.fixture
def client(sandbox) -> Iterator[replicate.Client]:
    with sandbox.client() as client:
        yield client


def document(output: Any, **properties: Any) -> Any:
    """Return the document of a version as the API has it."""
    inputs = {
        "type": "object",
        "title": "Input",
        "required": ["prompt"],
        "properties": {
            "prompt": {"type": "string", "x-order": 0},
            "size": {"allOf": [{"$ref": "#/components/schemas/size"}], "default": "small"},
            "steps": {"type": "integer", "minimum": 1, "maximum": 4, "default": 2},
            "image": {"type": "string", "format": "uri"},
            **properties,
        },
    }
    size = {"type": "string", "enum": ["small", "large"], "title": "size"}
    schemas = {"Input": inputs, "Output": output, "size": size}
    return {"openapi": "3.0.2", "components": {"schemas": schemas}}


TEXT = {"type": "string", "title": "Output"}
FILE = {"type": "string", "format": "uri"}
WORDS = {
    "type": "array",
    "items": {"type": "string"},
    "x-cog-array-type": "iterator",
    "x-cog-array-display": "concatenate",
}


# --- from a schema -----------------------------------------------------------------------------


def test_a_model_of_a_version(sandbox, client, call) -> None:
    theirs = Sandbox(demo_models=False)

    @theirs.model("acme/shout", official=True)
    def shout(text: str, times: int = 2) -> str:
        return text.upper() * times

    with theirs, theirs.client() as other:
        model = other.models.get("acme/shout")
    version = sandbox.model_from(model.latest_version, "acme/shout", returns="HEY")
    assert version.id == model.latest_version.id
    assert call(client.run, f"acme/shout:{version.id}", {"text": "hey"}) == "HEY"
    assert call(client.run, version.id, {"text": "hey"}) == "HEY"
    # A model knows its name, and that it is official.
    sandbox.model_from(model, returns="HO")
    assert call(client.run, "acme/shout", {"text": "hey"}) == "HO"
    sandbox.model_from(model.to_dict(), returns="HU")
    assert call(client.run, "acme/shout", {"text": "hey"}) == "HU"
    served = client.models.get("acme/shout").versions.get(version.id)
    assert served.openapi_schema == model.latest_version.openapi_schema


@pytest.mark.parametrize(
    ("input", "field", "description"),
    [
        ({}, "input", "prompt is required"),
        ({"prompt": 1}, "input.prompt", "Invalid type. Expected: string, given: integer"),
        ({"prompt": "a", "steps": 9}, "input.steps", "Must be less than or equal to 4"),
        (
            {"prompt": "a", "size": "huge"},
            "input.size",
            'input.size must be one of the following: "small", "large"',
        ),
        (
            {"prompt": "a", "maybe": [1]},
            "input.maybe",
            "Invalid type. Expected: string, given: array",
        ),
        ({"prompt": "a", "list": 1}, "input.list", "Invalid type. Expected: array, given: integer"),
    ],
)
def test_inputs_are_checked_by_the_schema(sandbox, client, input, field, description) -> None:
    maybe = {"anyOf": [{"type": "string"}, {"type": "null"}]}
    either = {"type": ["array", "null"], "items": {"type": "string"}}
    sandbox.model_from(document(TEXT, maybe=maybe, list=either), "acme/paint", official=True)
    with pytest.raises(replicate.exceptions.ReplicateError) as caught:
        client.run("acme/paint", input)
    (wrong,) = caught.value.invalid_fields
    assert (wrong["field"], wrong["description"]) == (field, description)
    assert sandbox.created == []
    assert client.run("acme/paint", {"prompt": "a", "maybe": None, "list": None})
    assert client.run("acme/paint", {"prompt": "a", "maybe": "b"})


def test_a_document_in_a_file(sandbox, client, tmp_path) -> None:
    path = tmp_path / "version.json"
    path.write_text(json.dumps(document(FILE)), encoding="utf-8")
    sandbox.model_from(path, "acme/paint", official=True)
    output = client.run("acme/paint", {"prompt": "a hut"})
    assert output.read().startswith(b"\x89PNG")
    assert client.run("acme/paint", {"prompt": "a hut"}).read() == output.read()
    assert client.run("acme/paint", {"prompt": "a cave"}).read() != output.read()


def test_what_it_returns(sandbox, client, tmp_path) -> None:
    def run(output: Any, returns: Any, **inputs: Any) -> Any:
        sandbox.model_from(document(output), "acme/any", returns=returns, official=True)
        return client.run("acme/any", {"prompt": "a hut", **inputs})

    path = tmp_path / "a.txt"
    path.write_text("from a path")
    assert run(FILE, File(b"bytes", "a.bin")).read() == b"bytes"
    assert run(FILE, path).read() == b"from a path"
    assert run({"type": "object"}, {"a": [1, None]}) == {"a": [1, None]}
    assert run(WORDS, ["a ", "b"]) == ["a ", "b"]
    assert run(TEXT, lambda prompt, size, **rest: f"{prompt} {size} {rest}") == (
        "a hut small {'steps': 2}"
    )
    assert run(TEXT, lambda image, **_: image.read_text(), image=b"sent") == "sent"

    def count(steps: int) -> Iterator[str]:
        yield from (f"{step} " for step in range(steps))

    assert run(WORDS, count, steps=3) == ["0 ", "1 ", "2 "]
    for returns in (ValueError("NSFW"), ValueError):
        with pytest.raises(replicate.exceptions.ModelError, match=r"NSFW|ValueError"):
            run(TEXT, returns)


@pytest.mark.parametrize(
    ("output", "value"),
    [
        ({"type": "integer", "minimum": 3}, 3),
        ({"type": "number"}, 1),
        ({"type": "boolean"}, True),
        ({"type": "string", "enum": ["a", "b"]}, "a"),
        ({"type": "string", "format": "date"}, "2026-01-01"),
        ({"type": "string", "maxLength": 4}, "What"),
        ({"anyOf": [{"type": "null"}, {"type": "integer"}]}, 1),
        ({"type": "array", "items": {"type": "integer"}, "minItems": 2}, [1, 1]),
        (
            {"type": "object", "properties": {"a": {"type": "boolean"}, "b": {"default": "c"}}},
            {"a": True, "b": "c"},
        ),
    ],
)
def test_what_it_makes_of_the_schema(sandbox, client, output, value) -> None:
    sandbox.model_from(document(output), "acme/any", official=True)
    assert client.run("acme/any", {"prompt": "a"}) == value


def test_pieces_made_of_the_schema(sandbox, client) -> None:
    sandbox.model_from(document(WORDS), "acme/words", official=True)
    events = [str(event) for event in client.stream("acme/words", {"prompt": "a"})]
    assert len(events) > 5
    assert "".join(events).startswith("What the sandbox puts out")
    files = {**WORDS, "items": FILE}
    del files["x-cog-array-display"]
    sandbox.model_from(document(files), "acme/files", official=True)
    first, second = client.run("acme/files", {"prompt": "a"})
    assert first.read() != second.read()


def test_a_version_that_can_be_trained(sandbox, client) -> None:
    openapi = document(TEXT, weights={"type": "string", "format": "uri"})
    schemas = openapi["components"]["schemas"]
    schemas["TrainingInput"] = {
        "type": "object",
        "required": ["steps"],
        "properties": {"steps": {"type": "integer"}},
    }
    schemas["TrainingOutput"] = {"type": "object", "properties": {"weights": FILE}}
    version = sandbox.model_from(
        openapi, "sandbox/trained", returns=lambda weights=None, **_: str(weights is not None)
    )
    training = client.trainings.create(
        model="sandbox/trained",
        version=version.id,
        input={"steps": 3},
        destination="sandbox/trained",
    )
    training.wait()
    assert training.status == "succeeded"
    assert client.run(version.id, {"prompt": "a"}) == "False"
    assert client.run(training.output["version"], {"prompt": "a"}) == "True"
    with pytest.raises(replicate.exceptions.ReplicateError, match="steps is required"):
        client.trainings.create(
            model="sandbox/trained", version=version.id, input={}, destination="sandbox/trained"
        )


@pytest.mark.parametrize(
    ("source", "options", "error"),
    [
        (7, {}, TypeError("not from int")),
        ({"a": 1}, {}, ValueError("no schema of an input")),
        (document(TEXT), {"name": None}, ValueError("does not know its model")),
        (document(TEXT), {"name": "shout"}, ValueError("owner/name")),
        (document(TEXT), {"returns": 7}, ValueError("Expected: string, given: integer")),
        (document(WORDS), {"returns": ["a", 7]}, ValueError(r"output\.1: Invalid type")),
        (document({"$ref": "#/components/schemas/None"}), {}, ValueError("leads nowhere")),
    ],
)
def test_what_no_model_can_be_made_of(sandbox, source, options, error) -> None:
    with pytest.raises(type(error), match=str(error)):
        sandbox.model_from(source, **{"name": "acme/any", **options})


# --- by script ---------------------------------------------------------------------------------


def test_a_life_by_script(sandbox, client, call) -> None:
    sandbox.script(
        "acme/poet",
        ["starting", 60, "processing", Log("thinking"), 30, "Roses ", 5, "are ", Metric("n", 2)],
    )
    assert call(client.run, "acme/poet", {"anything": 1}) == ["Roses ", "are "]
    (run,) = sandbox.created
    assert run.input == {"anything": 1}
    assert (run.logs, run.metrics["n"]) == ("thinking\n", 2)
    assert (run.metrics["total_time"], run.metrics["predict_time"]) == (95, 35)
    events = call.list(client.stream, "acme/poet", {})
    assert [(event.event, event.data) for event in events][:3] == [
        ("logs", "thinking\n"),
        ("output", "Roses "),
        ("output", "are "),
    ]


def test_failures_by_script(sandbox, client, call) -> None:
    sandbox.script("acme/painter", ["starting", 2.0, "processing", 10, Failed("NSFW")])
    with pytest.raises(replicate.exceptions.ModelError, match="NSFW") as caught:
        call(client.run, "acme/painter", {})
    assert caught.value.prediction.metrics["predict_time"] == 10
    for end in ("canceled", "aborted"):
        sandbox.script("acme/painter", [end])
        with pytest.raises(replicate.exceptions.ModelError):
            call(client.run, "acme/painter", {})
        assert sandbox.created[-1].status == end
    sandbox.script("acme/painter", [ValueError("broken")])
    with pytest.raises(replicate.exceptions.ModelError, match="broken"):
        call(client.run, "acme/painter", {})


def test_one_life_after_the_other(sandbox, client) -> None:
    sandbox.script("acme/flaky", [Failed("out of memory")], ["worked"], ["still works"])
    with pytest.raises(replicate.exceptions.ModelError, match="out of memory"):
        client.run("acme/flaky", {})
    results = [client.run("acme/flaky", {}) for _ in range(3)]
    assert results == ["worked", "still works", "still works"]


def test_a_model_keeps_its_schema(sandbox, client) -> None:
    before = sandbox.models["sandbox/painter"].latest_version.id
    version = sandbox.script("sandbox/painter", [Log("drawing"), File(b"picture", "a.png")])
    assert version.id == before
    output = client.run("sandbox/painter", {"prompt": "a hut"})
    assert (output.read(), output.name) == (b"picture", "a.png")
    with pytest.raises(replicate.exceptions.ReplicateError, match="width"):
        client.run("sandbox/painter", {"prompt": "a hut", "width": "wide"})


def test_a_life_without_end(sandbox, client) -> None:
    sandbox.script("acme/stuck", ["processing", math.inf])
    with pytest.raises(TimeoutError):
        client.run("acme/stuck", {}, timeout=3600)
    prediction = client.predictions.create(model="acme/stuck", input={})
    sandbox.clock.advance(10**6)
    prediction.reload()
    assert prediction.status == "processing"
    prediction.cancel()
    sandbox.settle()
    assert sandbox.created[-1].status == "canceled"


def test_what_would_mean_something_else(sandbox, client) -> None:
    sandbox.script("acme/odd", [Output(7), Output("processing"), Output(None)])
    assert list(client.run("acme/odd", {})) == [7, "processing", None]


def test_trainings_by_script(sandbox, client) -> None:
    version = sandbox.script(
        "sandbox/markov", [Log("epoch 1"), 600, Output("https://x.test/weights")], training=True
    )
    training = client.trainings.create(
        model="sandbox/markov", version=version.id, input={}, destination="sandbox/markov"
    )
    training.wait()
    assert (training.logs, training.output["weights"]) == ("epoch 1\n", "https://x.test/weights")
    assert training.metrics["predict_time"] == 600


@pytest.mark.parametrize(
    ("lives", "error"),
    [
        ([], TypeError("a script is a list of steps")),
        (["processing"], TypeError("a list of steps, not str")),
        ([["succeeded", 1.0]], ValueError("a script ends with 'succeeded'")),
        ([[Failed("x"), "y"]], ValueError("remove the steps after it")),
        ([["processing", "starting"]], ValueError("can't become starting")),
        ([[-1]], ValueError("seconds to wait, not -1")),
        ([[float("nan")]], ValueError("seconds to wait, not nan")),
    ],
)
def test_scripts_that_no_prediction_can_live_by(sandbox, lives, error) -> None:
    with pytest.raises(type(error), match=str(error)):
        sandbox.script("acme/odd", *lives)
    assert "acme/odd" not in sandbox.models
    with pytest.raises(ValueError, match="owner/name"):
        sandbox.script("odd", ["x"])


# --- from recordings ---------------------------------------------------------------------------


def test_a_cassette(sandbox, client, call) -> None:
    counts = sandbox.replay(CASSETTES / "run_an_official_model.yaml")
    assert counts == {"black-forest-labs/flux-schnell": 1}
    (picture,) = call(client.run, "black-forest-labs/flux-schnell", {"prompt": "a llama"})
    assert picture.read().startswith(b"\x89PNG")
    assert picture.url.startswith(sandbox.files_url)
    with pytest.raises(replicate.exceptions.ModelError, match=r'recorded.*"a llama"'):
        call(client.run, "black-forest-labs/flux-schnell", {"prompt": "a cow"})


def test_a_cassette_with_an_upload_and_a_version(sandbox, client, call) -> None:
    (name,) = sandbox.replay(CASSETTES / "upload_and_run.yaml")
    version = sandbox.models[name].latest_version
    sent = _inputs(CASSETTES / "upload_and_run.yaml")
    sent = {k: b"another file" if str(v)[:4] == "http" else v for k, v in sent.items()}
    assert call(client.run, f"{name}:{version.id}", sent) is not None


def test_every_cassette_of_predictions(sandbox) -> None:
    found = {}
    for path in sorted(CASSETTES.glob("*.yaml")):
        try:
            found[path.stem] = sandbox.replay(path)
        except ValueError as error:
            assert str(error) == "the recording has no prediction"
    assert {"cancel", "stream", "run_a_version_that_yields_its_output"} <= set(found)


@pytest.mark.skipif(not REAL.is_dir(), reason="the recorded real traffic is not here")
def test_recorded_real_traffic(sandbox, client, call) -> None:
    sandbox.replay(REAL / "models-predictions-create-wait.yaml")
    output = call(
        client.run,
        "meta/meta-llama-3-8b-instruct",
        {"prompt": "Please write a haiku about llamas"},
    )
    assert "".join(output).startswith("\n\nHere is a haiku about llamas")


def test_predictions_as_they_were_seen(sandbox, client, tmp_path) -> None:
    first = client.predictions.create(model="sandbox/divider", input={"denominator": 2})
    second = client.predictions.create(model="sandbox/divider", input={"denominator": 0})
    for prediction in (first, second):
        prediction.wait()
    path = tmp_path / "predictions.json"
    path.write_text(json.dumps([first.to_dict(), second.to_dict()]), encoding="utf-8")
    for source in (path, [first, second], first.to_dict()):
        with Sandbox(demo_models=False) as other, other.client() as fresh:
            other.replay(source)
            assert fresh.run("sandbox/divider", {"denominator": 2}) == 0.5
            if source is path:
                with pytest.raises(replicate.exceptions.ModelError, match="by zero") as caught:
                    fresh.run("sandbox/divider", {"denominator": 0})
                assert "Dividing 1 by 0" in caught.value.prediction.logs


def test_the_same_input_is_answered_in_turn(sandbox, client) -> None:
    def seen(number: int) -> Any:
        seen = {"id": f"p{number}", "model": "a/b", "input": {}, "status": "succeeded"}
        return {**seen, "output": number}

    assert sandbox.replay([seen(1), seen(2)]) == {"a/b": 2}
    assert [client.run("a/b", {}) for _ in range(3)] == [1, 2, 2]


@pytest.mark.parametrize("source", [{}, [], {"interactions": []}])
def test_recordings_without_predictions(sandbox, source) -> None:
    with pytest.raises(ValueError, match="recording has no prediction"):
        sandbox.replay(source)


def _inputs(path: Path) -> Any:
    import yaml

    interactions = yaml.safe_load(path.read_text(encoding="utf-8"))["interactions"]
    bodies: List[Any] = [each["request"]["body"] for each in interactions]
    return next(json.loads(b)["input"] for b in bodies if isinstance(b, str) and '"input"' in b)
