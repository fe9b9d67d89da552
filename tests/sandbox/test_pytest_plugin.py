"""The pytest plugin, in test runs of its own."""

from __future__ import annotations

import sys

import httpcore  # noqa: F401 - see below
import pytest

import replicate

# What is loaded already, the test runs below find loaded. What only they load is forgotten after
# each, and classes that are half of an earlier run and half of a later one don't fit together.
for name in replicate.__all__:
    getattr(replicate, name)

MODELS = """
import os, threading
import httpx
import pytest
import replicate

@pytest.fixture
def shout(replicate_sandbox):
    @replicate_sandbox.model("acme/shout", official=True)
    def shout(text: str) -> str:
        print("shouting", text)
        if text == "cat":
            raise ValueError("cats do not shout")
        return text.upper()
"""


@pytest.fixture
def run(pytester, monkeypatch):
    """Run tests with the plugin, whether or not this environment has it registered."""
    monkeypatch.setenv("REPLICATE_API_TOKEN", "r8_of_the_user")
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def run(*options, subprocess=False, plugins=(), **files):
        pytester.makepyfile(**{name: MODELS + text for name, text in files.items()})
        plugins = ("replicate.sandbox.pytest_plugin", "anyio.pytest_plugin", *plugins)
        flags = [flag for plugin in plugins for flag in ("-p", plugin)]
        go = pytester.runpytest_subprocess if subprocess else pytester.runpytest_inprocess
        # The pytest around has loaded the plugin: before pytest 9 without a rewrite of its asserts.
        warnings = ("-W", "error", "-W", "ignore:Module already imported")
        return go(*flags, *warnings, "-p", "no:cacheprovider", *options)

    return run


def test_a_test_needs_nothing_else(run):
    result = run(
        test_it="""
def test_shouts(replicate_sandbox, shout):
    assert replicate.run("acme/shout", input={"text": "hey"}) == "HEY"
    assert replicate.Client().predictions.list().results[0].input == {"text": "hey"}
    assert len(replicate_sandbox.requests) == 2
    assert os.environ["REPLICATE_API_TOKEN"] == replicate_sandbox.token

def test_starts_afresh(replicate_sandbox):
    assert replicate_sandbox.requests == []
    assert "acme/shout" not in replicate_sandbox.models
    assert len(replicate.predictions.list().results) == 0

@pytest.mark.anyio
async def test_async(shout):
    assert await replicate.async_run("acme/shout", input={"text": "hey"}) == "HEY"

@pytest.fixture
async def output(anyio_backend, shout):
    return await replicate.async_run("acme/shout", input={"text": "hey"})

async def test_async_fixture(anyio_backend, output):
    assert output == "HEY"

def test_is_not_there_without_the_fixture():
    assert os.environ["REPLICATE_API_TOKEN"] == "r8_of_the_user"
    assert "REPLICATE_BASE_URL" not in os.environ
    assert [t.name for t in threading.enumerate() if "sandbox" in t.name] == []

@pytest.mark.usefixtures("replicate_sandbox")
class TestCase:
    def test_method(self):
        assert replicate.run("sandbox/divider", input={"denominator": 2}) == 0.5
"""
    )
    result.assert_outcomes(passed=8)


def test_options(run):
    result = run(
        conftest="""
@pytest.fixture
def replicate_sandbox_options():
    return {"username": "acme", "page_size": 7, "demo_models": False}
""",
        test_it="""
def test_from_the_fixture(replicate_sandbox):
    assert replicate.accounts.current().username == "acme"
    assert not replicate_sandbox.models

@pytest.mark.replicate_sandbox(username="other", drive_clock=True)
class TestMarked:
    def test_from_the_marker(self, replicate_sandbox):
        assert replicate.accounts.current().username == "other"
        assert replicate_sandbox.clock.driven
        assert not replicate_sandbox.models

    @pytest.mark.replicate_sandbox(username="third", demo_models=True)
    def test_the_nearest_counts(self, replicate_sandbox):
        assert replicate.accounts.current().username == "third"
        assert replicate_sandbox.clock.driven
        assert replicate_sandbox.models
""",
    )
    result.assert_outcomes(passed=3)


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        ("demo_model=False", "*no option demo_model; perhaps demo_models*"),
        ("zzz=1", "*no option zzz; there are demo_models, token*"),
        ("False", "*takes options by their names*"),
        ("page_size=0", "*page_size*"),
    ],
)
def test_wrong_options_are_told(run, marker, message):
    result = run(
        test_it=f"""
@pytest.mark.replicate_sandbox({marker})
def test_it(replicate_sandbox):
    pass
"""
    )
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([message])


