"""What a real IPython shows. tests/browser looks at a whole notebook."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

SCRIPT = """
import json, sys
from IPython.core.interactiveshell import InteractiveShell

shell = InteractiveShell.instance()
shell.autoawait = True
shell.display_formatter.active_types = sys.argv[1:]
code = '''
import replicate
output = await replicate.async_run("sandbox/sprites", input={"prompt": "a", "count": 2})
prediction = replicate.predictions.list()[0]
'''
shell.run_cell(code).raise_error()
things = [shell.user_ns["output"], shell.user_ns["output"][0], shell.user_ns["prediction"], [1]]
print(json.dumps([shell.display_formatter.format(thing)[0] for thing in things]))
"""


@pytest.fixture
def shown(sandbox):
    pytest.importorskip("IPython")

    def show(*types):
        output = subprocess.check_output(
            [sys.executable, "-c", SCRIPT, *types],
            env={**os.environ, **sandbox.environment, "IPYTHONDIR": os.devnull},
            stderr=subprocess.DEVNULL,
            text=True,
        )
        return json.loads(output.splitlines()[-1])

    return show


def test_a_notebook_shows_files(shown):
    pictures, picture, prediction, numbers = shown("text/plain", "text/html")
    counts = [each["text/html"].count("<img src=") for each in (pictures, picture, prediction)]
    assert counts == [2, 1, 2]
    assert pictures["text/plain"].startswith("[FileOutput(")
    assert prediction["text/plain"].startswith("Prediction(id=")
    assert "text/html" not in numbers


def test_a_terminal_fetches_nothing(shown, sandbox):
    assert all(list(each) == ["text/plain"] for each in shown("text/plain"))
    assert {request.host for request in sandbox.requests} == {"api"}
