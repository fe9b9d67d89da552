"""The command line, in this process where that is enough."""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional

import pytest

from replicate._command.main import STATUSES, main
from replicate._command.parser import parse
from replicate._runs import waiting
from replicate.prediction import Prediction
from replicate.sandbox import File, Input, Sandbox, current_prediction

CHOICE = Input(default="red", choices=["red", "green"])
PICTURE = Input(default=None, description="A picture")


@pytest.fixture
def sandbox(monkeypatch):
    sandbox = Sandbox()

    @sandbox.model("me/everything", official=True)
    def everything(
        text: str = "",
        count: int = 1,
        ratio: float = 0.5,
        loud: bool = False,
        choice: str = CHOICE,
        tags: Optional[List[str]] = None,
        numbers: Optional[List[int]] = None,
        options: Optional[Dict[str, Any]] = None,
        picture: Optional[File] = PICTURE,
    ) -> Dict[str, Any]:
        """Give back what came in."""
        return {}

    @sandbox.model("me/echo", official=True)
    def echo(text: str) -> str:
        print("a log line")
        return text

    @sandbox.model("me/pictures", official=True)
    def pictures(count: int = 2) -> List[File]:
        return [File(b"picture %d" % n, f"out-{n}.png") for n in range(count)]

    @sandbox.model("me/mixed", official=True)
    def mixed() -> Dict[str, Any]:
        return {"score": 0.5, "file": File(b"content", "mask.png")}

    @sandbox.model("me/fail", official=True)
    def fail(text: str = "") -> str:
        print("about to fail")
        raise ValueError(f"no luck {text}".strip())

    @sandbox.model("me/slow", official=True)
    def slow() -> Iterator[str]:
        yield "begun "
        current_prediction().sleep(60)

    with sandbox:
        for name, value in sandbox.environment.items():
            monkeypatch.setenv(name, value)
        yield sandbox


@pytest.fixture
def cli(sandbox, capsys):
    """Run a command, and return its status and what it has printed."""

    def run(*words):
        status = main([*map(str, words)])
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return run


@pytest.fixture
def stdin(monkeypatch):
    def give(content):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content), "utf-8"))

    return give


def process(sandbox, *words, **options):
    environment = {**os.environ, **sandbox.environment, **options.pop("env", {})}
    command = [sys.executable, "-m", "replicate", *words]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, env=environment, **{**pipes, **options})


# run


def test_text_is_printed_as_it_is(cli):
    status, out, err = cli("run", "me/echo", "text=héllo\nworld")
    assert (status, out) == (0, "héllo\nworld\n")
    assert [line.rpartition(": ")[2] for line in err.splitlines()][-1] == "succeeded"


def test_quiet_and_logs(cli):
    assert cli("run", "me/echo", "text=a", "--quiet")[2] == ""
    assert cli("run", "me/echo", "text=a", "--quiet", "--logs")[2] == "a log line\n"


@pytest.mark.parametrize(
    ("words", "sent"),
    [
        (["text=a=b:=c"], {"text": "a=b:=c"}),
        (["text=3"], {"text": "3"}),
        (["text="], {"text": ""}),
        (["text=@@home"], {"text": "@home"}),
        (["count=3", "ratio=2", "loud=true"], {"count": 3, "ratio": 2, "loud": True}),
        (["choice=green"], {"choice": "green"}),
        (["tags=a"], {"tags": ["a"]}),
        (["tags=a", "tags=b, c"], {"tags": ["a", "b, c"]}),
        (['tags=["a", "b"]'], {"tags": ["a", "b"]}),
        (["numbers=1", "numbers=2"], {"numbers": [1, 2]}),
        (["numbers:=[1, 2]"], {"numbers": [1, 2]}),
        (['options={"a": [1]}'], {"options": {"a": [1]}}),
        (["count:=3", 'text:="a"'], {"count": 3, "text": "a"}),
        (["picture=data:,x"], {"picture": "data:,x"}),
        (["--quiet", "text=a", "--json", "count=2"], {"text": "a", "count": 2}),
    ],
    ids=str,
)  # fmt: skip
def test_inputs_are_what_the_schema_says(cli, sandbox, words, sent):
    assert cli("run", "me/everything", *words)[0] == 0
    assert sandbox.created[-1].input == sent


