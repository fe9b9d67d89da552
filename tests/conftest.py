"""What the tests share: a sandbox, a client on it, and a way to call either twin."""

from __future__ import annotations

import contextlib
import gc
import inspect
import logging
import os
import sys

import anyio
import httpx
import pytest

import replicate
from replicate._http import retry as _retry
from replicate._runs import lost as _lost
from replicate._runs.outputs import OutputIterator
from replicate.sandbox import Sandbox
from tests.servers import Recorder


@pytest.fixture(scope="session", autouse=True)
def certificates_once():
    """Load the certificates once, and not for each bare httpx client: that takes 50 ms."""
    module = httpx._transports.default
    load, loaded = module.create_ssl_context, {}

    def create_ssl_context(*args, **options):
        paths = [os.environ.get(name) for name in ("SSL_CERT_FILE", "SSL_CERT_DIR")]
        key = repr((args, sorted(options.items()), paths))
        if key not in loaded:
            loaded[key] = load(*args, **options)
        return loaded[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "create_ssl_context", create_ssl_context)
        yield


def pytest_collection_finish():
    """Leave what is loaded by now out of later garbage collections: tests ask for many."""
    # The start of hypothesis asks the collector about what would be frozen then.
    if "hypothesis" in sys.modules and sys.version_info >= (3, 10):
        gc.collect()
        gc.freeze()


def pytest_configure(config):
    # A connection that is made when its task is canceled, anyio before 4.13 leaves to the garbage
    # collector, which may come across it in any later test. Later ones need Python 3.10.
    if sys.version_info < (3, 10):
        left = r"<(socket.socket .*AF_INET,|function _SelectorTransport)"
        ignored = f"ignore:Exception ignored in. {left}:pytest.PytestUnraisableExceptionWarning"
        config.addinivalue_line("filterwarnings", ignored)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch):
    """Keep the user's own settings out, and those of a test from the next one."""
    for name in list(os.environ):
        if name.startswith("REPLICATE_"):
            monkeypatch.delenv(name)
    logger = logging.getLogger("replicate")
    level, handlers = logger.level, [*logger.handlers]
    yield
    logger.setLevel(level)
    logger.handlers[:] = handlers


class Call:
    """Calls the blocking or the asynchronous twin of a method, each test with both.

    `call(obj.method, ...)` returns what it returns; `call.list(obj.method, ...)` iterates.
    """

    def __init__(self, kind):
        self.is_async = kind == "async"

    def __repr__(self):
        return "async" if self.is_async else "blocking"

    def twin(self, method):
        owner = getattr(method, "__self__", None) or inspect.getmodule(method)
        name = method.__name__
        name = f"_async{name}" if name.startswith("_") else f"async_{name}"
        return getattr(owner, name) if self.is_async else method

    def __call__(self, method, *args, **kwargs):
        if not self.is_async:
            return method(*args, **kwargs)

        async def main():
            result = self.twin(method)(*args, **kwargs)
            result = await result if inspect.isawaitable(result) else result
            # An iterator is of use in its own loop only: hand its items out.
            is_output = isinstance(result, OutputIterator) or inspect.isasyncgen(result)
            return [item async for item in result] if is_output else result

        return anyio.run(main)

    def list(self, method, *args, **kwargs):
        """Return everything that an iterator yields, and close it."""
        if not self.is_async:
            return list(method(*args, **kwargs))

        async def main():
            result = self.twin(method)(*args, **kwargs)
            result = await result if inspect.isawaitable(result) else result
            return [item async for item in result]

        return anyio.run(main)

    def collect(self, method, *args, **kwargs):
        """Return what an iterator yields, and the error that ends it, if one does."""
        items = []

        async def main():
            async for item in self.twin(method)(*args, **kwargs):
                items.append(item)

        try:
            if self.is_async:
                anyio.run(main)
            else:
                for item in method(*args, **kwargs):
                    items.append(item)
        except Exception as error:
            return items, error
        return items, None

    def read(self, file):
        """Return the content of a `FileOutput`."""
        return anyio.run(file.aread) if self.is_async else file.read()

    def chunks(self, file):
        """Return what iterating over a file output yields."""

        async def main():
            return [chunk async for chunk in file]

        return anyio.run(main) if self.is_async else list(file)


@pytest.fixture(params=["blocking", "async"])
def call(request):
    return Call(request.param)


@pytest.fixture(scope="session")
def shared_sandbox():
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox():
    """A sandbox of the test's own, with the demo models."""
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def client(sandbox):
    with sandbox.client() as client:
        client.poll_interval = 0.01
        yield client


@pytest.fixture
def mock():
    """Make a client whose requests a function answers, for the rare wire detail."""
    clients = []

    def make(handler, **options):
        options = {"api_token": "test-token", "max_retries": 2, **options}
        client = replicate.Client(transport=httpx.MockTransport(handler), **options)
        client.poll_interval = 0
        clients.append(client)
        return client

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def full_disk():
    """Make a context in which no file gets longer than 1,000 bytes, as if the disk were full."""
    resource = pytest.importorskip("resource")

    @contextlib.contextmanager
    def full():
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    return full


@pytest.fixture
def server():
    """A recording server, told by the test what to answer."""
    with Recorder() as server:
        yield server


@pytest.fixture
def other_server():
    """A second one: another origin."""
    with Recorder() as server:
        yield server


@pytest.fixture
def served(server):
    """A client of the recording server."""
    # Loading certificates would take most of a test's time, and there is nothing to verify.
    options = {"base_url": server.url, "max_retries": 2, "verify": False}
    with replicate.Client("test-token", **options) as client:
        client.poll_interval = 0
        yield client


@pytest.fixture
def quick_looks(monkeypatch):
    """Make the pauses between the looks for a lost create short."""
    monkeypatch.setattr(_lost, "PAUSES", tuple(seconds / 20 for seconds in _lost.PAUSES))


@pytest.fixture
def waits(monkeypatch):
    """Do without the pauses before retries; the list is what the server's advice was."""
    waits = []

    def wait_before(attempt, advised=None):
        waits.append(advised)
        return 0

    monkeypatch.setattr(_retry, "wait_before", wait_before)
    monkeypatch.setattr(_lost, "PAUSES", ())
    return waits
