"""Clients that nobody closes: their connections are closed, and they are no leak."""

from __future__ import annotations

import gc
import weakref

import replicate
from replicate._pools import Pools


def test_connections_are_closed_before_the_collector_comes(sandbox, monkeypatch):
    # It finalizes a cycle in any order: as if it took the sockets before this method.
    monkeypatch.delattr(Pools, "__del__")
    client = sandbox.client()
    client.accounts.current()
    [connection] = client._client._transport._pool.connections
    assert connection.is_idle()
    del client
    gc.collect()
    assert connection.is_closed()


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
