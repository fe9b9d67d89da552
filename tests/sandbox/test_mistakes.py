"""What a user of the sandbox gets wrong is told where it is written, not where it shows."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
import decimal
import functools
import math
import re
import uuid
from typing import Any, AsyncIterator, Dict, List, Literal, Optional

import pytest

import replicate
from replicate.sandbox import Input, Sandbox


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"page_size": 0}, "page_size is at least 1, not 0"),
        ({"history": 0}, "history is at least 1, not 0"),
        ({"token": ""}, "token is ASCII text without white space"),
        ({"token": "r8_a b"}, "token is ASCII text without white space"),
        ({"token": "r8_ä"}, "token is ASCII text without white space"),
        ({"username": "a/b"}, "username has letters, digits, -, _ and . only: 'a/b'"),
        ({"cancel_after_minimum": -1}, "cancel_after_minimum is a number of seconds, not -1"),
        ({"webhook_interval": float("nan")}, "webhook_interval is a number of seconds, not nan"),
        ({"webhook_retries": [1, -1]}, "webhook_retries are numbers of seconds"),
    ],
)
def test_options(option, message):
    with pytest.raises(ValueError, match=message):
        Sandbox(**option)


NOTHING = object()

# --- models ------------------------------------------------------------------------------------


def without_json(when=NOTHING):
    return when


def not_a_choice(size: Literal["s", "l"] = "m") -> str:
    return size


def out_of_bounds(steps: int = Input(default=9, le=4)) -> int:
    return steps


def of_another_type(steps: int = "four") -> int:
    return steps


def by_place(text, /):
    return text


def any_number(*texts):
    return texts


class Painter:
    def __init__(self, text=""):
        pass


@pytest.mark.parametrize(
    ("function", "error"),
    [
        (without_json, TypeError("default of when in without_json has no form in JSON")),
        (lambda x={1, 2}: x, TypeError("has no form in JSON")),
        (lambda x=float("inf"): x, TypeError("has no form in JSON")),
        (not_a_choice, ValueError("default of size in not_a_choice breaks its own rules")),
        (out_of_bounds, ValueError("Must be less than or equal to 4")),
        (of_another_type, ValueError("Expected: integer, given: string")),
        (any_number, TypeError(r"takes \*texts")),
        (Painter, TypeError("is a class: give an object")),
        (7, TypeError("a model is a function, not 7")),
        (None, TypeError("a model is a function, not None")),
        (dict.fromkeys, TypeError("by position only|are not known")),
    ],
)
def test_what_can_not_be_a_model(function, error):
    sandbox = Sandbox(demo_models=False)
    with pytest.raises(type(error), match=str(error)):
        sandbox.model("acme/any")(function)
    assert "acme/any" not in sandbox.models


def test_names():
    sandbox = Sandbox(demo_models=False)
    for name in ("shout", "a/b/c", "/b", "a/"):
        with pytest.raises(ValueError, match="owner/name"):
            sandbox.model(name)(lambda: "")
    with pytest.raises(TypeError, match=r'@sandbox\.model\("owner/name"\)'):

        @sandbox.model
        def shout(text):
            return text

    with pytest.raises(ValueError, match="there is no model 'acme/none'"):
        sandbox.trainer("acme/none")(lambda: "")


@pytest.mark.parametrize(
    "rules",
    [
        {"ge": 5, "le": 1},
        {"min_length": 5, "max_length": 1},
        {"choices": []},
    ],
)
def test_rules_that_nothing_can_keep(rules):
    with pytest.raises(ValueError, match=r"no number|no text|choices is empty"):
        Input(**rules)


def test_a_pattern_that_is_none():
    with pytest.raises(re.error):
        Input(regex="(")


class Shouter:
    def __init__(self, ending):
        self.ending = ending

    def __call__(self, text: str) -> str:
        return text.upper() + self.ending

    def method(self, text: str) -> str:
        return self(text)


class AsyncShouter:
    async def __call__(self, text: str) -> str:
        return text.upper()


def repeat(text: str, times: int = 1) -> str:
    return text.upper() * times


async def words(text: str, times: int) -> AsyncIterator[str]:
    for _ in range(times):
        yield text.upper()


@pytest.fixture
def sandbox():
    with Sandbox(demo_models=False, username="acme") as sandbox:
        yield sandbox


@pytest.fixture
def client(sandbox):
    with sandbox.client() as client:
        yield client


@pytest.mark.parametrize(
    ("function", "output"),
    [
        (Shouter("!"), "HEY!"),
        (Shouter("!").method, "HEY!"),
        (AsyncShouter(), "HEY"),
        (functools.partial(repeat, times=2), "HEYHEY"),
        (functools.partial(functools.partial(repeat), times=3), "HEYHEYHEY"),
        (functools.partial(words, times=2), ["HEY", "HEY"]),
        (functools.partial(Shouter("?")), "HEY?"),
        (lambda text: text.upper(), "HEY"),
    ],
)
def test_what_can_be_a_model(sandbox, client, function, output):
    sandbox.model("acme/shout", official=True)(function)
    assert client.run("acme/shout", {"text": "hey"}) == output
    with pytest.raises(replicate.exceptions.ReplicateError, match="text is required"):
        client.run("acme/shout", {})


def test_inputs_of_a_partial_function(sandbox, client):
    sandbox.model("acme/shout", official=True)(functools.partial(repeat, times=2))
    schema = client.models.get("acme/shout").latest_version.openapi_schema
    assert schema["components"]["schemas"]["Input"]["properties"]["times"]["default"] == 2
    assert client.run("acme/shout", {"text": "a", "times": 3}) == "AAA"


def test_values_of_the_standard_library(sandbox, client):
    @sandbox.model("acme/values", official=True)
    def values(
        when: Optional[datetime.datetime] = None, price: decimal.Decimal = 0.5
    ) -> Dict[str, Any]:
        identity = uuid.UUID(int=7)
        day = datetime.date(2026, 1, 2)
        return {"price": decimal.Decimal("1.5"), "n": decimal.Decimal(3), "id": identity, "on": day}

    output = client.run("acme/values", {"when": "2026-01-02T00:00:00Z"})
    assert output == {"price": 1.5, "n": 3, "id": str(uuid.UUID(int=7)), "on": "2026-01-02"}
    inputs = client.models.get("acme/values").latest_version.openapi_schema["components"]["schemas"]
    assert inputs["Input"]["properties"]["when"]["format"] == "date-time"


@dataclasses.dataclass
class Point:
    x: int
    y: int = 0


def test_dataclasses(sandbox, client):
    @sandbox.model("acme/move", official=True)
    def move(point: Point, by: List[Point]) -> Point:
        return Point(point.x + sum(step.x for step in by), point.y)

    given = {"point": {"x": 1, "y": 2}, "by": [{"x": 2}, {"x": 3}]}
    assert client.run("acme/move", given) == {"x": 6, "y": 2}


def test_models_of_pydantic(sandbox, client):
    pydantic = pytest.importorskip("pydantic")

    class Color(pydantic.BaseModel):
        name: str
        depth: int = 8

    class Picture(pydantic.BaseModel):
        colors: List[Color]
        made: datetime.date
        page: pydantic.HttpUrl

    def paint(color: Color) -> Picture:
        page = "https://x.test/a"
        return Picture(colors=[color, color], made=datetime.date(2026, 1, 2), page=page)

    paint.__annotations__ = {"color": Color, "return": Picture}
    sandbox.model("acme/paint", official=True)(paint)
    red = {"name": "red", "depth": 8}
    output = client.run("acme/paint", {"color": {"name": "red"}})
    assert output.pop("page").url == "https://x.test/a"
    assert output == {"colors": [red, red], "made": "2026-01-02"}
    with pytest.raises(replicate.exceptions.ReplicateError, match="name is required"):
        client.run("acme/paint", {"color": {}})
    schemas = client.models.get("acme/paint").latest_version.openapi_schema["components"]["schemas"]
    colors = schemas["Output"]["properties"]["colors"]["items"]
    assert colors["properties"]["depth"]["default"] == 8


# --- inputs ------------------------------------------------------------------------------------


def test_an_input_that_the_model_does_not_have_is_left_out_and_logged(sandbox, client, caplog):
    sandbox.model("acme/shout", official=True)(repeat)
    assert client.run("acme/shout", {"text": "hey", "tmies": 2}) == "HEY"
    assert "acme/shout has no input tmies: it has text, times" in caplog.text
    assert sandbox.predictions[0].input == {"text": "hey", "tmies": 2}


def test_an_input_that_the_model_does_not_have_can_be_refused():
    with Sandbox(strict_inputs=True) as sandbox, sandbox.client() as client:
        sandbox.model("acme/shout", official=True)(repeat)
        with pytest.raises(replicate.exceptions.ReplicateError, match="Additional property tmies"):
            client.run("acme/shout", {"text": "hey", "tmies": 2})
        assert not sandbox.created
        sandbox.script("acme/any", ["done"])
        assert client.run("acme/any", {"what": "ever"}) == "done"


# --- limits, waiting, looking ------------------------------------------------------------------


@pytest.mark.parametrize(
    "limit", [{"requests": 0}, {"requests": -1}, {"requests": 6, "per": 0}, {"requests": math.nan}]
)
def test_rate_limits(limit):
    with pytest.raises(ValueError, match="both above 0"):
        Sandbox(demo_models=False).rate_limit(**limit)
    with pytest.raises(ValueError, match="burst is at least 0"):
        Sandbox(demo_models=False).rate_limit(6, burst=-1)


def test_an_app_that_receives_webhooks_in_the_loop_of_the_test(sandbox):
    async def main():
        async def receive(reader, writer):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n")
            await writer.drain()
            writer.close()

        async with Sandbox() as own, own.client() as client:
            server = await asyncio.start_server(receive, "127.0.0.1", 0)
            port = server.sockets[0].getsockname()[1]
            await client.predictions.async_create(
                model="sandbox/divider", input={}, webhook=f"http://127.0.0.1:{port}/"
            )
            with pytest.raises(RuntimeError, match=r"await sandbox\.asettle\(\)"):
                own.settle()
            await own.asettle()
            assert [delivery.status for delivery in own.webhooks] == [204]
            await client.predictions.async_create(model="sandbox/primes", input={"delay": 5})
            with pytest.raises(TimeoutError, match=r"not done within 0\.01 seconds"):
                await own.asettle(0.01)
            server.close()
            await server.wait_closed()
        with pytest.raises(RuntimeError, match="not running"):
            await own.asettle()

    asyncio.run(main())


def test_runs_are_a_list_that_knows_ids(sandbox, client):
    sandbox.model("acme/shout", official=True)(repeat)
    made = [client.predictions.create("acme/shout", {"text": str(n)}) for n in range(3)]
    sandbox.settle()
    runs = sandbox.predictions
    assert [run.id for run in runs] == [prediction.id for prediction in made]
    assert (len(runs), runs[-1].input, runs[made[0].id]) == (3, {"text": "2"}, runs[0])
    assert made[1].id in runs
    assert runs[1] in runs
    assert "none" not in runs
    assert [run.input["text"] for run in runs[1:]] == ["1", "2"]
    assert runs[1:] == [runs[1], runs[2]] == list(runs)[1:]
    assert runs.index(runs[2]) == 2
    assert (runs.get(made[0].id), runs.get("none")) == (runs[0], None)
    assert list(runs.values()) == list(runs)
    with pytest.raises(KeyError, match="there is no run 'none' among 3"):
        runs["none"]
    with pytest.raises(IndexError):
        runs[3]
    with pytest.raises(KeyError, match="there is no run"):
        sandbox.expire("none")


def test_only_what_has_finished_expires(sandbox, client):
    sandbox.script("acme/slow", ["processing", math.inf])
    prediction = client.predictions.create("acme/slow", {})
    with pytest.raises(ValueError, match="has not ended"):
        sandbox.expire(prediction.id)


def test_short_reprs(sandbox, client):
    sandbox.model("acme/shout", official=True)(lambda text: 1 / 0)
    prediction = client.predictions.create("acme/shout", {"text": "a" * 1000})
    sandbox.settle()
    (run,) = sandbox.created
    assert repr(run) == f"<Run {prediction.id} of acme/shout: failed: division by zero>"
    assert repr(sandbox.created) == f"[{run!r}]"
    assert repr(run.model) == "<Model acme/shout: 1 versions>"
    assert repr(run.version) == f"<Version {run.version.id[:12]}…>"
    assert repr(sandbox) == f"<Sandbox: {sandbox.url}, 1 models, 1 runs>"
    assert repr(Sandbox(demo_models=False)) == "<Sandbox: not running, 0 models, 0 runs>"
    for request in sandbox.requests:
        assert len(repr(request)) < 2000
