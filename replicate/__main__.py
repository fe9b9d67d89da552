"""`python -m replicate`: models from the command line."""

from __future__ import annotations

import sys

if __name__ == "__main__":
    from ._command.main import main
    from ._console import prepare

    prepare()
    sys.exit(main(sys.argv[1:]))
