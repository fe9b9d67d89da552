"""Keeping what a prediction has made: files with names that say what they are, and a record."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Dict, Iterator, List

import httpx
import pytest

from replicate import exceptions
from replicate._files.keeping import record_of, seed_of, stem_of
from replicate.connection_errors import FileUnavailableError
from replicate.helpers import FileOutput
from replicate.prediction import Prediction
from replicate.sandbox import File, Input, current_prediction


@pytest.fixture(autouse=True)
def models(sandbox):
    @sandbox.model("me/painter", official=True)
    def painter(prompt: str, count: int = Input(default=2)) -> List[File]:
        print("Using seed: 4711")
        current_prediction().metric("image_count", count)
        return [File(prompt.encode() + b"%d" % n, f"out-{n}.webp") for n in range(count)]

    @sandbox.model("me/scene", official=True)
    def scene() -> Dict[str, object]:
        return {"title": "hills", "parts": [File(b"a", "a.png"), File(b"b", "b")], "n": 1}

    @sandbox.model("me/writer", official=True)
    def writer() -> str:
        return "once"

    @sandbox.model("me/frames")
    def frames() -> Iterator[File]:
        for n in range(2):
            yield File(b"%d" % n, f"{n}.gif")

    return painter


FOX = {"prompt": "fox"}


def test_run_saves_files_and_gives_paths(call, sandbox, client, tmp_path):
    paths = call(client.run, "me/painter", FOX, download_to=tmp_path / "new" / "pictures")
    (prediction,) = sandbox.predictions
    id = prediction.id
    assert [path.name for path in paths] == [f"painter-{id}-0.webp", f"painter-{id}-1.webp"]
    assert [path.read_bytes() for path in paths] == [b"fox0", b"fox1"]
    record = json.loads((tmp_path / "new" / "pictures" / f"painter-{id}.json").read_bytes())
    assert record["input"] == {"prompt": "fox", "count": 2} or record["input"] == FOX
    assert (record["id"], record["model"], record["status"]) == (id, "me/painter", "succeeded")
    assert record["seed"] == 4711
    assert record["metrics"]["image_count"] == 2
    assert record["metrics"]["predict_time"] >= 0
    assert record["version"]
    assert record["completed_at"] >= record["created_at"]
    assert record["files"] == [path.name for path in paths]
    assert "logs" not in record
    assert len(list(paths[0].parent.iterdir())) == 3


def test_outputs_of_every_form(call, sandbox, client, tmp_path):
    found = call(client.run, "me/scene", {}, download_to=str(tmp_path))
    assert (found["title"], found["n"]) == ("hills", 1)
    assert [path.read_bytes() for path in found["parts"]] == [b"a", b"b"]
    assert [path.suffix for path in found["parts"]] == [".png", ""]
    assert call(client.run, "me/writer", {}, download_to=tmp_path) == "once"
    record = json.loads((tmp_path / f"writer-{sandbox.predictions[1].id}.json").read_bytes())
    assert (record["output"], record["files"]) == ("once", [])


def test_a_model_that_yields_is_waited_for(call, sandbox, client, tmp_path):
    version = sandbox.models["me/frames"].latest_version.id
    paths = call(client.run, f"me/frames:{version}", {}, download_to=tmp_path)
    assert [path.read_bytes() for path in paths] == [b"0", b"1"]


def test_save_of_a_prediction(call, sandbox, client, tmp_path):
    prediction = client.predictions.create(model="me/painter", input=FOX)
    prediction.wait()
    paths = call(prediction.save, tmp_path)
    assert [path.read_bytes() for path in paths] == [b"fox0", b"fox1"]
    before = sandbox.requests.total
    assert call(prediction.save, tmp_path) == paths  # nothing is fetched again
    assert sandbox.requests.total == before
    paths[1].unlink()
    assert call(prediction.save, tmp_path)[1].read_bytes() == b"fox1"


def test_paths_can_be_inputs(call, client, tmp_path):
    paths = call(client.run, "me/painter", FOX, download_to=tmp_path)
    facts = call(client.run, "sandbox/reader", {"document": paths[0]})
    assert facts["bytes"] == 4


def test_map_saves_files(call, sandbox, client, tmp_path):
    client.run("me/painter", FOX)  # the model's example, which is kept
    inputs = [{"prompt": prompt, "count": 1} for prompt in ("fox", "hen")]
    arguments = {"download_to": tmp_path / "out", "journal": tmp_path / "journal.sqlite"}
    first = call.list(client.map, "me/painter", inputs, **arguments)
    assert [paths[0].read_bytes() for paths in first] == [b"fox0", b"hen0"]
    sandbox.clock.advance(3601)
    assert call.list(client.map, "me/painter", inputs, **arguments) == first
    first[0][0].unlink()
    found = call.list(client.map, "me/painter", inputs, **arguments, return_errors=True)
    assert isinstance(found[0], exceptions.FileExpiredError)
    assert found[1] == first[1]
    assert len(sandbox.predictions) == 3


def test_a_download_that_fails_neither_loses_nor_cancels_the_run(call, sandbox, client, tmp_path):
    client.max_retries = 0
    sandbox.fault("output", status=500, body="")
    with pytest.raises(FileUnavailableError) as caught:
        call(client.run, "me/painter", FOX, download_to=tmp_path)
    (run,) = sandbox.predictions
    assert run.status == "succeeded"
    assert caught.value.prediction.id == run.id
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]
    assert len(call(caught.value.prediction.save, tmp_path)) == 2


def test_a_failure_saves_nothing(call, client, tmp_path):
    with pytest.raises(exceptions.ModelError):
        call(client.run, "sandbox/divider", {"denominator": 0}, download_to=tmp_path / "out")
    assert not (tmp_path / "out").exists()


# What has expired.


def test_expired_files_have_an_error_of_their_own(call, sandbox, client, tmp_path):
    client.run("me/painter", FOX)  # the model's example, which is kept
    prediction = client.predictions.create(model="me/painter", input=FOX)
    prediction.wait()
    sandbox.clock.advance(3601)
    with pytest.raises(exceptions.FileExpiredError, match="one hour") as caught:
        call.read(prediction.output[0])
    assert isinstance(caught.value, exceptions.NotFoundError)
    assert isinstance(caught.value, FileUnavailableError)
    assert caught.value.status == 404
    with pytest.raises(exceptions.FileExpiredError):
        call(prediction.save, tmp_path)
    prediction.reload()
    with pytest.raises(exceptions.FileExpiredError, match=prediction.id):
        call(prediction.save, tmp_path)


@pytest.mark.parametrize("host", ["example.com", "notreplicate.delivery"])
def test_a_file_of_another_host_has_not_expired(call, mock, host):
    client = mock(lambda request: httpx.Response(404))
    with pytest.raises(FileUnavailableError) as caught:
        call.read(FileOutput(f"https://{host}/out-0.png", client))
    assert not isinstance(caught.value, exceptions.FileExpiredError)


@pytest.mark.parametrize("host", ["replicate.delivery", "pbxt.replicate.delivery"])
def test_a_file_of_replicate_has_expired(call, mock, host):
    client = mock(lambda request: httpx.Response(404))
    with pytest.raises(exceptions.FileExpiredError):
        call.read(FileOutput(f"https://{host}/x/out-0.png", client))


def test_expires_at():
    fields = {"id": "x", "status": "succeeded", "completed_at": "2026-01-02T03:04:05.5Z"}
    hour_later = datetime(2026, 1, 2, 4, 4, 5, 500000, tzinfo=timezone.utc)
    assert Prediction(**fields).expires_at == hour_later
    assert Prediction(**fields, source="api").expires_at == hour_later
    assert Prediction(**fields, source="web").expires_at is None
    assert Prediction(id="x", status="processing").expires_at is None
    for odd in ("soon", "9999-12-31T23:30:00Z", 1.5, [None], {"a": 1}, True):
        assert Prediction(id="x", status="succeeded", completed_at=odd).expires_at is None
    assert Prediction(id="x", status="starting", completed_at=None).expires_at is None
    assert hour_later - timedelta(hours=1) == Prediction(**fields).completed_at.datetime


def test_the_journal_tells_of_expired_files(call, sandbox, client, tmp_path, caplog):
    journal = tmp_path / "journal.sqlite"
    call.list(client.map, "me/painter", [FOX, FOX], journal=journal)
    file = sqlite3.connect(journal)
    for key, text in file.execute("SELECT rowid, prediction FROM runs").fetchall():
        prediction = {**json.loads(text), "completed_at": "2026-01-02T03:04:05Z"}
        values = (json.dumps(prediction), key)
        file.execute("UPDATE runs SET prediction = ? WHERE rowid = ?", values)
    file.commit()
    file.close()
    caplog.clear()
    found = call.list(client.map, "me/painter", [FOX, FOX], journal=journal)
    assert len(found) == 2
    assert caplog.text.count("Replicate has removed") == 1


# Names and records.


@pytest.mark.parametrize(
    ("model", "stem"),
    [
        ("black-forest-labs/flux-schnell", "flux-schnell-abc"),
        ("a/b/../../etc", "etc-abc"),
        ("a/..", "output-abc"),
        ("a/con", "_con-abc"),
        ('a/<b>:"|?*\n', "_b_______-abc"),
        (None, "output-abc"),
        (7, "output-abc"),
        ("a/" + "ü" * 300, "ü" * 50 + "-abc"),
    ],
)
def test_names(model, stem):
    found = stem_of({"model": model, "id": "abc"})
    assert found == stem
    assert Path(found).name == found


@pytest.mark.parametrize(
    ("prediction", "seed"),
    [
        ({"input": {"seed": 7}, "logs": "Using seed: 8"}, 7),
        ({"input": {}, "logs": "Using seed: 8\n"}, 8),
        ({"input": {}, "logs": "random seed = 12 and more"}, 12),
        ({"input": {"seed": None}, "logs": None}, None),
        ({"input": {"seed": True}, "logs": "seedling: 4"}, None),
        ({"input": None, "logs": {}}, None),
        ({}, None),
    ],
)
def test_seeds(prediction, seed):
    assert seed_of(prediction) == seed


def test_records_have_no_signatures_and_no_content():
    record = record_of(
        {
            "id": "abc",
            "input": {
                "image": "https://user:secret@example.com/a.png?X-Amz-Signature=secret#secret",
                "mask": "data:image/png;base64," + "A" * 1000,
                "prompt": "see https://example.com?q=1",
                "deep": [{"url": "https://example.com/?secret"}],
            },
            "urls": {
                "stream": "https://stream.example/secret",
                "web": "https://replicate.com/p/abc",
            },
            "logs": "secret",
            "new_field": 1,
        }
    )
    text = json.dumps(record)
    assert "secret" not in text
    assert "AAAA" not in text
    assert record["input"]["image"] == "https://example.com/a.png"
    assert record["input"]["mask"] == "data:image/png;base64,... (1,022 characters)"
    assert record["input"]["prompt"] == "see https://example.com?q=1"
    assert record["web"] == "https://replicate.com/p/abc"
    assert record["new_field"] == 1
