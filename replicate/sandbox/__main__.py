"""`python -m replicate.sandbox`: a Replicate API for other processes and other languages."""

from __future__ import annotations

import sys

from . import _need_the_extra
from .signals import Signals


def _start() -> None:
    try:
        _need_the_extra()
    except ImportError as error:
        sys.exit(f"python -m replicate.sandbox: {error}")
    # Before all that takes long, so that no signal finds it unprepared.
    signals = Signals()
    from .command import leave, main

    leave(main(sys.argv[1:], signals))


if __name__ == "__main__":
    _start()
