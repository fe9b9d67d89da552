"""Predictors of Cog as models: whatever a predictor can do arrives at a client."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

import pytest
from cog import Input

from replicate.exceptions import ModelError, UnprocessableEntityError
from replicate.sandbox import Sandbox
from replicate.sandbox.cog_source import CogSource

pytestmark = pytest.mark.filterwarnings("ignore:Python 3.8 is no longer supported")
EXAMPLE = Path(__file__).parents[2] / "examples" / "cog"
COG = tuple(map(int, version("cog").split(".")[:2]))


def run(sandbox, client, name, **input):
    prediction = client.predictions.create(model=f"acme/{name}", input=input)
    prediction.wait()
    sandbox.settle()
    prediction.reload()
    return prediction


def wait_for_the_end_of(group):
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    raise AssertionError("the server goes on")


def test_inputs_and_structured_output(sandbox, client, tmp_path):
    (tmp_path / "more.txt").write_text("more")
    result = client.run(
        "acme/everything",
        {
            "text": "ab",
            "times": 3,
            "style": "loud",
            "document": b"a file",
            "more": [tmp_path / "more.txt", "data:text/plain;base64,ZGF0YQ=="],
            "key": "secret",
        },
    )
    words = ["AB", "AB", "AB", "A FILE", "MORE", "DATA", "TERCES"]
    assert result["words"] == words
    assert result["file"].url.startswith(sandbox.files_url)
    assert result["file"].read().decode() == result["text"] == " ".join(words)


def test_logs_metrics_and_one_setup(sandbox, client):
    first = run(sandbox, client, "everything", text="a")
    second = run(sandbox, client, "everything", text="b")
    assert first.status == second.status == "succeeded"
    numbers = [int(p.logs.split()[1]) for p in (first, second)]
    assert numbers[1] == numbers[0] + 1, "one process, set up once"
    assert "greeting hello from cog.yaml" in first.logs
    assert first.metrics["words"] == 2
    assert 0 < first.metrics["predict_time"] <= first.metrics["total_time"]


@pytest.mark.parametrize(
    ("input", "message"),
    [
        ({}, "text is required"),
        ({"text": "a", "times": 6}, "Must be less than or equal to 5"),
        ({"text": "a", "times": 0}, "Must be greater than or equal to 1"),
        ({"text": "a", "style": "shy"}, 'must be one of the following: "plain", "loud"'),
        ({"text": "a" * 10}, "String length must be less than or equal to 9"),
        ({"text": 1}, "Expected: string, given: integer"),
    ],
)
def test_wrong_inputs_are_refused(client, input, message):
    with pytest.raises(UnprocessableEntityError) as refusal:
        client.predictions.create(model="acme/everything", input=input)
    assert message in refusal.value.detail


def test_the_schema_is_cogs(client):
    schema = client.models.get("acme/everything").latest_version.openapi_schema
    inputs = schema["components"]["schemas"]["Input"]
    assert inputs["required"] == ["text"]
    assert list(inputs["properties"]) == ["text", "times", "style", "document", "more", "key"]
    assert inputs["properties"]["document"]["format"] == "uri"
    assert inputs["properties"]["key"]["x-cog-secret"] is True
    teller = client.models.get("acme/teller").latest_version
    output = teller.openapi_schema["components"]["schemas"]["Output"]
    assert output["x-cog-array-display"] == "concatenate"
    assert teller.cog_version == version("cog")


def test_text_streams_as_it_comes(sandbox, client):
    start, arrived = time.monotonic(), []
    for event in client.stream("acme/teller", {"count": 4, "pause": 0.2}):
        arrived.append((str(event), time.monotonic() - start))
    texts = [text for text, _ in arrived if text]
    assert "".join(texts) == "0 1 2 3 "
    assert arrived[3][1] - arrived[0][1] > 0.3, "one after the other"
    assert "".join(client.run("acme/teller", {"count": 2})) == "0 1 "
    assert run(sandbox, client, "teller", count=0).output == []


def test_an_iterator_of_files(sandbox, client):
    pages = client.run("acme/printer", {"count": 3})
    assert [page.read() for page in pages] == [b"page 0", b"page 1", b"page 2"]
    names = [page.url.rpartition("/")[2] for page in pages]
    # Later versions of Cog do not tell the names.
    assert names == ([f"page-{n}.txt" for n in range(3)] if COG < (0, 17) else ["output.txt"] * 3)


def test_a_failure(sandbox, client):
    with pytest.raises(ModelError, match="no luck today"):
        client.run("acme/failing", {})
    failed = run(sandbox, client, "failing")
    assert (failed.status, failed.output) == ("failed", None)
    assert failed.logs.startswith("about to fail\n")


def test_a_process_that_dies_comes_back(sandbox, client):
    died = run(sandbox, client, "failing", how="die")
    assert died.status == "failed"
    assert died.error
    assert run(sandbox, client, "failing", how="not").output == "fine"


def test_a_setup_that_fails(sandbox, client):
    for _ in range(2):
        failed = run(sandbox, client, "unready")
        assert failed.status == "failed"
        assert "setup of the model has failed" in failed.error or "does not start" in failed.error
        assert "no weights here" in failed.logs


def test_cancel(sandbox, client):
    prediction = client.predictions.create(
        model="acme/teller", input={"count": 1000, "pause": 0.05}
    )
    while not prediction.output:
        prediction.reload()
    start = time.monotonic()
    prediction.cancel()
    sandbox.settle()
    assert time.monotonic() - start < 4
    prediction.reload()
    assert prediction.status == "canceled"
    assert 0 < len(prediction.output) < 100
    assert "".join(client.run("acme/teller", {"count": 1})) == "0 ", "it is free again"


def test_a_predictor_that_does_not_listen(sandbox, client, monkeypatch):
    monkeypatch.setattr("replicate.sandbox.cog_server.CANCEL_PATIENCE", 0.3)
    prediction = client.predictions.create(model="acme/deaf", input={})
    while prediction.status != "processing":
        prediction.reload()
    prediction.cancel()
    sandbox.settle(20)
    assert run(sandbox, client, "deaf", seconds=0).output == "done"


def test_one_at_a_time(sandbox, client):
    create = client.predictions.create
    first = create(model="acme/teller", input={"count": 4, "pause": 0.2})
    second = create(model="acme/teller", input={"count": 1})
    third = create(model="acme/teller", input={"count": 1})
    third.cancel()
    while first.status != "processing":
        first.reload()
    second.reload()
    assert second.status == "starting"
    sandbox.settle()
    for prediction in (first, second, third):
        prediction.reload()
    assert (first.status, second.status, third.status) == ("succeeded", "succeeded", "canceled")
    assert second.started_at >= first.completed_at
    assert third.started_at is None


@pytest.mark.skipif(sys.version_info < (3, 11), reason="Cog runs async predictors from 3.11 on")
def test_as_many_at_once_as_the_project_says(project):
    with Sandbox(demo_models=False) as sandbox, sandbox.client() as client:
        sandbox.cog("acme/together", project / "together.py:Together", concurrency=2, official=True)
        predictions = [client.predictions.create(model="acme/together", input={}) for _ in range(3)]
        sandbox.settle()
        outputs = ["".join(client.predictions.get(p.id).output) for p in predictions]
        assert outputs[:2] == ["begun 2", "begun 2"]
        assert outputs[2] == "begun 1"


def test_a_predictor_that_runs_models_runs_them_here(sandbox, client):
    assert client.run("acme/caller", {"prompt": "four"}) == "0 1 2 3 "
    assert [p.model.full_name for p in sandbox.created[-2:]] == ["acme/caller", "acme/teller"]


def test_a_folder_with_its_readme(project):
    with Sandbox(demo_models=False, tls=True) as sandbox, sandbox.client() as client:
        model = sandbox.cog("acme/everything", project)
        assert (model.readme, model.official) == ("# Everything\n", False)
        result = client.run("acme/everything", {"text": "a", "document": b"over TLS"})
        assert result["words"] == ["a", "a", "over TLS"]
        assert result["file"].read() == b"a a over TLS"


def test_nothing_is_left(project):
    with Sandbox(demo_models=False) as sandbox, sandbox.client() as client:
        sandbox.cog("acme/teller", project / "predict.py:Teller")
        client.run("acme/teller", {"count": 1})
        (engine,) = sandbox._state.engines
        process = engine._boot.result()._process
    assert process.returncode is not None
    wait_for_the_end_of(process.pid)


def test_a_killed_sandbox_takes_it_along(project):
    code = f"""