def test_a_wider_scope(run, pytester):
    pytester.makeini("[pytest]\nreplicate_sandbox_scope = module")
    result = run(
        conftest="""
@pytest.fixture(scope="module")
def prediction(replicate_sandbox):
    fault = replicate_sandbox.fault("predictions.list", status=402, after=1)
    return replicate.predictions.create("sandbox/divider", input={})
""",
        test_a="""
def test_first(replicate_sandbox, prediction):
    assert len(replicate_sandbox.created) == 1

def test_second(replicate_sandbox, prediction):
    replicate.predictions.list()
    assert len(replicate_sandbox.created) == 1
    replicate_sandbox.fault("hardware.list", status=402)

def test_third(replicate_sandbox, prediction):
    replicate.accounts.current()
    assert 0
""",
        test_b="""
def test_other(replicate_sandbox):
    assert len(replicate_sandbox.created) == 0
""",
    )
    # The fault of the module's fixture is asked after at the end, those of a test at its end.
    result.assert_outcomes(passed=2, failed=2, errors=1)
    result.stdout.fnmatch_lines(
        [
            "*ERROR at teardown of test_third*",
            "fault('predictions.list', status=402, after=1) was asked for*",
            "*test_second*",
            "fault('hardware.list', status=402) was asked for*",
            "*test_third*",
            "GET /v1/account: 200",
        ]
    )
    # Each test shows its own requests.
    result.stdout.no_fnmatch_line("*GET /v1/account: 200*GET /v1/predictions*")


def test_a_wrong_scope_is_told(run, pytester):
    pytester.makeini("[pytest]\nreplicate_sandbox_scope = test")
    result = run(test_it="def test_it(replicate_sandbox): pass")
    assert result.ret != 0
    result.stdout.re_match_lines([".*replicate_sandbox_scope is one of function, class.*"])


def test_a_failed_test_shows_its_requests(run):
    result = run(
        test_it="""
def test_fails(replicate_sandbox, shout):
    replicate_sandbox.fault("predictions.create", status=429, headers={"retry-after": "0"})
    replicate.run("acme/shout", input={"text": "cat"})

def test_asks_elsewhere(replicate_sandbox):
    assert not "reached"

def test_passes(shout):
    replicate.run("acme/shout", input={"text": "dog"})
"""
    )
    result.assert_outcomes(failed=2, passed=1)
    result.stdout.fnmatch_lines(
        [
            "*Replicate sandbox*",
            "POST /v1/models/acme/shout/predictions: 429, fault('predictions.create', status=429*",
            '    {"input":*{"text":*"cat"}}',
            "POST /v1/models/acme/shout/predictions: 201",
            "prediction * of acme/shout: failed: cats do not shout",
            "    shouting cat",
            "*Replicate sandbox*",
            "No request has reached the sandbox.",
        ]
    )
    result.stdout.no_fnmatch_line("*shouting dog*")


def test_a_fault_that_has_not_happened_fails_the_test(run):
    result = run(
        test_it="""
def test_misses(replicate_sandbox, shout):
    replicate_sandbox.fault("stream", status=500)
    replicate_sandbox.fault("output", truncate=3, optional=True)
    replicate.run("acme/shout", input={"text": "dog"})

@pytest.fixture
def flaky(replicate_sandbox):
    replicate_sandbox.fault("predictions.create", status=500, after=3)

def test_misses_the_fault_of_a_fixture(flaky, shout):
    replicate.run("acme/shout", input={"text": "dog"})

def test_hits(replicate_sandbox, shout):
    fault = replicate_sandbox.fault("predictions.create", status=402)
    with pytest.raises(replicate.exceptions.ReplicateError):
        replicate.run("acme/shout", input={"text": "dog"})
    assert fault.fired == 1

@pytest.mark.xfail(strict=True)
def test_is_expected_to(replicate_sandbox):
    replicate_sandbox.fault("stream", status=500)

def test_fails_for_another_reason(replicate_sandbox):
    replicate_sandbox.fault("webhook", status=500)
    raise LookupError("the reason")
"""
    )
    result.assert_outcomes(failed=3, passed=1, xfailed=1)
    result.stdout.fnmatch_lines(
        [
            "*_ test_misses _*",
            "fault('stream', status=500) was asked for, and no request was hit by it.*",
            "*Replicate sandbox*",
            "*_ test_misses_the_fault_of_a_fixture _*",
            "fault('predictions.create', status=500, after=3) was asked for*",
            "*_ test_fails_for_another_reason _*",
            "*LookupError: the reason",
        ]
    )
    for text in ("*ERROR*", "*optional=True) was asked for*", "*'webhook', status=500) was asked*"):
        result.stdout.no_fnmatch_line(text)


@pytest.mark.slow
def test_workers_have_a_sandbox_each(run):
    tests = """
@pytest.mark.parametrize("number", range(4))
def test_it(replicate_sandbox, shout, number):
    assert replicate.run("acme/shout", input={"text": f"hey {number}"}) == f"HEY {number}"
    assert len(replicate_sandbox.created) == 1
    if number == 3:
        replicate_sandbox.fault("stream", status=500)
"""
    result = run("-n", "2", plugins=["xdist.plugin"], subprocess=True, test_it=tests)
    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(
        ["fault('stream', status=500) was asked for*", "*Replicate sandbox*", "POST /v1/models/*"]
    )


def test_who_does_not_use_it_does_not_pay_for_it(pytester):
    loaded = pytester.run(
        sys.executable,
        "-c",
        "import replicate.sandbox.pytest_plugin, sys;"
        "print(sorted({'httpx', 'starlette', 'uvicorn', 'attr'} & set(sys.modules) - {'attr'}))",
    )
    assert loaded.outlines == ["[]"]
