"""The sandbox's command line, in this process, for what its own test cannot see from outside."""

from __future__ import annotations

import runpy
import sys

import pytest


def test_help_names_the_options(capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["sandbox", "--help"])
    with pytest.raises(SystemExit) as caught:
        runpy.run_module("replicate.sandbox", run_name="__main__", alter_sys=True)
    assert caught.value.code == 0
    printed = capsys.readouterr().out
    assert "--port" in printed
    assert "--token" in printed