def test_inputs_from_files(cli, sandbox, stdin, tmp_path):
    (tmp_path / "prompt.txt").write_text("from a file", encoding="utf-8")
    (tmp_path / "count").write_text("4\n", encoding="utf-8")
    (tmp_path / "in.json").write_text('{"text": "x", "count": 2, "loud": true}', encoding="utf-8")
    (tmp_path / "numbers.json").write_text("[1, 2]", encoding="utf-8")
    given = {
        f"text=@{tmp_path / 'prompt.txt'}": {"text": "from a file"},
        f"count=@{tmp_path / 'count'}": {"count": 4},
        f"numbers:=@{tmp_path / 'numbers.json'}": {"numbers": [1, 2]},
        f"--input={tmp_path / 'in.json'}": {"text": "x", "count": 2, "loud": True},
    }
    for word, sent in given.items():
        assert cli("run", "me/everything", word)[0] == 0
        assert sandbox.created[-1].input == sent
    words = ["--input", tmp_path / "in.json", "count=5"]
    assert cli("run", "me/everything", *words)[0] == 0
    assert sandbox.created[-1].input == {"text": "x", "count": 5, "loud": True}
    stdin(b"from a pipe")
    assert cli("run", "me/echo", "text=@-")[1] == "from a pipe\n"
    stdin(b'{"text": "as JSON"}')
    assert cli("run", "me/echo", "--input", "-")[1] == "as JSON\n"


def test_files_are_uploaded(cli, sandbox, stdin, tmp_path):
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    assert cli("run", "me/everything", f"picture=@{tmp_path / 'a.png'}")[0] == 0
    assert sandbox.created[-1].input["picture"].startswith(sandbox.url)
    stdin(b"\x89PNG\r\n\x1a\n")
    assert cli("run", "me/everything", "picture=@-")[0] == 0
    name, content_type = next(
        (file["name"], file["content_type"])
        for file in json.loads(cli("files", "list", "--json")[1])
    )
    assert content_type == "image/png"
    assert name


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run"], "required: MODEL"),
        (["run", "nonsense"], "Expected format"),
        (["run", "me/everything", "nonsense"], "'nonsense' is no input"),
        (["run", "me/everything", "--nonsense"], "unrecognized arguments: --nonsense"),
        (["run", "me/everything", "txet=a"], "did you mean 'text'?"),
        (["run", "me/everything", "count=many"], "count: Invalid type. Expected: integer"),
        (["run", "me/everything", "count=NaN"], "count: Invalid type. Expected: integer"),
        (["run", "me/everything", "count:=many"], "count is no JSON"),
        (["run", "me/everything", "choice=blue"], "choice must be one of the following"),
        (["run", "me/everything", "text=a", "text=b"], "text is given twice"),
        (["run", "me/everything", "picture=@no.png"], "there is no file no.png"),
        (["run", "me/everything", "text=@-", "choice=@-"], "standard input is given twice"),
        (["run", "me/everything", "--input", "no.json"], "there is no file no.json"),
        (["run", "me/everything", "--input", __file__], "is no JSON"),
        (["run", "me/everything", "--timeout", "soon"], "no number of seconds above 0"),
        (["run", "me/echo"], "text is required"),
        (["predictions"], "required: COMMAND"),
        (["predictions", "list", "--limit", "0"], "no number above 0"),
        (["predictions", "show", "a", "b"], "unrecognized arguments: b"),
        (["files", "upload", "no.png"], "no.png"),
        (["nonsense"], "invalid choice"),
        (["--nonsense", "typed"], "goes first"),
        (["models", "show", "nonsense"], "owner/name"),
        (["predictions", "show", ""], "id"),
        (["predictions", "show", ".."], "id"),
        (["collections", "show", ""], "slug"),
        (["deployments", "show", "nonsense"], "owner/name"),
        (["files", "show", "."], "file_id"),
        (["trainings", "create", "nonsense", "--destination", "me/it"], "version"),
        (["trainings", "create", "sandbox/markov", "--destination", "it"], "version"),
        (["trainings", "create", "sandbox/markov:1"], "required: --destination"),
        ([], "required: COMMAND"),
    ],
    ids=str,
)
def test_what_cannot_be_meant_is_said_and_costs_nothing(cli, sandbox, stdin, words, said):
    stdin(b"")
    status, out, err = cli(*words)
    assert (status, out) == (2, "")
    assert said in err
    assert "Traceback" not in err
    assert not sandbox.created


