"""The commands: generate, check, diff, fetch, and their exit status."""

from __future__ import annotations

import copy
import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
import yaml

from codegen.__main__ import main
from codegen.diff import compare
from codegen.document import load
from codegen.fetch import fetch, write


@pytest.fixture
def changes(document):
    """What a change to the document changes for users."""

    def changes(edit):
        changed = copy.deepcopy(document)
        edit(changed)
        return [str(change).strip() for change in compare(document, changed)]

    return changes


@pytest.mark.parametrize("damage", ["change", "delete", "add", "add empty"])
def test_check_finds_a_stale_file(document, generate, root, capsys, damage):
    package = generate(document) / "replicate_api"
    file = package / "models" / "account.py"
    if damage == "change":
        file.write_text(file.read_text() + "\nX = 1\n")
    elif damage == "delete":
        file.unlink()
    else:
        file = file.with_name("extra.py")
        file.write_text("" if damage == "add empty" else "X = 1\n")
    assert main(["check", "--output", str(package)]) == 1
    output = capsys.readouterr()
    assert f"models/{file.name}" in output.out
    assert "is stale: run `make generate`" in output.err
    assert main(["generate", "--output", str(package)]) == 0
    assert main(["check", "--output", str(package)]) == 0
    assert capsys.readouterr().out == ""


def test_errors_have_a_status_of_their_own(tmp_path, capsys):
    spec = tmp_path / "spec.yaml"
    spec.write_text("openapi: 3.1.0")
    assert main(["generate", "--spec", str(spec), "--output", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err.startswith("codegen: correction 'one collection class'")
    assert main(["diff", str(tmp_path / "gone"), str(spec)]) == 2
    assert "gone" in capsys.readouterr().err


def test_diff_prints_what_changes(document, root, tmp_path, capsys):
    old = str(root / "openapi.yaml")
    assert main(["diff", old, old]) == 0
    assert capsys.readouterr().out == "nothing changes for users\n"
    prediction = document["components"]["schemas"]["schemas_prediction_response"]["properties"]
    prediction["queue_position"] = {"type": "integer"}
    (tmp_path / "new.json").write_text(json.dumps(document))
    assert main(["diff", old, str(tmp_path / "new.json")]) == 0
    assert capsys.readouterr().out == "          Prediction: field queue_position added\n"
    del prediction["logs"]
    (tmp_path / "new.json").write_text(json.dumps(document))
    assert main(["diff", old, str(tmp_path / "new.json")]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "BREAKING  Prediction: field logs removed",
        "          Prediction: field queue_position added",
    ]


def test_diff_of_operations(changes):
    def edit(document):
        paths = document["paths"]
        del paths["/hardware"]
        paths["/quotas"] = {"get": {"operationId": "quotas.list", "responses": {}}}
        paths["/account"]["post"] = paths["/account"].pop("get")
        paths["/v2/search"] = paths.pop("/search")
        answer = paths["/trainings/{training_id}"]["get"]["responses"]["200"]["content"]
        answer["application/json"]["schema"] = {"type": "object"}

    assert changes(edit) == [
        "BREAKING  Hardware: class removed",
        "BREAKING  account.get: request GET /account becomes POST /account",
        "BREAKING  hardware.list: operation removed",
        "BREAKING  search.search: request GET /search becomes GET /v2/search",
        "BREAKING  trainings.get: answer Training becomes JsonObject",
        "quotas.list: operation added",
    ]


def test_diff_of_arguments(changes):
    def edit(document):
        paths, schemas = document["paths"], document["components"]["schemas"]
        parameters = paths["/search"]["get"]["parameters"]
        parameters[0]["required"] = False
        parameters[1]["schema"] = {"type": "string"}
        parameters += [
            {"name": "page", "in": "query", "schema": {"type": "integer"}},
            {"name": "key", "in": "query", "required": True, "schema": {"type": "string"}},
        ]
        request = schemas["schemas_training_request"]
        del request["properties"]["webhook"]
        request["required"].append("webhook_events_filter")
        request["properties"]["webhook_events_filter"]["items"]["enum"].remove("logs")

    assert changes(edit) == [
        "BREAKING  search.search: argument limit: integer becomes string",
        "BREAKING  search.search: required argument key added",
        "BREAKING  trainings.create: argument webhook removed",
        "BREAKING  trainings.create: argument webhook_events_filter becomes required",
        "search.search: argument page added",
        "search.search: argument query becomes optional",
    ]


def test_diff_of_classes(changes):
    def edit(document):
        schemas = document["components"]["schemas"]
        prediction = schemas["schemas_prediction_response"]["properties"]
        prediction["status"]["enum"][-1] = "expired"
        prediction["error"] = {"type": "object", "properties": {"code": {"type": "string"}}}
        prediction["input"]["description"] = "Other words."
        schemas["schemas_prediction_response"]["required"] = []

    assert changes(edit) == [
        "BREAKING  Prediction: field error: string becomes PredictionError",
        "BREAKING  PredictionStatus: value 'aborted' removed",
        "PredictionError: class added",
        "PredictionStatus: value 'expired' added",
    ]


def test_other_words_change_nothing(published, document):
    assert compare(document, load(published)) == []


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
    assert capsys.readouterr().out == f"wrote {spec}\n"
    del document["components"]["schemas"]["schemas_prediction_response"]["properties"]["logs"]
    (tmp_path / "new.json").write_text(json.dumps(document))
    assert main(["fetch", str(tmp_path / "new.json"), "--spec", str(spec)]) == 0
    assert "BREAKING  Prediction: field logs removed" in capsys.readouterr().out


def test_openapi_yaml_is_written_as_fetch_would(document, root, tmp_path):
    # So that `make spec` and git show what changed, and nothing else.
    write(document, tmp_path / "openapi.yaml")
    lines = [
        line
        for line in (root / "openapi.yaml").read_text().splitlines()
        if line and not line.startswith("#")
    ]
    assert [line for line in (tmp_path / "openapi.yaml").read_text().splitlines() if line] == lines


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


@pytest.mark.parametrize("text", ["swagger: '2.0'", "openapi: 3.0.4", "<html>", "{}"])
def test_fetch_refuses_what_is_no_openapi_3_1(tmp_path, text, capsys):
    (tmp_path / "new").write_text(text)
    spec = tmp_path / "openapi.yaml"
    assert main(["fetch", str(tmp_path / "new"), "--spec", str(spec)]) == 2
    assert str(tmp_path / "new") in capsys.readouterr().err
    assert not spec.exists()
