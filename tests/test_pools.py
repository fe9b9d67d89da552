"""Clients that nobody closes, and threads at their first call: no leak, no race."""

from __future__ import annotations

import asyncio
import gc
import sys
import types
import weakref

import httpx
import pytest

import replicate
from replicate._files import values as _values


def test_connections_are_closed_before_the_collector_comes(sandbox):
    client = sandbox.client()
    client.accounts.current()
    [connection] = client._client._transport._pool.connections
    assert connection.is_idle()
    del client
    gc.collect()
    assert connection.is_closed()


@pytest.mark.parametrize("option", ["transport", "mounts"])
def test_transport_that_clients_share_outlives_each_of_them(sandbox, option):
    with httpx.HTTPTransport(verify=False) as transport:
        options = {option: transport if option == "transport" else {"all://": transport}}
        for _ in range(3):
            client = sandbox.client(**options)
            client.accounts.current()
            [connection] = transport._pool.connections
            del client
            gc.collect()
            assert connection.is_idle()
        backend = transport._pool._network_backend
        assert type(backend._backend) is not type(backend)  # it is wrapped once


def test_options_that_refer_to_the_client_do_not_keep_it():
    class Owner:
        def __init__(self):
            self.client = replicate.Client("t", event_hooks={"request": [self.hook]}, verify=False)

        def hook(self, request):
            pass

    owner = Owner()
    assert owner.client._client.event_hooks["request"] == [owner.hook]
    gone = weakref.ref(owner)
    del owner
    gc.collect()
    assert gone() is None


@pytest.mark.parametrize("module", ["trio", "numpy", "replicate.helpers"])
def test_what_another_thread_is_importing_does_no_harm(sandbox, module, monkeypatch):
    monkeypatch.setitem(sys.modules, module, types.ModuleType(module))
    assert _values.plain({"a": [1.5, "x"]}) == {"a": [1.5, "x"]}
    with sandbox.client(verify=False) as client:
        assert asyncio.run(client.accounts.async_current())
