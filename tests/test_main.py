"""The sandbox's command line, as a process of its own."""

from __future__ import annotations

import subprocess
import sys


def test_help_names_the_options():
    command = [sys.executable, "-m", "replicate.sandbox", "--help"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "--port" in printed
    assert "--token" in printed
