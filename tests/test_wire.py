"""What each call of 1.0.7 sends: method, path, query, the headers that matter, body.

On a real socket, through both twins. Bodies are compared as what they say: the order of the
keys in a JSON object is not part of it.
"""

from __future__ import annotations

import json
from typing import Any, Dict, NamedTuple, Tuple

import pytest

from replicate.__about__ import __version__
from tests.bodies import (
    ACCOUNT,
    COLLECTION,
    DEPLOYMENT,
    FILE,
    ID,
    MODEL,
    V,
    page,
    prediction,
    training,
    version,
)

PAGE, VERSION = page(), version()
PREDICTION, TRAINING = prediction(status="starting"), training(status="starting")


class Exchange(NamedTuple):
    """A call by its path below the client, what it sends, and what it is answered with."""

    call: str
    arguments: Tuple[Any, ...]
    keywords: Dict[str, Any]
    line: str
    body: Any
    answer: Any
    status: int = 200


def x(call, *arguments, sends, body=None, answer=None, status=200, **keywords):
    return Exchange(call, arguments, keywords, sends, body, answer, status)


DEPLOYED = {"version": V, "hardware": "cpu", "min_instances": 0, "max_instances": 1}
HOOKS = {
    "webhook": "https://example.com/hook",
    "webhook_completed": "https://example.com/done",
    "webhook_events_filter": ["completed"],
    "stream": True,
}
TRAINING_HOOKS = {key: value for key, value in HOOKS.items() if key != "stream"}
INPUT = {"prompt": "é ü", "n": 1}

EXCHANGES = [
    x("accounts.current", sends="GET /v1/account", answer=ACCOUNT),
    x("hardware.list", sends="GET /v1/hardware", answer=[{"sku": "cpu", "name": "CPU"}]),
    x("collections.list", sends="GET /v1/collections", answer=PAGE),
    x("collections.get", "s", sends="GET /v1/collections/s", answer=COLLECTION),
    x("models.list", sends="GET /v1/models", answer=PAGE),
    x("models.get", "o/n", sends="GET /v1/models/o/n", answer=MODEL),
    x("models.get", "o", "n", sends="GET /v1/models/o/n", answer=MODEL),
    x("models.get", owner="o", name="n", sends="GET /v1/models/o/n", answer=MODEL),
    x("models.delete", "o/n", sends="DELETE /v1/models/o/n", status=204),
    x("models.search", "llamas ☂", sends="QUERY /v1/models", body="llamas ☂", answer=PAGE),
    x(
        "models.create",
        "o",
        "n",
        visibility="private",
        hardware="cpu",
        description="d",
        sends="POST /v1/models",
        body={
            "owner": "o",
            "name": "n",
            "visibility": "private",
            "hardware": "cpu",
            "description": "d",
        },
        answer=MODEL,
        status=201,
    ),
    x(
        "predictions.create",
        version=V,
        input=INPUT,
        **HOOKS,
        sends="POST /v1/predictions",
        body={"version": V, "input": INPUT, **HOOKS},
        answer=PREDICTION,
        status=201,
    ),
    x(
        "predictions.create",
        V,
        INPUT,
        sends="POST /v1/predictions",
        body={"version": V, "input": INPUT},
        answer=PREDICTION,
        status=201,
    ),
    x(
        "predictions.create",
        model="o/n",
        input=INPUT,
        **HOOKS,
        sends="POST /v1/models/o/n/predictions",
        body={"input": INPUT, **HOOKS},
        answer=PREDICTION,
        status=201,
    ),
    x(
        "predictions.create",
        model="o/n",
        sends="POST /v1/models/o/n/predictions",
        body={"input": {}},
        answer=PREDICTION,
        status=201,
    ),
    x(
        "models.predictions.create",
        ("o", "n"),
        INPUT,
        webhook="https://example.com",
        sends="POST /v1/models/o/n/predictions",
        body={"input": INPUT, "webhook": "https://example.com"},
        answer=PREDICTION,
        status=201,
    ),
    x(
        "predictions.create",
        deployment="o/d",
        input=INPUT,
        **HOOKS,
        sends="POST /v1/deployments/o/d/predictions",
        body={"input": INPUT, **HOOKS},
        answer=PREDICTION,
        status=201,
    ),
    x(
        "deployments.predictions.create",
        "o/d",
        INPUT,
        stream=True,
        sends="POST /v1/deployments/o/d/predictions",
        body={"input": INPUT, "stream": True},
        answer=PREDICTION,
        status=201,
    ),
    x("predictions.get", ID, sends=f"GET /v1/predictions/{ID}", answer=PREDICTION),
    x("predictions.list", sends="GET /v1/predictions", answer=PAGE),
    x("predictions.cancel", ID, sends=f"POST /v1/predictions/{ID}/cancel", answer=PREDICTION),
    x("deployments.list", sends="GET /v1/deployments", answer=PAGE),
    x("deployments.get", "o/d", sends="GET /v1/deployments/o/d", answer=DEPLOYMENT),
    x(
        "deployments.create",
        name="o/d",
        model="o/n",
        **DEPLOYED,
        sends="POST /v1/deployments",
        body={"name": "d", "model": "o/n", **DEPLOYED},
        answer=DEPLOYMENT,
    ),
    x(
        "deployments.update",
        "o",
        "d",
        min_instances=0,
        sends="PATCH /v1/deployments/o/d",
        body={"min_instances": 0},
        answer=DEPLOYMENT,
    ),
    x("deployments.delete", "o", "d", sends="DELETE /v1/deployments/o/d", status=204),
    x(
        "trainings.create",
        model="o/n",
        version=V,
        input=INPUT,
        destination="me/mine",
        **TRAINING_HOOKS,
        sends=f"POST /v1/models/o/n/versions/{V}/trainings",
        body={"input": INPUT, "destination": "me/mine", **TRAINING_HOOKS},
        answer=TRAINING,
        status=201,
    ),
    x(
        "trainings.create",
        f"o/n:{V}",
        INPUT,
        ("me", "mine"),
        "https://example.com",
        sends=f"POST /v1/models/o/n/versions/{V}/trainings",
        body={"input": INPUT, "destination": "me/mine", "webhook": "https://example.com"},
        answer=TRAINING,
        status=201,
    ),
    x("trainings.get", ID, sends=f"GET /v1/trainings/{ID}", answer=TRAINING),
    x("trainings.list", sends="GET /v1/trainings", answer=PAGE),
    x("trainings.cancel", ID, sends=f"POST /v1/trainings/{ID}/cancel", answer=TRAINING),
    x("files.get", "f1", sends="GET /v1/files/f1", answer=FILE),
    x("files.list", sends="GET /v1/files", answer=PAGE),
    x("files.delete", "f1", sends="DELETE /v1/files/f1", status=204),
    x(
        "webhooks.default.secret",
        sends="GET /v1/webhooks/default/secret",
        answer={"key": "whsec_c2VjcmV0"},
    ),
]


