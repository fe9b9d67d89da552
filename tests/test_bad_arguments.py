"""What a caller gets wrong: an error that says what it is, before anything is sent."""

from __future__ import annotations

import io
import math
import os
import pathlib

import httpx
import pytest

import replicate
from replicate import exceptions

PENDING = {"id": "p1", "status": "starting", "urls": {}}


@pytest.fixture
def refused(call, client, sandbox):
    """Run a model with arguments that are wrong, and expect that nothing is sent."""

    def run(error, match, input=None, **params):
        with pytest.raises(error, match=match) as caught:
            call(client.run, "me/any", input, **params)
        assert not sandbox.requests
        return caught.value

    return run


@pytest.mark.parametrize("timeout", [0, -1, -math.inf, 0.001])
def test_time_that_is_over_starts_nothing(refused, timeout):
    error = refused(exceptions.DeadlineExceededError, "timeout= ran out", timeout=timeout)
    assert error.prediction is None


@pytest.mark.parametrize(
    ("timeout", "error"), [(math.nan, ValueError), ("5", TypeError), ([], TypeError)]
)
def test_timeout_that_is_no_number(refused, timeout, error):
    refused(error, "timeout must be a number of seconds or None", timeout=timeout)


def test_endless_timeout(call, client, sandbox):
    @sandbox.model("me/any", official=True)
    def any_model() -> str:
        return "done"

    assert call(client.run, "me/any", {}, timeout=math.inf) == "done"


@pytest.mark.parametrize("input", [[1], "text", 5, {"a"}])
def test_input_that_is_no_mapping(refused, input):
    refused(TypeError, "input must be a mapping", input)


def test_input_of_a_training_that_is_no_mapping(call, client, sandbox):
    with pytest.raises(TypeError, match="input must be a mapping"):
        call(client.trainings.create, version="a/b:c", input="text", destination="a/d")
    assert not sandbox.requests


def test_input_beside_the_input(refused):
    refused(TypeError, r"'prompt'; what the model takes goes into input=\{'prompt'", prompt="x")


def test_input_that_contains_itself(refused):
    endless: list = []
    endless.append(endless)
    refused(ValueError, "input is nested too deeply, or contains itself", {"x": endless})


def test_half_a_character(refused):
    refused(ValueError, r"input\['x'\] has the lone surrogate '\\ud83e'", {"x": "smile \ud83e"})


def test_closed_file(refused):
    file = io.BytesIO()
    file.close()
    refused(ValueError, r"input\['x'\] is a file that is closed", {"x": file})


def test_file_for_writing(refused, tmp_path):
    with (tmp_path / "out").open("wb") as file:
        refused(ValueError, r"input\['x'\] is a file that is open for writing", {"x": file})


def test_one_bad_file_keeps_the_others_from_being_uploaded(refused, tmp_path):
    good = io.BytesIO(b"x")
    refused(FileNotFoundError, "none", {"a": good, "b": tmp_path / "none"})
    refused(IsADirectoryError, r"input\['b'\] is a folder", {"a": good, "b": tmp_path})
    with (tmp_path / "big").open("wb") as big:
        big.truncate(101 * 2**20)
    refused(exceptions.ContentTooLargeError, "big has", {"a": good, "b": tmp_path / "big"})
    if os.name == "posix" and os.geteuid():
        (tmp_path / "secret").touch(0)
        refused(PermissionError, "secret", {"a": good, "b": tmp_path / "secret"})


@pytest.mark.skipif(not pathlib.Path("/dev/zero").exists(), reason="no such device")
def test_endless_file(refused):
    refused(exceptions.ContentTooLargeError, "zero has", {"x": pathlib.Path("/dev/zero")})


@pytest.mark.parametrize(
    "url",
    [5, "nope", "//host", "ftp://host", "http://", "http://[::1", "http://a:99999", "http://a?b"],
)
def test_base_url(url):
    with pytest.raises(ValueError, match="base_url must be an absolute http or https URL"):
        replicate.Client("t", base_url=url)


@pytest.mark.parametrize("token", [5, b"r8_x", lambda: 5])
def test_token_that_is_no_text(call, sandbox, token):
    with replicate.Client(token, base_url=sandbox.url) as client:
        with pytest.raises(TypeError, match="API token must be a string, not of type"):
            call(client.models.list)
    assert not sandbox.requests


@pytest.mark.parametrize("retries", ["3", None, 1.5])
def test_number_of_retries(retries):
    with pytest.raises(TypeError, match="max_retries must be an integer"):
        replicate.Client("t", max_retries=retries)


@pytest.mark.parametrize("timeout", ["abc", "5", True, [5], {"connect": 5}, (1, "2"), object()])
def test_timeout_of_a_client_that_is_none(timeout):
    with pytest.raises(TypeError) as caught:
        replicate.Client("r8_secret-token", timeout=timeout)
    assert str(caught.value) == (
        f"timeout must be a number of seconds or an httpx.Timeout, not {timeout!r}"
    )


@pytest.mark.parametrize("timeout", [None, 0, 5, 2.5, (1, None, 3.0, 4), httpx.Timeout(5)])
def test_timeout_of_a_client(timeout, call, sandbox):
    with sandbox.client(timeout=timeout or 5) as client:
        assert call(client.deployments.list).results == []
    assert replicate.Client("t", timeout=timeout)._timeout == timeout


@pytest.mark.parametrize("headers", ["X-Team: a", 5, ["X-Team"]])
def test_headers_that_are_none(headers):
    with pytest.raises(TypeError, match="headers must be a mapping of names to values, not"):
        replicate.Client("t", headers=headers)


