"""Which errors end the caller."""

from __future__ import annotations

import asyncio
import functools
import signal
import sys
import types

import httpx
import pytest

from replicate import exceptions
from replicate._interruptions import _handlers, comes_from_outside


def raised(error, *modules):
    """Return an error as it is after it was raised below functions of these modules."""
    space = {}
    code = "def call(calls, error):\n if calls: calls[0](calls[1:], error)\n else: raise error"
    calls = []
    for module in modules:
        space = {"__name__": module} if module is not None else {}
        exec(code, space)
        calls.append(space["call"])
    try:
        calls[0](calls[1:], error)
    except BaseException as caught:
        caught.__traceback__ = caught.__traceback__.tb_next  # without this function
        return caught
    raise AssertionError


class JobTimeout(Exception):
    """What a job queue raises."""


def ours(name):
    return type(name, (Exception,), {"__module__": name})()


@pytest.mark.parametrize(
    "error", [KeyboardInterrupt(), SystemExit(), asyncio.CancelledError(), BaseException()]
)
def test_what_is_no_exception_ends_the_caller(error):
    assert comes_from_outside(error) is True


def test_closing_a_generator_ends_nothing():
    assert comes_from_outside(GeneratorExit()) is False


@pytest.mark.parametrize(
    "modules",
    [
        ("user", "replicate"),
        ("replicate.client",),
        ("replicate_api.api.predictions.get",),
        ("user", "replicate.run", "httpx._client"),
        ("replicate.run", "httpcore._sync"),
        ("replicate.run", "ssl"),
        ("replicate.run", "asyncio.runners"),
        ("replicate.run", "trio._core"),
        ("replicate.run", "anyio"),
        ("replicate.run", "h11._state"),
        ("replicate.run", "h2"),
        ("replicate.run", "selectors"),
        ("replicate.run", "socket"),
    ],
)
def test_class_of_somebody_else_in_our_code_comes_from_another_thread(modules):
    assert comes_from_outside(raised(JobTimeout(), *modules)) is True


@pytest.mark.parametrize(
    "modules",
    [
        ("user",),
        ("replicate.run", "user"),
        ("replicate.run", "httpx", "user.transport"),
        ("replicated",),
        ("user.replicate",),
        (None,),
    ],
)
def test_class_of_somebody_else_in_their_code_is_a_failure(modules):
    assert comes_from_outside(raised(JobTimeout(), *modules)) is False


@pytest.mark.parametrize(
    "error",
    [
        ValueError(),
        TimeoutError(),
        exceptions.ReplicateError(title="x"),
        httpx.ReadError("gone"),
        ours("httpcore._exceptions"),
        ours("anyio"),
        ours("ssl"),
        ours("replicate.exceptions"),
    ],
)
def test_classes_that_requests_raise_are_failures(error):
    assert comes_from_outside(raised(error, "user", "replicate.run")) is False


def test_error_that_was_never_raised():
    assert comes_from_outside(JobTimeout()) is False


def on_alarm(number=None, frame=None):
    raise TimeoutError


class Handler:
    def __call__(self, number=None, frame=None):
        raise TimeoutError

    def method(self, number=None, frame=None):
        raise TimeoutError


@pytest.fixture
def handled():
    """Set a handler of a signal; returns the error that it raises."""
    before = signal.getsignal(signal.SIGTERM)

    def handle(handler):
        signal.signal(signal.SIGTERM, handler)
        try:
            handler()
        except TimeoutError as error:
            return error

    yield handle
    signal.signal(signal.SIGTERM, before)


@pytest.mark.parametrize(
    "handler",
    [
        on_alarm,
        functools.partial(on_alarm, frame=None),
        functools.partial(functools.partial(on_alarm, frame=None), number=None),
        Handler().method,
        Handler(),
        functools.partial(Handler(), frame=None),
    ],
)
def test_what_a_signal_handler_raises_comes_from_outside(handled, handler):
    error = handled(handler)
    assert comes_from_outside(error) is True
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    assert comes_from_outside(error) is False


def test_what_is_raised_below_a_signal_handler_comes_from_outside(handled):
    def handler(number=None, frame=None):
        on_alarm()

    assert comes_from_outside(handled(handler)) is True


def test_handlers_are_code(handled):
    handled(on_alarm)
    codes = set(_handlers())
    assert on_alarm.__code__ in codes
    if sys.implementation.name == "cpython":  # PyPy's code of what is built in is none of these
        assert all(isinstance(code, types.CodeType) for code in codes)
