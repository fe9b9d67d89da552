"""Enumerations of text as arguments: `class Models(str, Enum)` is how programs name what they use.

The `str` of a member is `Models.FLUX`; what is meant, and what JSON has, is its value.
"""

from __future__ import annotations

import enum

import pytest

import replicate
from tests.bodies import MODEL, prediction

VERSION = "0" * 64


class Text(str, enum.Enum):
    EVENT = "completed"
    HARDWARE = "cpu"
    MODEL = "o/n"
    NAME = "n"
    OWNER = "o"
    RUN = "deployments/o/n"
    VERSION = VERSION
    VISIBILITY = "private"


CALLS = {
    "version": (
        lambda c: (c.predictions.create, {"version": Text.VERSION, "input": {"x": Text.NAME}}),
        "/v1/predictions",
        {"version": VERSION, "input": {"x": "n"}},
    ),
    "events": (
        lambda c: (
            c.predictions.create,
            {"version": VERSION, "input": {}, "webhook_events_filter": [Text.EVENT]},
        ),
        "/v1/predictions",
        {"version": VERSION, "input": {}, "webhook_events_filter": ["completed"]},
    ),
    "model": (
        lambda c: (c.models.predictions.create, {"model": Text.MODEL, "input": {}}),
        "/v1/models/o/n/predictions",
        {"input": {}},
    ),
    "deployment": (
        lambda c: (c.deployments.predictions.create, {"deployment": Text.MODEL, "input": {}}),
        "/v1/deployments/o/n/predictions",
        {"input": {}},
    ),
    "run": (
        lambda c: (c.run, {"ref": Text.RUN, "input": {}}),
        "/v1/deployments/o/n/predictions",
        {"input": {}},
    ),
    "training": (
        lambda c: (
            c.trainings.create,
            {"version": f"o/n:{VERSION}", "input": {}, "destination": Text.MODEL},
        ),
        f"/v1/models/o/n/versions/{VERSION}/trainings",
        {"input": {}, "destination": "o/n"},
    ),
    "models.create": (
        lambda c: (
            c.models.create,
            {
                "owner": Text.OWNER,
                "name": Text.NAME,
                "visibility": Text.VISIBILITY,
                "hardware": Text.HARDWARE,
            },
        ),
        "/v1/models",
        {"owner": "o", "name": "n", "visibility": "private", "hardware": "cpu"},
    ),
    "deployments.create": (
        lambda c: (
            c.deployments.create,
            {
                "name": Text.MODEL,
                "model": Text.MODEL,
                "version": Text.VERSION,
                "hardware": Text.HARDWARE,
                "min_instances": 0,
                "max_instances": 1,
            },
        ),
        "/v1/deployments",
        {
            "name": "n",
            "model": "o/n",
            "version": VERSION,
            "hardware": "cpu",
            "min_instances": 0,
            "max_instances": 1,
        },
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_the_value_is_sent(call, served, server, name):
    make, path, body = CALLS[name]
    server.always(prediction(output="ok"), 201)
    method, arguments = make(served)
    call(method, **arguments)
    assert (server.last.path, server.last.json) == (path, body)


def test_the_value_is_in_the_address(call, served, server):
    server.always(MODEL)
    call(served.models.get, Text.OWNER, Text.NAME)
    assert server.last.path == "/v1/models/o/n"


def test_the_value_is_the_token_and_the_address(call, server):
    class Settings(str, enum.Enum):
        URL = server.url
        TOKEN = "token-of-settings"

    server.always(MODEL)
    with replicate.Client(Settings.TOKEN, base_url=Settings.URL, verify=False) as client:
        call(client.models.get, "o", "n")
    assert server.last.header("authorization") == "Bearer token-of-settings"
