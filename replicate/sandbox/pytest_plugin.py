"""The pytest plugin, which comes with the package: the fixture `replicate_sandbox`.

```python
def test_shouts(replicate_sandbox):
    @replicate_sandbox.model("acme/shout", official=True)
    def shout(text: str) -> str:
        return text.upper()

    assert replicate.run("acme/shout", input={"text": "hey"}) == "HEY"
```

pytest imports this module in every test run, so it imports nothing that takes long.
"""

from __future__ import annotations

import difflib
import inspect
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Dict, Generator, Iterator, List

import pytest

if TYPE_CHECKING:
    from .faults import Fault
    from .sandbox import Sandbox

SCOPES = ("function", "class", "module", "package", "session")

_uses: List[_Use] = []


class _Use:
    """One sandbox that the fixture has started."""

    def __init__(self, sandbox: Sandbox, config: pytest.Config, *, of_one_test: bool) -> None:
        self.sandbox = sandbox
        self.config = config
        self.of_one_test = of_one_test
        self.told: List[Fault] = []
        self.others: List[Fault] = []
        self.before = (0, 0)

    def begin(self) -> None:
        """Note what was there before the test: the test is not asked about it."""
        if not self.of_one_test:
            self.others = self.sandbox.unfired_faults
            self.before = (len(self.sandbox.requests), len(self.sandbox.created))

    def missed(self) -> List[Fault]:
        """Return the faults that have not fired, each once."""
        old = self.told + self.others
        missed = [fault for fault in self.sandbox.unfired_faults if fault not in old]
        self.told += missed
        self.others = []
        return missed


def _scope(fixture_name: str, config: pytest.Config) -> Any:  # noqa: ARG001 - pytest's names
    scope = config.getini("replicate_sandbox_scope")
    if scope not in SCOPES:
        raise pytest.UsageError(f"replicate_sandbox_scope is one of {', '.join(SCOPES)}: {scope!r}")
    return scope


@pytest.fixture(scope=_scope)
def replicate_sandbox_options() -> Dict[str, Any]:
    """Options of `replicate.sandbox.Sandbox` for `replicate_sandbox`. Override this fixture."""
    return {}


@pytest.fixture(scope=_scope)
def replicate_sandbox(
    request: pytest.FixtureRequest, replicate_sandbox_options: Dict[str, Any]
) -> Iterator[Sandbox]:
    """A new sandbox for the test, which `replicate` and the environment use.

    Options come from the fixture `replicate_sandbox_options`, and from the marker
    `replicate_sandbox`, whose options win. If a fault has hit no request, the test fails, unless
    the fault is `optional`.
    """
    options = dict(replicate_sandbox_options)
    for marker in reversed(list(request.node.iter_markers("replicate_sandbox"))):
        if marker.args:
            raise pytest.UsageError("the marker replicate_sandbox takes options by their names")
        options.update(marker.kwargs)
    with _serving(options) as sandbox:
        use = _Use(sandbox, request.config, of_one_test=request.scope == "function")
        _uses.append(use)
        try:
            yield sandbox
        finally:
            _uses.remove(use)
        missed = use.missed() if not use.of_one_test else []
    if missed:
        pytest.fail(_complaint(missed), pytrace=False)


@contextmanager
def _serving(options: Dict[str, Any]) -> Generator[Sandbox, None, None]:
    import replicate

    from .sandbox import Sandbox

    known = list(inspect.signature(Sandbox).parameters)
    for name in options:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            meant = f"perhaps {near[0]}" if near else f"there are {', '.join(known)}"
            raise pytest.UsageError(f"replicate_sandbox has no option {name}; {meant}")
    with pytest.MonkeyPatch.context() as patch, Sandbox(**options) as sandbox:
        for name, value in sandbox.environment.items():
            patch.setenv(name, value)
        for name in ("NO_PROXY", "no_proxy"):
            hosts = [os.environ.get(name, ""), "127.0.0.1", "localhost"]
            patch.setenv(name, ",".join(filter(None, hosts)))
        try:
            yield sandbox
        finally:
            # Its connections lead to this sandbox, and the next one has another port.
            replicate.default_client.close()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the setting of the fixture's scope."""
    text = f"scope of the fixture replicate_sandbox: {', '.join(SCOPES)}"
    parser.addini("replicate_sandbox_scope", text, default="function")


def pytest_configure(config: pytest.Config) -> None:
    """Describe the marker."""
    text = "replicate_sandbox(**options): options of Sandbox for the fixture replicate_sandbox"
    config.addinivalue_line("markers", text)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, None]:
    """Fail a test that has passed although a fault that it asked for has not happened."""
    uses = _of(item.config)
    for use in uses:
        use.begin()
    outcome: Any = yield
    missed = [fault for use in uses for fault in use.missed()]
    if missed and outcome.excinfo is None:
        outcome.force_exception(pytest.fail.Exception(_complaint(missed), pytrace=False))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, None]:
    """Show what a failed test has asked of the sandbox."""
    outcome: Any = yield
    report = outcome.get_result()
    if report.failed and report.when in ("setup", "call"):
        for use in _of(item.config):
            report.sections.append(("Replicate sandbox", _told(use)))


def _of(config: pytest.Config) -> List[_Use]:
    return [use for use in _uses if use.config is config]


def _complaint(missed: List[Fault]) -> str:
    return "\n".join(
        f"{fault!r} was asked for, and no request was hit by it. With optional=True it need not be."
        for fault in missed
    )


def _told(use: _Use) -> str:
    from .story import tell

    requests, runs = use.before
    return tell(use.sandbox.requests[requests:], use.sandbox.created[runs:])
