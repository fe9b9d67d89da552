"""`python -m replicate`: models from the command line."""

from __future__ import annotations

import sys

if __name__ == "__main__":
    from ._command.main import main

    for _stream in (sys.stdout, sys.stderr):
        _reconfigure = getattr(_stream, "reconfigure", None)
        if _reconfigure is not None:  # what a terminal has no letters for is no reason to fail
            _reconfigure(errors="backslashreplace")
    sys.exit(main(sys.argv[1:]))
