"""Signals as numbers to wait for: none of them interrupts a program anywhere."""

from __future__ import annotations

import signal
import socket
from typing import List

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")


class Signals:
    """Receives the signals that ask a program to end, from its creation on.

    Python's own handler raises `KeyboardInterrupt` wherever the program happens to be, also in
    the middle of what cleans up. Here the interpreter writes the number of a signal to a
    socket, and `wait` reads it.
    """

    def __init__(self) -> None:
        self._reader, self._writer = socket.socketpair()
        self._writer.setblocking(False)
        signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        for number in _numbers():
            # Who starts a program may have it ignore signals: nohup does, and shells do.
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, _leave_it_to_the_socket)

    def wait(self) -> int:
        """Wait for a signal, and return its number; 0 is a call of `wake`."""
        return self._reader.recv(1)[0]

    def wake(self) -> None:
        """End a `wait`, from any thread."""
        self._writer.send(b"\0")


def _numbers() -> List[int]:
    return [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]


def _leave_it_to_the_socket(*_: object) -> None:
    """Do nothing: the interpreter has written the number already."""
