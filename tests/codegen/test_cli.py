"""The commands: generate, check, diff, fetch, and their exit status."""

from __future__ import annotations

import copy
import json
import re
import shutil
import subprocess
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
import yaml

from codegen.__main__ import main
from codegen.diff import compare
from codegen.document import load
from codegen.fetch import fetch, write
from codegen.prepare import read


@pytest.fixture
def changes(document):
    """What a change to the document changes for users."""

    def changes(edit):
        changed = copy.deepcopy(document)
        edit(changed)
        return [str(change).strip() for change in compare(read(document)[0], read(changed)[0])]

    return changes


def test_check_finds_stale_files(document, generate, capsys):
    package = generate(document) / "replicate_api"
    models = package / "models"
    (models / "account.py").write_text((models / "account.py").read_text() + "\nX = 1\n")
    (models / "version.py").unlink()
    (models / "extra.py").write_text("X = 1\n")
    (models / "empty.py").write_text("")
    assert main(["check", "--output", str(package)]) == 1
    output = capsys.readouterr()
    for name in ("account", "version", "extra", "empty"):
        assert f"models/{name}.py" in output.out
    assert "is stale: run `make generate`" in output.err
    assert main(["generate", "--output", str(package)]) == 0
    assert main(["check", "--output", str(package)]) == 0
    assert capsys.readouterr().out == ""


