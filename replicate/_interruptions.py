"""Which errors end the caller, and not only the call. Pure, no I/O.

Ctrl-C and the cancellation of a task do. So do ordinary exceptions that job queues raise into
a call whose time is over: from a signal handler, or from another thread. What a request raises
by itself does not, be it a transport of the user's or a callback: the run that it asks about
goes on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType, FrameType

HTTP_LIBRARIES = frozenset(
    {"anyio", "asyncio", "h11", "h2", "httpcore", "httpx", "selectors", "socket", "ssl", "trio"}
)
"""Where the way of a request goes through, below this package."""


def comes_from_outside(error: BaseException) -> bool:
    """Say whether an error was raised into the call that it ends.

    An exception that a signal handler raises has the handler in its traceback. One that another
    thread raises appears anywhere: it is known by its class, which neither Python nor an HTTP
    library has, in code that raises no such class.
    """
    if not isinstance(error, Exception):
        return not isinstance(error, GeneratorExit)
    frames = list(_frames(error))
    handlers = set(_handlers())
    if any(frame.f_code in handlers for frame in frames):
        return True
    if type(error).__module__.partition(".")[0] in {"builtins", "replicate", *HTTP_LIBRARIES}:
        return False
    place = frames[-1].f_globals.get("__name__", "") if frames else ""
    return place.partition(".")[0] in {"replicate", "replicate_api", *HTTP_LIBRARIES}


def _frames(error: BaseException) -> Iterator[FrameType]:
    traceback = error.__traceback__
    while traceback is not None:
        yield traceback.tb_frame
        traceback = traceback.tb_next


def _handlers() -> Iterator[CodeType]:
    """Return the code of the signal handlers that are written in Python."""
    import signal

    # Not `signal.Signals`, which has console events on Windows that have no handler.
    for number in signal.valid_signals():
        handler: Any = signal.getsignal(number)
        if callable(handler):
            function: Any = getattr(handler, "__func__", handler)
            while hasattr(function, "func"):  # functools.partial
                function = function.func
            for each in (function, getattr(function.__class__, "__call__", None)):  # noqa: B004
                code = getattr(each, "__code__", None)
                if code is not None:
                    yield code
