"""The process that fuzzes one target: `python -m tests.fuzz.fuzzer TARGET [libFuzzer options]`.

It imports what is fuzzed itself: atheris measures what it has instrumented on import.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["replicate", "replicate_api"]):
    from tests.fuzz.targets import TARGETS

if __name__ == "__main__":
    name = sys.argv.pop(1)
    atheris.Setup(sys.argv, TARGETS[name])
    atheris.Fuzz()