@pytest.mark.parametrize("name", [None, 5, "", "app", "a/b/c"])
def test_deployment_that_is_none(call, client, sandbox, name):
    with pytest.raises(ValueError, match="Expected deployment or reference in the format"):
        call(client.deployments.get, name)
    assert not sandbox.requests


@pytest.mark.parametrize(
    ("input", "error", "match"),
    [
        ({("a", "b"): 1}, TypeError, "keys are text"),
        ({b"a": 1}, TypeError, "keys are text"),
        ({"a": {math.nan: 1}}, ValueError, "no form"),
        ({"\ud800": 1}, ValueError, "a key of input has the lone surrogate"),
        ({1: "a", "1": "b"}, ValueError, "the same in JSON"),
        ({"a": 10**5000}, ValueError, "more digits"),
    ],
)
def test_what_is_no_json_is_said_before_its_files_are_uploaded(refused, input, error, match):
    refused(error, match, {"file": io.BytesIO(b"content"), **input})


def test_asynchronous_file(refused):
    class Upload:
        async def read(self, size=-1):
            return b""

    refused(TypeError, "asynchronous file", {"first": io.BytesIO(b"x"), "file": Upload()})


@pytest.mark.parametrize("ref", [("a", None), ("", "b"), (1, 2)])
def test_reference_with_a_half_that_is_none(call, client, sandbox, ref):
    with pytest.raises(ValueError, match="Invalid argument"):
        call(client.run, ref, {})
    with pytest.raises(ValueError, match="model must be"):
        call(client.predictions.create, model=ref, input={})
    assert not sandbox.requests


def test_options_that_only_predictions_have(call, client, sandbox):
    with pytest.raises(TypeError, match=r"create\(\) got an unexpected keyword argument 'wait'"):
        call(
            client.trainings.create,
            version=f"a/b:{'0' * 64}",
            input={"data": io.BytesIO(b"x")},
            destination="a/d",
            wait=True,
        )
    with pytest.raises(TypeError, match=r"update\(\) got an unexpected keyword argument 'wait'"):
        call(client.deployments.update, "a", "d", wait=3)
    assert not sandbox.requests


@pytest.mark.parametrize("query", [None, 5, ["a"]])
def test_search_for_what_is_no_text(call, client, sandbox, query):
    with pytest.raises(exceptions.InvalidArgumentTypeError, match="query must be text, not"):
        call(client.models.search, query)
    assert not sandbox.requests


# Keywords that do not exist: the error names the function that was called, and what was meant.

INPUT = "what the model takes goes into input={'prompt': ...}"
MISNAMED = [
    ("run", ("o/n",), {"modle": 1}, "did you mean 'ref'?"),
    ("run", (), {"model": "o/n", "input": {}}, "did you mean 'ref'?"),
    ("run", ("o/n",), {"version": "v"}, "did you mean 'ref'?"),
    ("run", ("o/n",), {"tiemout": 5}, "did you mean 'timeout'?"),
    ("run", ("o/n",), {"prompt": "x"}, INPUT),
    ("stream", ("o/n",), {"webhok": "x"}, "did you mean 'webhook'?"),
    ("stream", (), {"model": "o/n"}, "did you mean 'ref'?"),
    ("predictions.create", (), {"modle": "o/n"}, "did you mean 'model'?"),
    ("predictions.create", ("v", {}), {"prompt": "x"}, INPUT),
    ("models.predictions.create", ("o/n", {}), {"wiat": 5}, "did you mean 'wait'?"),
    ("deployments.predictions.create", ("o/n", {}), {"wiat": 5}, "did you mean 'wait'?"),
    ("trainings.create", (), {"destinatoin": "o/n"}, "did you mean 'destination'?"),
    (
        "models.create",
        ("o", "n"),
        {"visibility": "private", "hardware": "cpu", "descripton": "x"},
        "did you mean 'description'?",
    ),
    ("deployments.update", ("o", "d"), {"max_instance": 1}, "did you mean 'max_instances'?"),
    ("files.create", (b"x",), {"file_name": "x"}, "did you mean 'filename'?"),
    ("predictions.list", (), {"curser": "x"}, "did you mean 'cursor'?"),
    ("models.list", (), {"sort": "x"}, "did you mean 'sort_by'?"),
]


@pytest.mark.parametrize(("path", "args", "params", "hint"), MISNAMED, ids=str)
def test_keywords_that_do_not_exist(call, client, sandbox, path, args, params, hint):
    method = client
    for name in path.split("."):
        method = getattr(method, name)
    with pytest.raises(TypeError) as caught:
        result = call(method, *args, **params)
        list(result)  # where nothing happens before that
    called = method.__name__ if not call.is_async else f"async_{method.__name__}"
    wrong = next(name for name in params if name not in ("input", "visibility", "hardware"))
    assert str(caught.value) == (f"{called}() got an unexpected keyword argument {wrong!r}; {hint}")
    assert not sandbox.requests


@pytest.mark.parametrize("name", ["run", "stream"])
def test_a_reference_that_is_missing(call, client, name):
    method = getattr(client, name)
    called = name if not call.is_async else f"async_{name}"
    with pytest.raises(TypeError) as caught:
        call(method, input={})
    assert str(caught.value) == f"{called}() missing 1 required positional argument: 'ref'"


@pytest.mark.parametrize("path", ["models.create", "deployments.create"])
def test_keywords_that_are_missing(call, client, path):
    method = client
    for name in path.split("."):
        method = getattr(method, name)
    args = ("o", "n") if path == "models.create" else ()
    with pytest.raises(
        TypeError, match=r"create\(\) missing \d required keyword-only arguments: '"
    ):
        call(method, *args)
