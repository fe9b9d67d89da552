"""Regression tests for small defects of 1.0.7 in references, inputs and data (L11 to L20)."""

from __future__ import annotations

import inspect
import io
import threading
from pathlib import Path

import anyio
import pytest

import replicate
from replicate import identifier
from replicate import prediction as prediction_module
from replicate.exceptions import (
    ModelError,
    NotFoundError,
    ReplicateError,
)
from replicate.identifier import ModelVersionIdentifier
from tests.bodies import (
    ACCOUNT,
    COLLECTION,
    DEPLOYMENT,
    FILE,
    ID,
    MODEL,
    V,
    prediction,
    training,
    version,
)
from tests.servers import Answer
from tests.test_public_api import python
from tests.test_signatures import V1, find

CREATE = "/v1/models/o/n/predictions"
GET = f"/v1/predictions/{ID}"


# L11: references with line ends and spaces passed.


@pytest.mark.parametrize(
    "ref", ["o/n:v\n", "o/n\n", " o/n", "o /n", "o/n :v", "o/n:", "o/", "/n", "on", "o/n/m", ""]
)
def test_l11_malformed_references_are_refused(ref):
    with pytest.raises(ValueError, match="Invalid reference to model version"):
        ModelVersionIdentifier.parse(ref)
    assert ModelVersionIdentifier.parse("o/n:v1.2-3") == ("o", "n", "v1.2-3")
    assert identifier._resolve("o/n") == (None, "o", "n", None)


# L12: files were uploaded before the destination was looked at.


def test_l12_nothing_is_uploaded_for_a_training_that_cannot_be(call, server, served):
    for options in ({}, {"destination": "noslash"}, {"destination": "a/b", "webook": "x"}):
        with pytest.raises((ValueError, TypeError)):
            call(served.trainings.create, f"o/n:{V}", {"data": io.BytesIO(b"x")}, **options)
    assert server.requests == []


# L13: dead code; nothing to test.


# L14: numpy was imported if it was installed.


def test_l14_numpy_is_not_imported():
    pytest.importorskip("numpy")
    code = (
        "import json, sys, replicate, replicate.helpers\n"
        "replicate.helpers.encode_json({'a': [1.5, 'x']}, None)\n"
        "print(json.dumps('numpy' in sys.modules))"
    )
    assert python(code) is False


# L15: files were read in the event loop, sent one after the other, and duplicates twice.


def test_l15_uploads_of_an_async_call_are_under_way_together(server, served):
    together = threading.Barrier(3, timeout=10)

    def handle(request):
        if request.path == "/v1/files":
            together.wait()  # which no upload passes before the others have come
            return Answer(FILE, 201)
        return Answer(prediction(output="ok"), 201)

    server.handle = handle
    files = [io.BytesIO(b"1"), io.BytesIO(b"2"), io.BytesIO(b"3")]
    loops = threading.get_ident()
    read_in = []

    class Watched(io.BytesIO):
        def read(self, size=-1):
            read_in.append(threading.get_ident())
            return super().read(size)

    files[0] = Watched(b"1")

    async def main():
        return await served.async_run("o/n", {"files": [*files, files[1]]})

    assert anyio.run(main) == "ok"
    assert [request.path for request in server.requests] == ["/v1/files"] * 3 + [CREATE]
    assert read_in
    assert loops not in read_in


def test_l15_an_upload_that_fails_is_the_error_of_the_call(call, server, served):
    server.on("POST", "/v1/files", {"detail": "gone", "status": 404}, 404)
    with pytest.raises(NotFoundError, match="gone"):
        call(served.run, "o/n", {"files": [io.BytesIO(b"1"), io.BytesIO(b"2")]})
    assert f"POST {CREATE}" not in server.lines


def test_l15_a_file_given_twice_is_uploaded_once(call, server, served, tmp_path):
    server.on("POST", "/v1/files", FILE, 201)
    server.on("POST", CREATE, prediction(output="ok"), 201)
    path = tmp_path / "a.txt"
    path.write_text("x")
    with path.open("rb") as file:
        call(served.run, "o/n", {"a": file, "b": [file], "c": path, "d": Path(str(path))})
    assert len(server.requests) == 3
    url = FILE["urls"]["get"]
    assert server.last.json["input"] == {"a": url, "b": [url], "c": url, "d": url}


# L16: without the metadata of the distribution, as in frozen programs, the import failed.


