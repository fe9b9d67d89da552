"""Plugin `llm-replicate` of the `llm` command, as it comes from PyPI."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("llm_replicate", reason="runs in `make test-integrations`")

import llm
from click.testing import CliRunner
from llm.cli import cli

from tests.integrations.conftest import VERSIONS, VICUNA, answer

MODEL = f"{VICUNA.replace('replicate/', 'replicate-')}"


@pytest.fixture(autouse=True)
def settings(tmp_path, monkeypatch):
    """Let the plugin know a model."""
    monkeypatch.setenv("LLM_USER_PATH", str(tmp_path))
    (tmp_path / "replicate").mkdir()
    known = [{"model": VICUNA, "version": VERSIONS[VICUNA], "chat": True, "aliases": ["vicuna"]}]
    (tmp_path / "replicate" / "models.json").write_text(json.dumps(known))


def test_prompt():
    response = llm.get_model(MODEL).prompt("a llama")

    assert response.text() == answer("User: a llama\nAssistant:")


def test_a_conversation(place):
    conversation = llm.get_model("vicuna").conversation()
    first = conversation.prompt("a llama").text()
    pieces = list(conversation.prompt("an alpaca"))

    sent = f"User: a llama\nAssistant: {first}\nUser: an alpaca\nAssistant:"
    assert len(pieces) > 5
    assert "".join(pieces) == answer(sent)
    assert [run.input["prompt"] for run in place.created][-1] == sent


def test_the_command():
    result = CliRunner().invoke(cli, ["prompt", "-m", "vicuna", "--no-log", "a llama"])

    assert result.exit_code == 0, result.output
    assert answer("User: a llama\nAssistant:").strip() in result.output