import os, sys
from replicate.sandbox import Sandbox
from replicate.sandbox.cog_source import CogSource
sandbox = Sandbox(demo_models=False).start()
sandbox.cog("acme/teller", {str(project / "predict.py:Teller")!r})
sandbox.client().run("acme/teller", {{"count": 1}})
(engine,) = sandbox._state.engines
print(engine._boot.result()._process.pid, flush=True)
os.kill(os.getpid(), 9)
"""
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    wait_for_the_end_of(int(result.stdout))


def test_projects_that_are_none(project, tmp_path):
    sandbox = Sandbox(demo_models=False)
    (tmp_path / "cog.yaml").write_text("build: {}\n")
    (tmp_path / "broken.py").write_text("import nothing_of_this_name\n")
    for source, message in {
        tmp_path / "none": "neither a folder nor a predictor",
        tmp_path: "names no predictor",
        tmp_path / "none.py:Predictor": "there is no file",
        tmp_path / "broken.py:Predictor": "nothing_of_this_name",
        project / "predict.py:Nobody": "Nobody",
        project.parent: "there is no cog.yaml",
    }.items():
        with pytest.raises(RuntimeError, match=message) as refusal:
            sandbox.cog("acme/none", source)
        assert "cog_child" not in str(refusal.value)
    with pytest.raises(RuntimeError, match="can't be run"):
        sandbox.cog("acme/none", project, python=str(tmp_path / "python"))
    with pytest.raises(ValueError, match="owner/name"):
        sandbox.cog("none", project)
    with pytest.raises(ValueError, match="at least 1"):
        sandbox.cog("acme/none", project, concurrency=0)
    assert not sandbox.models


def test_without_a_cog_yaml(tmp_path):
    (tmp_path / "predict.py").write_text(
        "from typing import Any, List\n"
        "from cog import BasePredictor\n\n\n"
        "class P(BasePredictor):\n"
        "    def predict(self, items: List[Any], facts: dict) -> Any:\n"
        "        return {'items': items, 'facts': facts}\n"
        if COG >= (0, 17)
        else "from cog import BasePredictor\n\n\n"
        "class P(BasePredictor):\n"
        "    def predict(self, text: str = 'a') -> str:\n"
        "        return text\n"
    )
    with Sandbox(demo_models=False) as sandbox, sandbox.client() as client:
        sandbox.cog("acme/plain", tmp_path / "predict.py:P", official=True)
        if COG < (0, 17):  # which does not know Any
            assert client.run("acme/plain", {}) == "a"
        else:
            input = {"items": [1, "a", {}], "facts": {"x": [1]}}
            assert client.run("acme/plain", input) == input


def test_a_python_without_cog(project, tmp_path):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path)], check=True)
    with pytest.raises(ImportError, match=r"pip install \"replicate\[cog\]\""):
        Sandbox().cog("acme/none", project, python=str(tmp_path / "bin" / "python"))


@pytest.mark.skipif(COG < (0, 17), reason="older versions of Cog know classes and functions alike")
def test_a_function(project):
    with Sandbox(demo_models=False) as sandbox, sandbox.client() as client:
        sandbox.cog("acme/function", project / "predict.py:function")
        assert client.run("acme/function", {"text": "abc"}) == "cba"


def function_of_this_process(
    text: str = Input(description="A text", min_length=1),
    times: int = Input(default=2, ge=1, le=3),
    style: str = Input(default="plain", choices=["plain", "loud"]),
) -> str:
    return (text.upper() if style == "loud" else text) * times


def test_an_input_of_cog_in_a_function_of_this_process():
    with Sandbox(demo_models=False) as sandbox, sandbox.client() as client:
        sandbox.model("acme/function", official=True)(function_of_this_process)
        assert client.run("acme/function", {"text": "a", "style": "loud"}) == "AA"
        for wrong in ({}, {"text": ""}, {"text": "a", "times": 4}, {"text": "a", "style": "shy"}):
            with pytest.raises(UnprocessableEntityError):
                client.run("acme/function", wrong)


def test_the_command_line(project, tmp_path):
    code = "import replicate; print(replicate.run('acme/everything', {'text': 'ab'})['text'])"
    command = [sys.executable, "-m", "replicate.sandbox", "--cog", str(project)]
    client = ["--", sys.executable, "-c", code]
    result = subprocess.run([*command, *client], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout) == (0, "ab ab\n"), result.stderr
    command[-1] = f"me/teller={project / 'predict.py:Teller'}"
    client[-1] = "import replicate; print(''.join(replicate.run('me/teller', {})))"
    result = subprocess.run([*command, *client], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout) == (0, "0 1 2 \n"), result.stderr
    command[-1] = str(tmp_path)
    result = subprocess.run([*command, *client], capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert result.stderr.endswith(f"there is no cog.yaml in {tmp_path}\n")


def test_changes_of_the_code_are_seen(project, tmp_path):
    file = tmp_path / "predict.py"
    code = "from cog import BasePredictor\n\n\nclass P(BasePredictor):\n"
    code += "    def predict(self, text: str = 'a') -> str:\n        return text + 'OLD'\n"
    file.write_text(code)
    (tmp_path / "cog.yaml").write_text("predict: predict.py:P\n")
    source = CogSource(f"acme/changing={tmp_path}")
    with Sandbox(demo_models=False) as sandbox, sandbox.client() as client:
        source.load(sandbox)
        assert not source.changed()
        first = sandbox.models["acme/changing"].latest_version.id
        assert client.run(f"acme/changing:{first}", {"text": "x"}) == "xOLD"
        file.write_text(code.replace("OLD", "NEWER"))
        assert source.changed()
        source.load(sandbox)
        second = sandbox.models["acme/changing"].latest_version.id
        assert client.run(f"acme/changing:{second}", {"text": "x"}) == "xNEWER"
        assert client.run(f"acme/changing:{first}", {"text": "x"}) == "xOLD", "it still runs"


def test_the_predictor_of_the_examples():
    with Sandbox() as sandbox, sandbox.client() as client:
        sandbox.cog("acme/verses", EXAMPLE, official=True)
        pictures = client.run("acme/verses", {"subject": "tides", "pictures": 2})
        assert [picture.read()[:4] for picture in pictures] == [b"\x89PNG"] * 2
        assert len(sandbox.created) == 3
