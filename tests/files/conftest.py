"""What the tests of files share: a model that takes anything, and a look at what it was sent."""

from __future__ import annotations

import pytest

from tests.bodies import FILE, prediction
from tests.test_wire_details import parts


class Sent:
    """What came: the input of the last run, and the uploads as (name, media type, content)."""

    def __init__(self, server):
        self._server = server

    @property
    def input(self):
        return self._server.last.json["input"]

    @property
    def uploads(self):
        return [
            parts(request)["content"]
            for request in self._server.requests
            if request.path == "/v1/files"
        ]

    @property
    def nothing(self):
        return not self._server.requests


@pytest.fixture
def sent(server):
    server.on("POST", "/v1/files", FILE, 201)
    server.on("POST", "/v1/models/o/n/predictions", prediction(output="ok"), 201)
    return Sent(server)


@pytest.fixture
def give(call, served, sent):
    """Run a model with a value, and return what was sent for it."""

    def give(value, **options):
        call(served.run, "o/n", {"x": value}, **options)
        return sent.input["x"]

    return give
