"""URLs in answers follow the host that was asked, or the public URL."""

from __future__ import annotations

import socket
from typing import Any, Dict, Iterator, List

import httpx
import pytest

from replicate.sandbox import File, Sandbox
from replicate.sandbox.addresses import check_public_url, is_loopback
from tests.servers import Recorder


def port_of(url: str) -> str:
    return url.rpartition(":")[2]


def urls_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if value.startswith(("http:", "https:")):
            yield value
    elif isinstance(value, (list, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from urls_in(item)


class Elsewhere(httpx.Client):
    """A client which knows the sandbox by another name, as programs in containers do."""

    def __init__(self, sandbox: Sandbox, host: str) -> None:
        headers = {"authorization": f"Bearer {sandbox.token}", "host": host}
        super().__init__(base_url=sandbox.url, headers=headers, timeout=30)


@pytest.mark.parametrize("name", ["host.docker.internal", "sandbox", "10.1.2.3", "[::1]"])
def test_urls_follow_the_host_that_was_asked(sandbox: Sandbox, name: str) -> None:
    api = f"http://{name}:{port_of(sandbox.url)}"
    files = f"http://{name}:{port_of(sandbox.files_url)}"
    with Elsewhere(sandbox, api[len("http://") :]) as client:
        body = {"version": "sandbox/painter", "input": {"prompt": "x", "width": 16, "height": 16}}
        wait = {"prefer": "wait"}
        prediction = client.post("/v1/predictions", json=body, headers=wait).json()
        assert prediction["urls"]["get"].startswith(f"{api}/v1/predictions/")
        assert prediction["urls"]["stream"].startswith(f"{files}/v1/files/")
        assert prediction["output"].startswith(f"{files}/")
        stored = client.post("/v1/files", files={"content": b"hello"}).json()
        assert stored["urls"]["get"].startswith(f"{api}/v1/files/")
        for path in ("/v1/models", "/v1/predictions", "/v1/account", "/v1/search?query=paint"):
            found = list(urls_in(client.get(path).json()))
            assert found
            assert all(url.startswith((f"{api}/", f"{files}/", "https:")) for url in found), path
        example = client.get("/v1/models/sandbox/painter").json()["default_example"]
        assert example["output"] == prediction["output"]
        for _ in range(2):
            client.post("/v1/predictions", json=body)
        following = client.get("/v1/predictions").json()["next"]
        assert following.startswith(f"{api}/v1/predictions?cursor=")
        page = client.get(following.replace(api, sandbox.url)).json()
        assert page["previous"].startswith(f"{api}/v1/predictions?cursor=")
    # What was made for one client is there for all others, under their own addresses.
    headers = {"authorization": f"Bearer {sandbox.token}"}
    again = httpx.get(f"{sandbox.url}/v1/predictions/{prediction['id']}", headers=headers).json()
    assert again["output"] == prediction["output"].replace(files, sandbox.files_url)
    assert httpx.get(again["output"]).content.startswith(b"\x89PNG")


def test_a_stream_has_the_urls_of_its_reader(sandbox: Sandbox) -> None:
    port = port_of(sandbox.files_url)
    with Elsewhere(sandbox, f"sandbox:{port_of(sandbox.url)}") as client:
        body = {"version": "sandbox/painter", "input": {"prompt": "x", "width": 16, "height": 16}}
        prediction = client.post("/v1/predictions", json=body).json()
        stream = prediction["urls"]["stream"].replace(f"//sandbox:{port}", f"//127.0.0.1:{port}")
        events = client.get(stream, headers={"host": f"sandbox:{port}"}).text
    assert f"data: http://sandbox:{port}/" in events
    assert f"data: {sandbox.files_url}/" in httpx.get(stream).text


def test_a_webhook_has_the_urls_of_the_creator(sandbox: Sandbox) -> None:
    with Recorder() as receiver, Elsewhere(sandbox, "sandbox:1") as client:
        body: Dict[str, Any] = {
            "version": "sandbox/painter",
            "input": {"prompt": "x", "width": 16, "height": 16},
            "webhook": receiver.url,
            "webhook_events_filter": ["completed"],
        }
        client.post("/v1/predictions", json=body)
        sandbox.settle()
        told = receiver.requests[0].json
    assert told["output"].startswith(f"http://sandbox:{port_of(sandbox.files_url)}/")
    assert told["urls"]["get"].startswith("http://sandbox:1/v1/")


def test_an_upload_is_found_under_any_host(sandbox: Sandbox) -> None:
    with Elsewhere(sandbox, "nowhere.invalid:77") as client:
        url = client.post("/v1/files", files={"content": ("a.txt", b"a b a")}).json()["urls"]["get"]
        assert url.startswith("http://nowhere.invalid:77/v1/files/")
        body = {"version": "sandbox/reader", "input": {"document": url}}
        created = client.post("/v1/predictions", json=body, headers={"prefer": "wait"}).json()
        assert created["output"]["words"] == 3
        assert created["input"] == {"document": url}


@pytest.mark.parametrize("host", ["a b", "a/b", "x:port", "", "a:1:2", "[::1", "a,b"])
def test_a_host_that_is_none_changes_nothing(sandbox: Sandbox, host: str) -> None:
    address = ("127.0.0.1", int(port_of(sandbox.url)))
    with socket.create_connection(address, timeout=10) as connection:
        head = f"GET /v1/account HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n"
        head += f"authorization: Bearer {sandbox.token}\r\n\r\n"
        connection.sendall(head.encode())
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
    assert f'"avatar_url":"{sandbox.url}/'.encode() in answer


@pytest.mark.parametrize("suffix", ["", "/", "/v1"])
def test_public_url(suffix: str) -> None:
    public = "https://sandbox.example/replicate"
    with Sandbox(public_url=public + suffix) as sandbox:

        @sandbox.model("me/shout", official=True)
        def shout(text: str) -> File:
            return File(text.upper().encode(), "loud.txt")

        client = sandbox.client()
        with Elsewhere(sandbox, "127.0.0.1") as bare:
            body = {"version": "me/shout", "input": {"text": "hi"}}
            done = bare.post("/v1/predictions", json=body, headers={"prefer": "wait"}).json()
            assert done["output"].startswith(f"{public}/_files/")
            assert done["urls"]["stream"].startswith(f"{public}/_files/v1/files/")
            # The path behind the public URL is one of the API's own port.
            assert bare.get(done["output"][len(public) :]).content == b"HI"
            stream = bare.get(done["urls"]["stream"][len(public) :]).text
            assert f"data: {public}/_files/" in stream
            assert bare.get("/_files/no/thing").status_code == 404
        # Faults know these requests by the names that they have on the other port.
        fault = sandbox.fault("output", status=503)
        assert httpx.get(sandbox.url + done["output"][len(public) :]).status_code == 503
        assert fault.fired == 1
        client.close()


@pytest.mark.parametrize("url", ["", "sandbox", "ftp://a", "https://", "http://a:b", "http://a?b"])
def test_a_public_url_that_is_none(url: str) -> None:
    with pytest.raises(ValueError, match="a public URL looks like"):
        Sandbox(public_url=url)
    with pytest.raises(ValueError, match="a public URL looks like"):
        check_public_url(url)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "::1", "::ffff:127.0.0.1"])
def test_loopback(host: str) -> None:
    assert is_loopback(host)
    assert not is_loopback(f"{host}.example.com")


def test_all_addresses(unused_ports: List[int]) -> None:
    port, files_port = unused_ports
    with Sandbox(host="0.0.0.0", port=port, files_port=files_port) as sandbox:
        assert sandbox.url == f"http://127.0.0.1:{port}"
        assert sandbox.files_url == f"http://127.0.0.1:{files_port}"
        client = sandbox.client()
        assert client.run("sandbox/painter", {"prompt": "x", "width": 16, "height": 16}).read()
        client.close()


def test_a_files_port_that_is_taken_leaves_nothing(unused_ports: List[int]) -> None:
    port, files_port = unused_ports
    with socket.create_server(("127.0.0.1", files_port)):
        with pytest.raises(OSError):
            Sandbox(port=port, files_port=files_port).start()
        with socket.create_server(("127.0.0.1", port)):
            pass


@pytest.fixture
def unused_ports() -> List[int]:
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
    ports = [listener.getsockname()[1] for listener in listeners]
    for listener in listeners:
        listener.close()
    return ports