def test_l16_the_version_needs_no_metadata():
    code = (
        "import importlib.metadata as metadata\n"
        "def version(name): raise metadata.PackageNotFoundError(name)\n"
        "metadata.version = version\n"
        "import replicate; print('\"' + replicate.__version__ + '\"')"
    )
    assert python(code) == replicate.__version__


# L17: docstrings were copies of those of other methods. (`Models.model` stays: it is public.)


def test_l17_docstrings_are_of_their_own():
    seen = {}
    for name in V1:
        if not find(name).__module__.startswith("replicate"):
            continue  # inherited from httpx
        text = inspect.getdoc(find(name))
        assert text, name
        owner, _, method = name.rpartition(".")
        if owner.count(".") == 1 and method in {"get", "list", "create", "delete", "search"}:
            same = seen.setdefault(text.partition("\n")[0], name)
            assert same == name or {same, name} <= SAME, (same, name)


SAME = {
    "model.ModelsPredictions.create",
    "prediction.Predictions.create",
    "version.Versions.get",
}


# L18: fields of the API were dropped.


def test_l18_the_fields_of_the_api_are_there(call, server, served):
    stamp = "2024-01-01T00:00:00Z"
    more = {
        "source": "api",
        "data_removed": True,
        "deadline": stamp,
        "deployment": "o/d",
        "webhook": "https://example.com",
    }
    server.on("GET", GET, prediction(**more, not_yet_known=[1]))
    server.on("GET", f"/v1/trainings/{ID}", training(metrics={"predict_time": 1}, source="web"))
    server.on("GET", "/v1/models/o/n", {**MODEL, "is_official": True, "created_at": stamp})
    server.on("GET", "/v1/collections/s", {**COLLECTION, "full_description": "long"})
    server.on("GET", "/v1/account", {**ACCOUNT, "avatar_url": "https://a"})
    found = call(served.predictions.get, ID)
    assert {name: dict(found)[name] for name in more} == more
    assert found.data_removed is True
    assert found.deployment == "o/d"
    assert found.not_yet_known == [1]
    assert dict(found)["not_yet_known"] == [1]
    trained = call(served.trainings.get, ID)
    assert (trained.metrics["predict_time"], trained.source) == (1, "web")
    model = call(served.models.get, "o/n")
    assert model.is_official is True
    assert model.created_at.datetime.isoformat() == "2024-01-01T00:00:00+00:00"
    assert call(served.collections.get, "s").full_description == "long"
    assert call(served.accounts.current).avatar_url == "https://a"


# L19: API errors had no args.


def test_l19_errors_have_arguments(call, server, served):
    server.always({"title": "No", "detail": "way", "status": 400}, 400)
    with pytest.raises(ReplicateError) as caught:
        call(served.accounts.current)
    assert caught.value.args == (None, "No", 400, "way", None)
    assert ReplicateError("t", detail="d").args == ("t", None, None, "d", None)
    assert ModelError(prediction_module.Prediction(**prediction())).args


# L20: annotations refused what works. The types themselves are pinned in tests/typing.


def test_l20_run_and_stream_take_and_declare_every_reference(call, server, served):
    server.on("GET", "/v1/models/o/n", MODEL)
    server.on("GET", "/v1/deployments/o/d", DEPLOYMENT)
    server.on("GET", f"/v1/models/o/n/versions/{V}", version())
    for path in (CREATE, "/v1/predictions", "/v1/deployments/o/d/predictions"):
        server.on("POST", path, prediction(output="x"), 201)
    model = call(served.models.get, "o/n")
    for ref, path in [
        (model, CREATE),
        ("o/n", CREATE),
        (ModelVersionIdentifier("o", "n"), CREATE),
        (call(model.versions.get, V), "/v1/predictions"),
        (ModelVersionIdentifier("o", "n", V), "/v1/predictions"),
        (f"o/n:{V}", "/v1/predictions"),
        (V, "/v1/predictions"),
        (call(served.deployments.get, "o/d"), "/v1/deployments/o/d/predictions"),
        ("deployments/o/d", "/v1/deployments/o/d/predictions"),
    ]:
        assert call(served.run, ref) == "x"
        assert server.lines[-1] == f"POST {path}"
    for method in (served.run, served.async_run, served.stream, served.async_stream):
        assert inspect.signature(method).parameters["ref"].annotation == "Reference"
    with pytest.raises(ValueError, match="Invalid argument: 7"):
        call(served.run, 7)
