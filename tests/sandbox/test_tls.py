"""HTTPS: certificates for every name, a client that trusts them, and nothing left behind."""

from __future__ import annotations

import gc
import os
import shutil
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Iterator

import httpx
import pytest

from replicate.sandbox import CUT, Sandbox


@pytest.fixture(scope="module")
def secure() -> Iterator[Sandbox]:
    with Sandbox(tls=True) as sandbox:
        yield sandbox


def test_client_and_files(secure: Sandbox) -> None:
    assert secure.url.startswith("https://127.0.0.1:")
    assert secure.files_url.startswith("https://127.0.0.1:")
    with secure.client() as client:
        output = client.run("sandbox/painter", {"prompt": "x", "width": 16, "height": 16})
        assert output.url.startswith(secure.files_url)
        assert output.read().startswith(b"\x89PNG")
        events = list(client.stream("sandbox/storyteller", {"prompt": "a fox", "sentences": 1}))
        assert "".join(map(str, events)).startswith("Once upon a time there was a fox.")
        facts = client.run("sandbox/reader", {"document": b"a b"})
        assert facts["words"] == 2


def test_nobody_else_trusts_it(secure: Sandbox) -> None:
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(secure.url)
    with pytest.raises(httpx.HTTPError):
        httpx.get(secure.url.replace("https", "http"))


@pytest.mark.parametrize("name", ["localhost", "sandbox", "host.docker.internal", "api.example"])
def test_every_name_has_a_certificate(secure: Sandbox, name: str) -> None:
    context = ssl.create_default_context(cafile=str(secure.ca_file))
    address = ("127.0.0.1", int(secure.url.rpartition(":")[2]))
    with socket.create_connection(address, timeout=10) as plain:
        with context.wrap_socket(plain, server_hostname=name) as connection:
            assert connection.version()
            certificate = connection.getpeercert()
    assert certificate


def test_connections_that_clients_reset_leave_nothing() -> None:
    with Sandbox(tls=True) as sandbox:
        context = ssl.create_default_context(cafile=str(sandbox.ca_file))
        address = ("127.0.0.1", int(sandbox.url.rpartition(":")[2]))
        for _ in range(3):
            plain = socket.create_connection(address, timeout=10)
            with context.wrap_socket(plain, server_hostname="localhost") as connection:
                # Closing sends a reset.
                linger = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        with sandbox.client() as client:
            assert client.accounts.current()
    # A warning of what is collected here would fail the test.
    gc.collect()


def test_hosts_in_answers(secure: Sandbox) -> None:
    verify = ssl.create_default_context(cafile=str(secure.ca_file))
    local = secure.url.replace("127.0.0.1", "localhost")
    with httpx.Client(verify=verify, headers={"authorization": "Bearer r8_sandbox"}) as client:
        assert client.get(f"{local}/v1/account").json()["avatar_url"].startswith(f"{local}/")


@pytest.mark.parametrize("drop", ["before", "during", "after"])
def test_faults_of_the_connection(drop: str) -> None:
    with Sandbox(tls=True) as sandbox, sandbox.client(max_retries=3) as client:
        fault = sandbox.fault("account.get", drop=drop)
        assert client.accounts.current().username == "sandbox"
        assert fault.fired == 1
        sandbox.fault("account.get", script=["{", CUT])
        assert client.accounts.current().username == "sandbox"
        with sandbox.offline(), pytest.raises(httpx.ConnectError):
            httpx.get(sandbox.url, verify=False)
        assert client.accounts.current().username == "sandbox"


def test_environment_of_other_programs(secure: Sandbox) -> None:
    code = "import replicate; print(replicate.run('sandbox/divider', {'denominator': 2}))"
    environment = {**os.environ, **secure.environment, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "0.5"


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_curl(secure: Sandbox) -> None:
    environment = {**os.environ, **secure.environment}
    command = ["curl", "-sSf", f"{secure.url}/v1/account", "-H", "Authorization: Bearer r8_sandbox"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert '"username":"sandbox"' in done.stdout


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node.js")
def test_node(secure: Sandbox) -> None:
    script = (
        "fetch(process.env.REPLICATE_BASE_URL + '/v1/account', "
        "{headers: {authorization: 'Bearer ' + process.env.REPLICATE_API_TOKEN}})"
        ".then(r => r.json()).then(a => console.log(a.username))"
    )
    environment = {**os.environ, **secure.environment}
    done = subprocess.run(
        ["node", "-e", script], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "sandbox"


def test_plain_sandbox_has_no_certificate() -> None:
    with Sandbox(demo_models=False) as sandbox:
        assert sandbox.ca_file is None
        assert sandbox.environment == {
            "REPLICATE_API_TOKEN": sandbox.token,
            "REPLICATE_BASE_URL": sandbox.url,
        }


def test_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    sandbox = Sandbox(tls=True)
    with sandbox:
        first = sandbox.ca_file
        assert first is not None
        assert first.read_text().startswith("-----BEGIN CERTIFICATE-----")
        with pytest.raises(OSError):
            Sandbox(tls=True, port=int(sandbox.url.rpartition(":")[2])).start()
    assert list(tmp_path.iterdir()) == []
    with sandbox, sandbox.client() as client:
        assert client.accounts.current().username == "sandbox"
    assert list(tmp_path.iterdir()) == []


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "trustme", None)
    with pytest.raises(ImportError, match=r"pip install \"replicate\[sandbox\]\""):
        Sandbox(tls=True).start()
