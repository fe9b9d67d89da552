"""`python -m replicate.sandbox`, in processes of its own: what it prints, and how it ends."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, Dict, Iterator, List

import httpx
import pytest

import replicate
from replicate.sandbox import Sandbox
from replicate.sandbox.loading import LoadError, ModelSource, reload
from tests.servers import Recorder

ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
# The background jobs of a shell ignore Ctrl-C, and so would the programs of its children.
COMMAND = """
import runpy, signal
signal.signal(signal.SIGINT, signal.default_int_handler)
runpy.run_module("replicate.sandbox", run_name="__main__", alter_sys=True)
"""


class Server:
    """The command in a process; everything that it says on standard error is kept."""

    def __init__(self, *arguments: str, directory: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, *arguments],
            env={**ENVIRONMENT, "TMPDIR": str(directory)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.said: List[str] = []
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def _listen(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.said.append(line.rstrip())

    def variables(self, count: int = 2) -> Dict[str, str]:
        """Wait for the variables to set."""
        assert self.process.stdout is not None
        lines = [self.process.stdout.readline().strip() for _ in range(count)]
        parsed = [shlex.split(line) for line in lines]
        assert all(words[0] == "export" and len(words) == 2 for words in parsed)
        return dict(words[1].split("=", 1) for words in parsed)

    def wait_for(self, text: str) -> None:
        deadline = time.monotonic() + 20
        while not any(text in line for line in self.said):
            assert time.monotonic() < deadline, self.said
            time.sleep(0.01)

    def end(self, *signals: signal.Signals) -> int:
        for number in signals:
            self.process.send_signal(number)
        try:
            return self.process.wait(20)
        finally:
            self.close()

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self._thread.join()
        for stream in (self.process.stdout, self.process.stderr):
            assert stream is not None
            stream.close()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Any]:
    servers: List[Server] = []

    def start(*arguments: str) -> Server:
        servers.append(Server(*arguments, directory=tmp_path))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def run(*arguments: str, **options: Any) -> Any:
    command = [sys.executable, "-m", "replicate.sandbox", *arguments]
    options = {"env": ENVIRONMENT, "capture_output": True, "text": True, "timeout": 60, **options}
    return subprocess.run(command, check=False, **options)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_serving(serve: Any, ending: signal.Signals, tmp_path: Path) -> None:
    server = serve("--token", "r8_mine", "--username", "acme")
    variables = server.variables()
    url = variables["REPLICATE_BASE_URL"]
    assert variables["REPLICATE_API_TOKEN"] == "r8_mine"
    assert url.startswith("http://127.0.0.1:")
    headers = {"authorization": "Bearer r8_mine"}
    account = httpx.get(f"{url}/v1/account?a=b", headers=headers)
    assert account.json()["username"] == "acme"
    server.wait_for("200 GET /v1/account?a=b")
    assert server.end(ending) == 0
    text = "\n".join(server.said)
    assert "sandbox/painter" in text
    assert f"REPLICATE_BASE_URL={url}/v1" in text
    assert f'baseUrl: "{url}/v1"' in text
    assert "Traceback" not in text
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("pause", [0.0, 0.05, 0.3])
def test_an_end_at_any_time(serve: Any, pause: float) -> None:
    server = serve()
    time.sleep(pause)
    # Before Python itself is up, nobody can handle a signal; the test does not look there.
    server.variables()
    assert server.end(signal.SIGTERM, signal.SIGINT, signal.SIGINT) == 0
    assert "Traceback" not in "\n".join(server.said)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(10))
def test_an_end_under_load(serve: Any, number: int, tmp_path: Path) -> None:
    server = serve()
    url = server.variables()["REPLICATE_BASE_URL"]
    headers = {"authorization": "Bearer r8_sandbox"}
    done = threading.Event()

    def load() -> None:
        body = {
            "version": "sandbox/primes",
            "input": {"limit": 1000 * number + 10, "delay": 0.01 * number},
        }
        with httpx.Client(base_url=url, headers=headers) as client:
            while not done.is_set():
                try:
                    client.post("/v1/predictions", json=body, headers={"prefer": "wait=1"})
                except httpx.HTTPError:
                    return

    threads = [threading.Thread(target=load) for _ in range(8)]
    for thread in threads:
        thread.start()
    time.sleep(0.1 * number)
    try:
        assert server.end(signal.SIGINT, signal.SIGTERM) == 0
    finally:
        done.set()
        for thread in threads:
            thread.join()
    text = "\n".join(server.said)
    assert "Traceback" not in text
    assert "Exception" not in text


def test_deliveries_of_webhooks_are_told(serve: Any) -> None:
    server = serve()
    variables = server.variables()
    client = replicate.Client(
        variables["REPLICATE_API_TOKEN"], base_url=variables["REPLICATE_BASE_URL"]
    )
    with Recorder() as receiver, socket.create_server(("127.0.0.1", 0)) as listener:
        nobody = f"http://127.0.0.1:{listener.getsockname()[1]}/hook"
        listener.close()
        for url in (f"{receiver.url}/hook", nobody):
            client.predictions.create(
                model="sandbox/painter",
                input={"prompt": "x"},
                webhook=url,
                webhook_events_filter=["completed"],
            )
        server.wait_for(f"404 POST {receiver.url}/hook (webhook, completed), again in 1 s")
        server.wait_for(f"--- POST {nobody} (webhook, completed), no answer, again in 1 s")
        receiver.on("POST", "/hook", b"")
        server.wait_for(f"200 POST {receiver.url}/hook (webhook, completed)")


@pytest.mark.parametrize("program", ["replicate.sandbox", "replicate"])
def test_what_the_extra_brings_is_missing(program: str) -> None:
    code = (
        "import runpy, sys; sys.modules['starlette'] = None; sys.argv = ['-', 'sandbox']; "
        f"runpy.run_module('{program}', run_name='__main__', alter_sys=True)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert 'pip install "replicate[sandbox]"' in line


def test_mistakes_are_told_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
        for arguments, status, message in [
            (["--port", port], 1, f"port {port}: Address already in use; choose another"),
            (["--files-port", port], 1, f"port {port}: Address already in use"),
            (["--port", "70000"], 2, "a port is a number up to 65535, not '70000'"),
            (["--public-url", "me"], 2, "a public URL looks like https://"),
            (["--token", "my own"], 2, "token is ASCII text without white space"),
            (["--history", "0"], 2, "'0' is no number above 0"),
            (["--prot", "1"], 2, "unrecognized arguments: --prot 1"),
            (["--models", "nothing.py"], 1, "there is no file nothing.py"),
            (["--"], 2, "there is no command after --"),
            (["--", "no-such-program"], 127, "can't run no-such-program: "),
        ]:
            done = run(*arguments)
            assert done.returncode == status, arguments
            assert done.stdout == ""
            (line,) = done.stderr.splitlines()
            assert line.startswith("python -m replicate.sandbox: ")
            assert message in line


def test_a_command_gets_the_variables_and_gives_its_status() -> None:
    code = (
        "import os, replicate\n"
        "print(replicate.run('sandbox/divider', {'denominator': 4}))\n"
        "print(os.environ['REPLICATE_BASE_URL'])\n"
        "raise SystemExit(7)"
    )
    done = run("--v1", "--", sys.executable, "-c", code)
    assert done.returncode == 7
    answer, url = done.stdout.splitlines()
    assert answer == "0.25"
    assert url.endswith("/v1")
    assert done.stderr == ""
    done = run("--verbose", "--", sys.executable, "-c", code)
    assert "201 POST /v1/models/sandbox/divider/predictions" in done.stderr
    assert '{"input":{"denominator":4}}' in done.stderr.replace(" ", "")


def test_a_command_gets_the_signals(serve: Any) -> None:
    code = (
        "import signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(9))\n"
        "print('ready', flush=True)\n"
        "time.sleep(60)"
    )
    server = serve("--", sys.executable, "-c", code)
    assert server.process.stdout.readline() == "ready\n"
    assert server.end(signal.SIGTERM) == 9
    server = serve("--", sys.executable, "-c", code.replace("SIGTERM", "SIGINT"))
    assert server.process.stdout.readline() == "ready\n"
    assert server.end(signal.SIGTERM) == 128 + signal.SIGTERM


@pytest.mark.skipif(shutil.which("sh") is None, reason="needs a shell")
def test_a_shell_evaluates_the_variables(serve: Any, tmp_path: Path) -> None:
    server = serve("--tls", "--token", "it's$mine")
    lines = [server.process.stdout.readline() for _ in range(6)]
    script = "".join(lines) + 'printf "%s|%s" "$REPLICATE_API_TOKEN" "$SSL_CERT_FILE"'
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
    token, bundle = done.stdout.split("|")
    assert token == "it's$mine"
    assert Path(bundle).read_text().startswith("-----BEGIN CERTIFICATE-----")
    assert server.end(signal.SIGTERM) == 0
    assert list(tmp_path.iterdir()) == []


MODELS = """
from helper_of_models import loud
from replicate.sandbox import Sandbox

