"""`python -m replicate`: models from the command line."""

from __future__ import annotations

import sys

if __name__ == "__main__":
    from ._command.main import main

    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:  # what a terminal has no letters for is no reason to fail
            reconfigure(errors="backslashreplace")
    sys.exit(main(sys.argv[1:]))