def test_files_are_told_by_url_or_saved(cli, sandbox, tmp_path):
    status, out, _ = cli("run", "me/pictures")
    assert [line[:4] for line in out.splitlines()] == ["http", "http"]
    folder = tmp_path / "new" / "folder"
    status, out, _ = cli("run", "me/pictures", "--save", folder)
    stem = f"pictures-{sandbox.created[-1].id}"
    assert (status, out.splitlines()) == (0, [str(folder / f"{stem}-{n}.png") for n in (0, 1)])
    assert (folder / f"{stem}-1.png").read_bytes() == b"picture 1"
    assert json.loads((folder / f"{stem}.json").read_text())["model"] == "me/pictures"
    status, out, _ = cli("run", "me/mixed", "--save", folder)
    name = f"mixed-{sandbox.created[-1].id}-0.png"
    assert json.loads(out) == {"score": 0.5, "file": str(folder / name)}
    status, out, _ = cli("run", "me/pictures", "count=1", "--save", folder, "--json")
    found = json.loads(out)
    assert found["output"] == [str(folder / f"pictures-{found['id']}-0.png")]
    assert cli("predictions", "wait", found["id"], "--save", folder)[1].strip() in out


def test_json_is_the_prediction(cli):
    status, out, _ = cli("run", "me/echo", "text=a", "--json")
    found = json.loads(out)
    assert (status, found["output"], found["status"]) == (0, "a", "succeeded")


def test_a_failed_run(cli):
    status, out, err = cli("run", "me/fail", "--quiet")
    assert (status, out) == (1, "")
    assert "no luck" in err
    assert "about to fail" in err
    assert "main.py" not in err
    status, out, _ = cli("run", "me/fail", "--json")
    assert (status, json.loads(out)["error"]) == (1, "no luck")


def test_the_time_is_over(cli, sandbox):
    status, _, err = cli("run", "me/slow", "--timeout", "0.3")
    assert status == 124
    assert sandbox.created[-1].id in err
    assert sandbox.client().predictions.get(sandbox.created[-1].id).status == "canceled"


def test_detached(cli, sandbox):
    status, out, _ = cli("run", "me/slow", "--detach")
    (run,) = sandbox.created
    assert (status, out) == (0, f"{run.id}\n")
    assert cli("predictions", "cancel", run.id)[1] == f"{run.id}  canceled\n"


def test_an_interrupt_cancels_the_run(cli, sandbox, monkeypatch):
    async def pause(seconds):
        raise KeyboardInterrupt

    monkeypatch.setattr(waiting, "pause", pause)
    status, out, err = cli("run", "me/slow")
    (run,) = sandbox.created
    assert (status, out) == (130, "")
    assert err.endswith(f"interrupted; Prediction {run.id} is canceled\n")