mine = Sandbox(demo_models=False)

@mine.model("me/shout", official=True)
def shout(text: str) -> str:
    return loud(text)

other = Sandbox(demo_models=False)

@other.model("me/other", official=True)
def other_model() -> str:
    return "other"
"""


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    (tmp_path / "helper_of_models.py").write_text("def loud(text): return text.upper()\n")
    file = tmp_path / "models_of_mine.py"
    file.write_text(MODELS)
    monkeypatch.chdir(tmp_path)
    yield file
    for name in ("models_of_mine", "helper_of_models"):
        sys.modules.pop(name, None)


@pytest.mark.parametrize("name", ["models_of_mine.py", "models_of_mine", "models_of_mine:mine"])
def test_models_are_loaded_and_loaded_again(models: Path, name: str) -> None:
    source = ModelSource(name)
    with Sandbox(demo_models=False) as sandbox, sandbox.client() as client:
        source.load(sandbox)
        assert client.run("me/shout", {"text": "hey"}) == "HEY"
        assert ("me/other" in sandbox.models) is (":" not in name)
        assert not source.changed()
        first = sandbox.models["me/shout"].latest_version.id
        (models.parent / "helper_of_models.py").write_text("def loud(text): return text + '!'\n")
        assert source.changed()
        assert reload(source, sandbox) == f"Loaded {name} again."
        assert client.run("me/shout", {"text": "hey"}) == "hey!"
        assert sandbox.models["me/shout"].run_count == 2

        models.write_text(MODELS.replace("loud(text)", "loud(text) * 2"))
        assert source.changed()
        reload(source, sandbox)
        assert client.run("me/shout", {"text": "hey"}) == "hey!hey!"
        versions = [version.id for version in sandbox.models["me/shout"].versions]
        assert versions[0] == first
        assert len(versions) == 2

        models.write_text("raise ValueError('no good')")
        assert source.changed()
        said = reload(source, sandbox)
        assert "models_of_mine" in said
        assert "line 1" in said
        assert "ValueError: no good" in said
        assert "loading.py" not in said
        assert client.run("me/shout", {"text": "hey"}) == "hey!hey!"

        models.write_text(MODELS.replace("me/shout", "me/cry"))
        reload(source, sandbox)
        assert "me/cry" in sandbox.models
        assert "me/shout" not in sandbox.models


def test_install_takes_the_sandbox(models: Path) -> None:
    models.write_text(
        "def install(sandbox):\n"
        "    @sandbox.model('me/one')\n"
        "    def one() -> int:\n"
        "        return 1\n"
    )
    sandbox = Sandbox(demo_models=False)
    ModelSource("models_of_mine").load(sandbox)
    assert list(sandbox.models) == ["me/one"]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("models_of_mine.py", "x = 1", "neither a Sandbox nor a function install"),
        ("models_of_mine:it", "x = 1", "models_of_mine has no Sandbox named it"),
        ("models_of_mine.py", "x = (", "SyntaxError"),
        ("models_of_mine.py", "raise SystemExit", "SystemExit"),
        ("no_such_module", "", "No module named 'no_such_module'"),
    ],
)
def test_models_that_cannot_be_loaded(models: Path, name: str, text: str, message: str) -> None:
    models.write_text(text)
    with pytest.raises(LoadError, match=message):
        ModelSource(name).load(Sandbox(demo_models=False))


def test_reload_while_serving(serve: Any, models: Path) -> None:
    server = serve("--models", str(models), "--reload")
    url = server.variables()["REPLICATE_BASE_URL"]
    headers = {"authorization": "Bearer r8_sandbox"}
    assert httpx.get(f"{url}/v1/models/me/shout", headers=headers).status_code == 200
    models.write_text(MODELS.replace("me/shout", "me/cry"))
    server.wait_for("Loaded")
    assert httpx.get(f"{url}/v1/models/me/cry", headers=headers).status_code == 200
    assert server.end(signal.SIGTERM) == 0


def test_include_keeps_what_was_there() -> None:
    first, second = Sandbox(demo_models=False), Sandbox(demo_models=False)
    for sandbox, text in ((first, "a"), (second, "b")):

        @sandbox.model("me/it", official=True)
        def it(addition: str = text) -> str:
            return addition

    second.collection("mine", name="Mine")
    first.include(second)
    assert len(first.models["me/it"].versions) == 2
    assert len(second.models["me/it"].versions) == 1
    with first, first.client() as client:
        assert client.run("me/it") == "b"
        assert client.collections.get("mine").name == "Mine"


@pytest.mark.skipif(sys.platform == "win32", reason="needs a terminal of Unix")
def test_ctrl_c_reaches_a_command_once() -> None:
    code = (
        "import signal, sys, time\n"
        "came = []\n"
        "signal.signal(signal.SIGINT, lambda *_: came.append(1))\n"
        "print('ready', flush=True)\n"
        "while not came: time.sleep(0.01)\n"
        "time.sleep(0.3)\n"
        "sys.exit(10 + len(came))"
    )
    # A process of its own gives it a terminal: this one has threads, and must not fork.
    spawn = "import os, pty, sys; sys.exit(os.WEXITSTATUS(pty.spawn(sys.argv[1:])))"
    command = [sys.executable, "-m", "replicate.sandbox", "--", sys.executable, "-c", code]
    with subprocess.Popen(
        [sys.executable, "-c", spawn, *command],
        env=ENVIRONMENT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert b"ready" in process.stdout.readline()
        process.stdin.write(b"\x03")
        process.stdin.flush()
        assert process.wait(30) == 11