def test_errors_have_a_status_of_their_own(tmp_path, capsys):
    spec = tmp_path / "spec.yaml"
    spec.write_text("openapi: 3.1.0")
    assert main(["generate", "--spec", str(spec), "--output", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err == "codegen: the document names no server\n"
    assert main(["diff", str(tmp_path / "gone"), str(spec)]) == 2
    assert "gone" in capsys.readouterr().err


@pytest.fixture
def changed(document, tmp_path):
    """A document with a field more and a field less."""
    prediction = document["components"]["schemas"]["schemas_prediction_response"]["properties"]
    prediction["example_position"] = {"type": "integer"}
    del prediction["logs"]
    path = tmp_path / "new.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_diff_prints_what_changes(changed, root, capsys):
    old = str(root / "openapi.yaml")
    assert main(["diff", old, old]) == 0
    assert capsys.readouterr().out == "nothing changes for users\n"
    assert main(["diff", old, str(changed)]) == 1
    breaking, other = capsys.readouterr().out.splitlines()
    whom = "(breaks code that reads `prediction.logs`)"
    assert breaking == f"BREAKING  models.Prediction: field logs removed {whom}"
    assert other == "          models.Prediction: field example_position added"


def test_diff_as_markdown_and_json(changed, root, capsys):
    old = str(root / "openapi.yaml")
    assert main(["diff", old, str(changed), "--format", "md"]) == 1
    assert capsys.readouterr().out == (
        "### Breaking\n\n- `models.Prediction`: field logs removed; breaks code that reads "
        "`prediction.logs`\n\n### Other changes\n\n"
        "- `models.Prediction`: field example_position added\n"
    )
    assert main(["diff", old, str(changed), "--format", "json"]) == 1
    first, second = json.loads(capsys.readouterr().out)
    assert first == {
        "subject": "models.Prediction",
        "text": "field logs removed",
        "whom": "code that reads `prediction.logs`",
        "breaks": True,
    }
    assert (second["text"], second["breaks"]) == ("field example_position added", False)
    assert main(["diff", old, old, "--format", "md"]) == 0
    assert capsys.readouterr().out == "Nothing changes for users.\n"


@pytest.mark.parametrize("count", [1, 5])
def test_diff_tells_of_every_field_of_a_class(changes, count):
    def edit(document):
        model = document["components"]["schemas"]["schemas_model_response"]["properties"]
        for name in [*model][:count]:
            del model[name]

    assert len([line for line in changes(edit) if "removed" in line]) == count


def test_diff_of_plain_dictionaries(changes):
    def edit(document):
        prediction = document["components"]["schemas"]["schemas_prediction_response"]["properties"]
        del prediction["urls"]["properties"]["stream"]

    whom = '(breaks code that reads `prediction_urls["stream"]`)'
    assert changes(edit) == [f"BREAKING  models.PredictionUrls: field stream removed {whom}"]


def test_other_words_change_nothing(document):
    def reworded(node):
        if isinstance(node, dict):
            return {
                key: "Other words."
                if key == "description" and isinstance(value, str)
                else reworded(value)
                for key, value in node.items()
            }
        return [reworded(value) for value in node] if isinstance(node, list) else node

    assert compare(read(document)[0], read(reworded(document))[0]) == []


def test_fetch_keeps_the_content_of_a_file(document, tmp_path, capsys):
    document["info"]["description"] = "Several\nlines: `code`\n\n    indented\n"
    document["info"]["x-odd"] = [
        "yes",
        "1e3",
        "2024-10-01",
        " a",
        "a ",
        "#",
        "\u2028",
        "ü",
        None,
        0.5,
    ]
    (tmp_path / "new.json").write_text(json.dumps(document))
    spec = tmp_path / "openapi.yaml"
    assert main(["fetch", str(tmp_path / "new.json"), "--spec", str(spec)]) == 0
    assert load(spec) == yaml.safe_load(spec.read_text()) == document
    assert list(load(spec)["paths"]) == list(document["paths"])
    output = capsys.readouterr()
    assert (output.out, output.err) == ("", f"wrote {spec}\n")
    del document["components"]["schemas"]["schemas_prediction_response"]["properties"]["logs"]
    (tmp_path / "new.json").write_text(json.dumps(document))
    assert main(["fetch", str(tmp_path / "new.json"), "--spec", str(spec)]) == 0
    assert "BREAKING  models.Prediction: field logs removed" in capsys.readouterr().out


def test_what_fetch_writes_is_written_alike_again(document, tmp_path):
    write(document, tmp_path / "one.yaml")
    write(load(tmp_path / "one.yaml"), tmp_path / "two.yaml")
    assert (tmp_path / "one.yaml").read_text() == (tmp_path / "two.yaml").read_text()


def test_fetch_tells_all_corrections_at_once_and_goes_on(document, root, tmp_path, capsys):
    schemas = document["components"]["schemas"]
    file = schemas["schemas_file_response"]["properties"]
    file["name"] = file["etag"] = {"type": "string"}
    schemas["schemas_model_response"]["properties"]["default_example"] = {"type": "string"}
    del schemas["schemas_training_response"]["properties"]["metrics"]
    spec, new = tmp_path / "openapi.yaml", tmp_path / "new.json"
    new.write_text(json.dumps(document))
    assert main(["fetch", str(new), "--spec", str(spec)]) == 0
    told = capsys.readouterr().err
    assert "'file name and etag' does not match: the document says so itself now: drop" in told
    assert "'model default_example' does not match: the document says something else now" in told
    assert "it was made because: Every file on the wire has both" in told
    assert "models.yaml: not in the document: classes" in told or "dictionaries" in told
    assert load(spec) == document


def test_fetch_records_what_is_dropped(document, root, tmp_path, capsys):
    properties = document["components"]["schemas"]["schemas_file_response"]["properties"]
    properties["name"] = properties["etag"] = {"type": "string"}
    new, corrections = tmp_path / "new.json", tmp_path / "corrections.yaml"
    new.write_text(json.dumps(document))
    shutil.copy(root / "codegen" / "corrections.yaml", corrections)
    command = ["fetch", str(new), "--spec", str(tmp_path / "openapi.yaml")]
    options = ["--corrections", str(corrections)]
    assert main([*command, *options, "--drop", "file name and etag"]) == 0
    assert (
        "file name and etag"
        not in capsys.readouterr().err.replace("dropped the correction", "", 1).partition("\n")[2]
    )
    assert re.search(
        r'- name: file name and etag\n  dropped: "\d{4}-\d\d-\d\d"\n', corrections.read_text()
    )
    assert main([*command, *options, "--drop", "gone"]) == 2


def test_fetch_replaces_the_document_last(document, tmp_path, capsys):
    spec, new = tmp_path / "openapi.yaml", tmp_path / "new.json"
    write(document, spec)
    before = spec.read_bytes()
    del document["components"]["schemas"]["schemas_prediction_response"]["properties"]["logs"]
    document["paths"]["/odd"] = {"get": {"operationId": "hardware.list", "responses": {}}}
    new.write_text(json.dumps(document))
    for _ in range(2):
        assert main(["fetch", str(new), "--spec", str(spec)]) == 2
        assert "GET /odd and GET /hardware would both be hardware.list" in capsys.readouterr().err
        assert spec.read_bytes() == before


def test_make_spec_quotes_its_source(root, tmp_path):
    """A URL with `&` is one word to the shell."""
    command = [
        "make",
        "--dry-run",
        "--old-file=.venv/all",
        "spec",
        "SPEC=https://x.test/a?b=1&c='2'",
    ]
    result = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    assert 'codegen fetch "$SPEC"' in result.stdout
    command = ["make", "--old-file=.venv/all", "spec"]
    result = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert result.returncode != 0
    assert "SPEC=" in result.stderr + result.stdout


def test_fetch_from_a_url(document):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path == "/moved":
                self.send_response(302)
                self.send_header("Location", "/openapi.json")
            else:
                self.send_response(200 if self.path == "/openapi.json" else 404)
            self.end_headers()
            self.wfile.write(json.dumps(document).encode())

        def log_message(self, *arguments):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        assert fetch(f"{url}/moved") == document
        with pytest.raises(Exception, match="404"):
            fetch(f"{url}/gone")
        server.shutdown()


def test_a_workflow_takes_over_the_published_document(root):
    workflow = yaml.safe_load((root / ".github" / "workflows" / "spec.yml").read_text())
    assert workflow[True]["schedule"]  # YAML 1.1 takes `on` for a boolean
    scripts = [step.get("run", "") for step in workflow["jobs"]["spec"]["steps"]]
    assert any('make -s spec SPEC="$SOURCE" FORMAT=md' in script for script in scripts)
    assert any("gh pr create" in script for script in scripts)


@pytest.mark.parametrize("text", ["swagger: '2.0'", "openapi: 4.0.0", "<html>", "{}", "\0"])
def test_fetch_refuses_what_is_no_openapi(tmp_path, text, capsys):
    (tmp_path / "new").write_text(text)
    spec = tmp_path / "openapi.yaml"
    assert main(["fetch", str(tmp_path / "new"), "--spec", str(spec)]) == 2
    assert str(tmp_path / "new") in capsys.readouterr().err
    assert not spec.exists()