@pytest.fixture
def own_signals():
    """Put back what the signals did, which a command that they have ended leaves ignored."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    for number in before:
        signal.signal(number, signal.SIG_DFL)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.usefixtures("own_signals")
@pytest.mark.parametrize("later", [[], [15], [1], [15, 1, 15]])
@pytest.mark.parametrize("number", [15, 1])
def test_a_signal_cancels_the_run_and_later_ones_do_not_end_that(
    cli, sandbox, monkeypatch, number, later
):
    async def pause(seconds):
        os.kill(os.getpid(), number)

    def cancel(prediction):
        for each in later:
            os.kill(os.getpid(), each)
        real(prediction)

    real = Prediction.cancel
    monkeypatch.setattr(waiting, "pause", pause)
    monkeypatch.setattr(Prediction, "cancel", cancel)
    status, out, err = cli("run", "me/slow")
    (run,) = sandbox.created
    assert (status, out) == (128 + number, "")
    assert err.endswith(f"interrupted; Prediction {run.id} is canceled\n")
    # Nor do they end the process on its last lines.
    assert signal.getsignal(15) == signal.getsignal(1) == signal.SIG_IGN


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.usefixtures("own_signals")
def test_what_signals_do_is_put_back(cli):
    assert cli("run", "me/echo", "text=a")[0] == 0
    assert signal.getsignal(15) == signal.getsignal(1) == signal.SIG_DFL


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
@pytest.mark.parametrize("command", ["run", "stream"])
def test_signals_that_end_a_process(sandbox, command, name):
    number = getattr(signal, name)

    def default():  # a shell may have started this with Ctrl-C switched off
        signal.signal(signal.SIGINT, signal.default_int_handler)

    child = process(sandbox, command, "me/slow", preexec_fn=default)
    while not sandbox.created:
        time.sleep(0.02)
    time.sleep(0.3)
    child.send_signal(number)
    if name != "SIGINT":  # as `timeout` and terminals do
        time.sleep(0.001)
        child.send_signal(number)
    _, err = child.communicate(timeout=20)
    assert child.returncode == 128 + number
    assert b"Traceback" not in err
    assert b"is canceled" in err
    assert sandbox.client().predictions.get(sandbox.created[0].id).status == "canceled"


# stream


def test_stream_prints_text_as_it_comes(cli):
    status, out, err = cli("stream", "sandbox/storyteller", "prompt=a fox", "delay=0")
    assert status == 0
    assert out.startswith("Once upon a time there was a fox.")
    assert out.endswith("\n")
    assert err == ""
    status, out, err = cli("stream", "sandbox/storyteller", "prompt=a fox", "--json", "delay=0")
    events = [json.loads(line) for line in out.splitlines()]
    assert events[-1]["event"] == "done"
    assert "".join(each["data"] for each in events if each["event"] == "output")[:4] == "Once"


def test_a_stream_of_files_is_one_of_lines(cli):
    status, out, _ = cli("stream", "me/pictures")
    assert status == 0
    assert [line[:4] for line in out.splitlines()] == ["http", "http"]


def test_a_stream_that_fails(cli):
    status, _, err = cli("stream", "me/fail", "--logs")
    assert status == 1
    assert "no luck" in err


# Resources


def test_predictions(cli, sandbox):
    for text in "ab":
        cli("run", "me/echo", f"text={text}")
    ids = [run.id for run in reversed(sandbox.created)]
    status, out, _ = cli("predictions", "list")
    head, *rows = out.splitlines()
    assert head.split() == ["ID", "MODEL", "STATUS", "VERSION", "CREATED_AT"]
    assert [row.split()[0] for row in rows] == ids
    assert "\t" not in out
    status, out, _ = cli("predictions", "list", "--json", "--limit", "1")
    assert [each["id"] for each in json.loads(out)] == ids[:1]
    assert cli("predictions", "list", "--created-after", "2100-01-01T00:00:00Z")[:2] == (0, "")
    assert cli("predictions", "list", "--created-after", "nonsense")[0] == 3
    status, out, _ = cli("predictions", "show", ids[0])
    fields = dict(line.partition("  ")[::2] for line in out.splitlines())
    fields = {name: value.strip() for name, value in fields.items()}
    assert (fields["id"], fields["status"], fields["output"]) == (ids[0], "succeeded", "b")
    assert fields["input"] == '{"text": "b"}'
    assert json.loads(cli("predictions", "show", ids[0], "--json")[1])["output"] == "b"
    assert cli("predictions", "wait", *ids, "--quiet")[:2] == (0, "b\na\n")


def test_an_output_that_is_removed_is_told(cli, sandbox):
    cli("run", "me/echo", "text=a")
    (run,) = sandbox.created
    removed = {"id": run.id, "model": "me/echo", "status": "succeeded", "data_removed": True}
    sandbox.fault("predictions.get", status=200, body=json.dumps(removed))
    status, out, err = cli("predictions", "wait", run.id, "--quiet")
    assert (status, out) == (3, "")
    assert "removed" in err


def test_wait_for_one_that_fails(cli, sandbox):
    cli("run", "me/fail", "--detach")
    cli("run", "me/echo", "text=a", "--detach")
    status, out, err = cli("predictions", "wait", *(run.id for run in sandbox.created))
    assert (status, out) == (1, "a\n")
    assert "no luck" in err


def test_lists_go_over_pages(cli):
    for _ in range(3):
        cli("files", "upload", __file__)
    assert len(json.loads(cli("files", "list", "--json", "--limit", "2")[1])) == 2
    status, out, err = cli("models", "list", "--limit", "1000", "--json")
    assert len(json.loads(out)) > 10
    assert err == ""


def test_models(cli):
    status, out, _ = cli("models", "show", "black-forest-labs/flux-schnell")
    assert status == 0
    assert "Paint quickly" in out
    row = next(line for line in out.splitlines() if line.startswith("num_outputs"))
    assert row.split(None, 2)[2].split()[:4] == ["1", "1", "to", "4"]
    status, out, _ = cli("models", "search", "flux")
    assert "flux-schnell" in out
    assert json.loads(cli("models", "search", "flux", "--json")[1])[0]["name"] == "flux-schnell"


def test_files(cli, tmp_path):
    (tmp_path / "a.txt").write_text("a", encoding="utf-8")
    status, out, _ = cli("files", "upload", tmp_path / "a.txt")
    id, url = out.split()
    assert url.endswith(id)
    assert "text/plain" in cli("files", "show", id)[1]
    assert cli("files", "delete", id)[:2] == (0, "")
    assert cli("files", "list")[:2] == (0, "")
    status, out, _ = cli("files", "upload", tmp_path / "a.txt", "--content-type", "x/y", "--json")
    assert json.loads(out)["content_type"] == "x/y"


def test_trainings(cli, sandbox):
    sandbox.client().models.create("sandbox", "mine", visibility="private", hardware="cpu")
    version = sandbox.client().models.get("sandbox/markov").latest_version.id
    words = ["create", f"sandbox/markov:{version}", "--destination", "sandbox/mine"]
    status, out, err = cli("trainings", *words, "train_data=data:,some%20words%20and%20more")
    assert status == 0, err
    id = out.strip()
    status, out, _ = cli("trainings", "wait", id)
    assert status == 0
    assert "succeeded" in out
    assert id in cli("trainings", "list")[1]


def test_the_rest(cli):
    assert "gpu-t4" in cli("hardware")[1]
    assert "sandbox" in cli("account")[1]
    assert cli("deployments", "list")[:2] == (0, "")
    status, out, _ = cli("collections", "show", "demo-models")
    assert status == 0
    assert "name='painter'" in out


def test_any_operation(cli, sandbox):
    status, out, _ = cli("api")
    assert status == 0
    assert "deployments.update" in out
    assert len(out.splitlines()) > 35
    version = sandbox.client().models.get("sandbox/painter").latest_version.id
    words = ["name=mine", "model=sandbox/painter", f"version={version}", "hardware=cpu"]
    status, out, err = cli(
        "api", "deployments.create", *words, "min_instances=0", "max_instances=1"
    )
    assert status == 0, err
    assert json.loads(out)["current_release"]["configuration"]["max_instances"] == 1
    words = ['input:={"prompt": "a"}', "webhook_events_filter=start", "webhook=https://a.example"]
    place = ["deployment_owner=sandbox", "deployment_name=mine"]
    status, out, err = cli("api", "deployments.predictions_create", *place, *words)
    assert status == 0, err
    assert sandbox.created[-1].input == {"prompt": "a"}
    readme = {"body": "# Painter", "content_type": "text/plain"}
    sandbox.fault("models.readme.get", status=200, **readme)
    words = ["models.readme_get", "model_owner=sandbox", "model_name=painter"]
    assert cli("api", *words)[:2] == (0, "# Painter\n")
    assert cli("api", "deployments.delete", *place)[0] in {0, 3}
    for words, said in (
        (["models.gte"], "did you mean models.get?"),
        (
            ["models.get"],
            "missing a required argument: 'model_owner'; it takes model_owner, model_name",
        ),
        (["account.get", "model=a"], "unexpected keyword argument 'model'; it takes nothing"),
    ):
        status, _, err = cli("api", *words)
        assert status == 2
        assert said in err


# map


def lines(out):
    return [json.loads(line) for line in out.splitlines()]


def test_map_over_lines_of_json(cli, sandbox, tmp_path):
    (tmp_path / "in.jsonl").write_text('{"text": "a"}\n\n{"text": "b"}\n', encoding="utf-8")
    status, out, err = cli("map", "me/echo", tmp_path / "in.jsonl")
    assert (status, lines(out)) == (0, [{"index": 0, "output": "a"}, {"index": 1, "output": "b"}])
    assert err.endswith("2 of 2 done, 0 failed\n")


def test_map_over_csv(cli, sandbox, stdin, tmp_path):
    text = 'text,count,tags\r\n"a, b",3,\r\nc,,x\r\n'
    (tmp_path / "in.csv").write_text(text, encoding="utf-8")
    assert cli("map", "me/everything", tmp_path / "in.csv", "loud=true")[0] == 0
    sent = sorted((run.input for run in sandbox.created), key=lambda input: input["text"])
    assert sent == [
        {"text": "a, b", "count": 3, "loud": True},
        {"text": "c", "tags": ["x"], "loud": True},
    ]
    stdin(b"text\nz\n")
    assert lines(cli("map", "me/echo", "-", "--csv")[1]) == [{"index": 0, "output": "z"}]


def test_cells_name_files_only_for_inputs_that_are_files(cli, sandbox, tmp_path):
    (tmp_path / "secret.txt").write_text("secret")
    path = f"@{tmp_path / 'secret.txt'}"
    rows = f'text,tags,numbers,picture\n{path},{path},,{path}\n@you: hi,@@a,"[1]",\n'
    (tmp_path / "in.csv").write_text(rows)

    assert cli("map", "me/everything", tmp_path / "in.csv")[0] == 0

    first, second = sorted((run.input for run in sandbox.created), key=len, reverse=True)
    first, second = (first, second) if "picture" in first else (second, first)
    assert (first["text"], first["tags"]) == (path, [path])
    assert first["picture"].startswith(sandbox.url)
    assert second == {"text": "@you: hi", "tags": ["@@a"], "numbers": [1]}


def test_cells_may_be_long(cli, sandbox, tmp_path):
    text = "a" * 200_000
    (tmp_path / "in.csv").write_text(f"text\n{text}\n")
    assert lines(cli("map", "me/echo", tmp_path / "in.csv")[1]) == [{"index": 0, "output": text}]


def test_lines_of_json_end_at_line_feeds_only(cli, tmp_path):
    text = "a\u2028b\u2029c\x85d"
    line = json.dumps({"text": text}, ensure_ascii=False)
    (tmp_path / "in.jsonl").write_bytes(f"{line}\r\n{line}\n".encode())
    out = cli("map", "me/echo", tmp_path / "in.jsonl")[1].rstrip("\n").split("\n")
    assert [json.loads(each)["output"] for each in out] == [text, text]


@pytest.mark.skipif(sys.version_info >= (3, 11), reason="Python takes it from then on")
def test_what_python_does_not_take_for_csv(cli, tmp_path):
    (tmp_path / "in.csv").write_text("text\na\0b\n")
    status, _, err = cli("map", "me/echo", tmp_path / "in.csv")
    assert status == 2
    assert "is not CSV" in err


def test_map_tells_which_have_failed_and_goes_on_another_time(cli, sandbox, tmp_path):
    (tmp_path / "in.jsonl").write_text('{"text": "a"}\n{"text": "b"}\n', encoding="utf-8")
    words = ["map", "me/fail", tmp_path / "in.jsonl", "--quiet"]
    status, out, err = cli(*words)
    assert status == 1
    assert [line["error"] for line in lines(out)] == ["no luck a", "no luck b"]
    assert all(line["prediction"] for line in lines(out))
    assert "2 of 2 runs have failed" in err
    words = ["map", "me/echo", tmp_path / "in.jsonl", "--journal", tmp_path / "journal"]
    outs = [cli(*words)[1] for _ in range(2)]
    assert outs[0] == outs[1]
    assert len(sandbox.created) == 4


@pytest.mark.parametrize("name", ["", "no/such/folder/journal", "."])
def test_a_journal_that_cannot_be_written(cli, sandbox, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.jsonl").write_text('{"text": "a"}\n')
    status, out, err = cli("map", "me/echo", "in.jsonl", "--journal", name)
    assert (status, out) == (1, "")
    assert f"can't use {name!r} as a journal: unable to open" in err
    assert not sandbox.created


def test_map_saves_files(cli, sandbox, tmp_path):
    (tmp_path / "in.jsonl").write_text('{"count": 1}\n{"count": 1}\n', encoding="utf-8")
    folder = tmp_path / "out"
    _, out, _ = cli("map", "me/pictures", tmp_path / "in.jsonl", "--save", folder)
    paths = [path for line in lines(out) for path in line["output"]]
    names = [f"pictures-{run.id}-0.png" for run in sandbox.created]
    assert sorted(paths) == sorted(str(folder / name) for name in names)
    assert all((folder / name).exists() for name in names)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("in.jsonl", '{"text": "a"}\n{"txet": "b"}', "line 2: "),
        ("in.jsonl", '{"text": "a"}\n[1]', "line 2 is no JSON object"),
        ("in.jsonl", "a", "line 1 is no JSON"),
        ("in.csv", "text,count\na,1\nb,many", "line 3: "),
        ("in.csv", "text\na,b", "more cells"),
        ("in.csv", "text:\n5", "'text:', which cannot be the name of an input"),
        ("in.csv", "text,options:\na,@in.csv", "which cannot be the name of an input"),
        ("in.csv", "text,\na,b", "which cannot be the name of an input"),
    ],
)
def test_map_starts_nothing_while_a_row_is_wrong(cli, sandbox, tmp_path, name, content, said):
    (tmp_path / name).write_text(content, encoding="utf-8")
    status, _, err = cli("map", "me/everything", tmp_path / name)
    assert status == 2
    assert said in err
    assert not sandbox.created


# What can go wrong


def test_what_the_api_refuses(cli, monkeypatch):
    status, out, err = cli("models", "show", "no/such")
    assert (status, out) == (3, "")
    assert "no/such" in err
    monkeypatch.delenv("REPLICATE_API_TOKEN")
    status, _, err = cli("account")
    assert status == 3
    assert "REPLICATE_API_TOKEN" in err


def test_no_connection(cli, monkeypatch):
    monkeypatch.setenv("REPLICATE_BASE_URL", "http://127.0.0.1:1")
    monkeypatch.setattr("replicate.default_client.max_retries", 0)
    status, _, err = cli("account")
    assert status == 4
    assert "127.0.0.1" in err


def test_a_terminal_gets_no_control_characters(cli, monkeypatch):
    hostile = "\x1b]0;title\x07red\ttab\r"
    assert cli("run", "me/echo", f"text={hostile}", "--quiet")[1] == f"{hostile}\n"
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    out = cli("run", "me/echo", f"text={hostile}", "--quiet")[1]
    assert "red\ttab" in out
    assert not {"\x1b", "\x07", "\r"} & set(out)


def test_progress_in_a_terminal_is_one_line(cli, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    err = cli("run", "sandbox/sprites", "prompt=a", "count=16")[2]
    assert err.count("\n") == 1
    assert err.endswith("succeeded\n")


def test_tables_fit_a_terminal(cli, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    assert max(map(len, cli("models", "list")[1].splitlines())) > 40
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert max(map(len, cli("models", "list")[1].splitlines())) == 40


def test_the_documentation_has_commands_that_there_are():
    page = Path(__file__).parent.parent / "docs" / "command-line.md"
    text = page.read_text(encoding="utf-8")
    commands = re.findall(r"^(?:.*\| )?python -m replicate (.*)$", text, re.MULTILINE)
    assert len(commands) > 3
    for command in commands:
        assert parse(shlex.split(command)).function
    statuses = set(re.findall(r"^\| (\d+) \|", text, re.MULTILINE))
    assert statuses == {"0", *(str(status) for _, status in STATUSES)}


def test_help_and_version(cli):
    status, out, _ = cli("--help")
    assert status == 0
    for name in ("run", "stream", "map", "predictions", "sandbox", "exit status"):
        assert name in out
    assert cli("predictions", "list", "--help")[1].count("--created-after") == 2
    assert cli("--version")[1].startswith("replicate 1.")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="pipes")
def test_a_closed_pipe_is_quiet(sandbox):
    child = process(sandbox, "models", "list", "--json")
    child.stdout.close()
    err = child.stderr.read()
    child.stderr.close()
    assert child.wait(20) == 141
    assert err == b""


@pytest.mark.slow
def test_letters_that_a_terminal_does_not_have(sandbox):
    words = ["run", "me/echo", "text=\N{SNOWMAN}", "--quiet"]
    child = process(sandbox, *words, env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    out, err = child.communicate(timeout=20)
    assert (child.returncode, out.strip(), err) == (0, b"\\u2603", b"")


@pytest.mark.slow
def test_the_sandbox_is_a_command(sandbox):
    child = process(sandbox, "sandbox", "--", sys.executable, "-c", "print('inside')")
    out, err = child.communicate(timeout=30)
    assert (child.returncode, out.strip()) == (0, b"inside"), err