def attribute(root, path):
    for name in path.split("."):
        root = getattr(root, name)
    return root


@pytest.mark.parametrize("exchange", EXCHANGES, ids=lambda exchange: exchange.line)
def test_request(call, server, served, exchange):
    server.always(exchange.answer, exchange.status)
    result = call(attribute(served, exchange.call), *exchange.arguments, **exchange.keywords)
    assert server.lines == [exchange.line]
    check(server.last, exchange.body)
    if exchange.status == 204:
        assert result is True


def check(request, body):
    assert request.header("authorization") == "Bearer test-token"
    assert request.header("user-agent") == f"replicate-python/{__version__}"
    assert request.header("accept") == "*/*"
    assert request.header("prefer") is None
    assert request.header("cancel-after") is None
    if body is None:
        assert request.body == b""
        assert request.header("content-type") is None
        if request.method == "POST":
            assert request.header("content-length") == "0"
    elif isinstance(body, str):
        assert request.body == body.encode()
        assert request.header("content-type") == "text/plain"
    else:
        assert request.json == body
        assert request.header("content-type") == "application/json"
        # Compact, and UTF-8 as it is.
        compact = json.dumps(request.json, separators=(",", ":"), ensure_ascii=False)
        assert request.body.decode() == compact


VERSIONS = [
    ("list", (), "GET /v1/models/o/n/versions", 200, PAGE),
    ("get", (V,), f"GET /v1/models/o/n/versions/{V}", 200, VERSION),
    ("delete", (V,), f"DELETE /v1/models/o/n/versions/{V}", 202, None),
]


@pytest.mark.parametrize(("method", "arguments", "line", "status", "answer"), VERSIONS)
def test_versions(call, server, served, method, arguments, line, status, answer):
    server.always(MODEL)
    versions = call(served.models.get, "o/n").versions
    server.always(answer, status)
    call(getattr(versions, method), *arguments)
    assert server.lines[1:] == [line]
    check(server.last, None)


def test_calls_of_resources(call, server, served):
    server.always(PREDICTION)
    prediction = call(served.predictions.get, ID)
    call(prediction.reload)
    call(prediction.cancel)
    training = call(served.trainings.get, ID)
    call(training.reload)
    call(training.cancel)
    server.always(MODEL)
    model = call(served.models.get, "o/n")
    call(model.reload)
    server.always(DEPLOYMENT)
    deployment = call(served.deployments.get, "o/d")
    server.always(PREDICTION, 201)
    call(deployment.predictions.create, INPUT)
    assert server.lines == [
        f"GET /v1/predictions/{ID}",
        f"GET /v1/predictions/{ID}",
        f"POST /v1/predictions/{ID}/cancel",
        f"GET /v1/trainings/{ID}",
        f"GET /v1/trainings/{ID}",
        f"POST /v1/trainings/{ID}/cancel",
        "GET /v1/models/o/n",
        "GET /v1/models/o/n",
        "GET /v1/deployments/o/d",
        "POST /v1/deployments/o/d/predictions",
    ]
    check(server.last, {"input": INPUT})


LISTS = ["collections", "deployments", "files", "models", "predictions", "trainings"]


@pytest.mark.parametrize("namespace", LISTS)
def test_the_cursor_of_a_page_asks_for_the_next_one(call, server, served, namespace):
    cursor = f"https://api.replicate.com/v1/{namespace}?cursor=cD0y%3D"
    server.always({**PAGE, "next": cursor})
    page = call(getattr(served, namespace).list)
    call(getattr(served, namespace).list, page.next)
    assert server.lines == [f"GET /v1/{namespace}", f"GET /v1/{namespace}?cursor=cD0y%3D"]
