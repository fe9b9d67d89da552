"""`dict`, `json` and `copy` with all that their pydantic ancestors took, to the same effect."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import replicate
from replicate.account import Account
from replicate.collection import Collection
from replicate.deployment import Deployment
from replicate.model import Model
from replicate.pagination import Page
from replicate.prediction import Prediction
from replicate.stream import ServerSentEvent
from tests.bodies import ACCOUNT, COLLECTION, DEPLOYMENT, MODEL, V, prediction, version

WIRE = {
    **COLLECTION,
    "models": [
        {**MODEL, "default_example": prediction(input={"a": [1, {"b": 2}], "c": None})},
        {**MODEL, "name": "m", "latest_version": version(), "license_url": None},
        {**MODEL, "name": "l"},
    ],
}


def twin(resource):
    """Return the same fields as a model of pydantic 1."""
    v1 = pytest.importorskip("pydantic.v1")
    fields = dict.fromkeys(resource._known, (Any, None))
    cls = v1.create_model(type(resource).__name__, __config__=Open, **fields)
    return cls(**{name: twins(value) for name, value in resource if name in resource._wire})


class Open:
    extra = "allow"


def twins(value):
    if isinstance(value, (Model, Prediction, Deployment, Account, replicate.version.Version)):
        return twin(value)
    return [twins(item) for item in value] if isinstance(value, list) else value


def of_models():
    found = Model(**WIRE["models"][0])
    return found, twin(found)


def choices(names):
    """Draw what `include` and `exclude` take: names, and what of the values inside."""
    inner = st.sampled_from(["name", "id", "input", "a", "b", "owner", "x"])
    index = st.integers(-4, 4) | st.just("__all__")
    whole = st.sampled_from([True, ...])

    def deeper(children):
        keys = st.sampled_from(names) | inner
        return (
            st.dictionaries(keys, children, max_size=3)
            | st.sets(keys, max_size=3)
            | st.dictionaries(index, children, max_size=2)
        )

    return st.none() | deeper(st.recursive(whole, deeper, max_leaves=6))


@settings(max_examples=60, deadline=None)
@given(
    include=choices(["default_example", "owner", "license_url", "run_count"]),
    exclude=choices(["default_example", "owner", "license_url", "run_count"]),
    flags=st.dictionaries(
        st.sampled_from(["exclude_unset", "exclude_defaults", "exclude_none", "by_alias"]),
        st.booleans(),
    ),
)
def test_choosing_is_that_of_pydantic(include, exclude, flags):
    ours, theirs = of_models()
    try:
        expected = theirs.dict(include=include, exclude=exclude, **flags)
    except (TypeError, AttributeError):  # a choice that makes no sense
        return
    assert ours.dict(include=include, exclude=exclude, **flags) == expected
    assert json.loads(ours.json(include=include, exclude=exclude, **flags)) == expected
    copied = ours.copy(include=include, exclude=exclude)
    assert copied.dict() == theirs.copy(include=include, exclude=exclude).dict()


def test_include_and_exclude_reach_inside():
    found = Model(**WIRE["models"][0])
    assert found.dict(include={"owner", "default_example"}).keys() == {"owner", "default_example"}
    assert found.dict(include={"default_example": {"id", "input"}}) == {
        "default_example": {
            "id": prediction()["id"],
            "input": {"a": [1, {"b": 2}], "c": None},
        }
    }
    assert found.dict(include={"default_example": {"input": {"a": {-1}}}}) == {
        "default_example": {"input": {"a": [{"b": 2}]}}
    }
    without = found.dict(exclude={"default_example": {"input": {"a": {0: True}}, "id": ...}})
    assert "id" not in without["default_example"]
    assert without["default_example"]["input"] == {"a": [{"b": 2}], "c": None}
    assert found.dict() == Model(**WIRE["models"][0]).dict()


def test_items_of_lists():
    found = Collection(**WIRE)
    names = {"models": {"__all__": {"name"}}}
    assert found.dict(include=names) == {"models": [{"name": n} for n in ("n", "m", "l")]}
    last = found.dict(include={"models": {-1: {"name", "owner"}}})
    assert last == {"models": [{"name": "l", "owner": "o"}]}
    rest = found.dict(exclude={"models": {0, -1}})
    assert [model["name"] for model in rest["models"]] == ["m"]
    page = Page(results=[Account(**ACCOUNT), Account(**ACCOUNT)], next="n")
    assert page.dict(include={"results": {0: {"username"}}, "next": True}) == {
        "next": "n",
        "results": [{"username": "me"}],
    }


@pytest.mark.parametrize("wrong", ["owner", 7])
def test_what_is_no_choice_is_refused(wrong):
    with pytest.raises(TypeError):
        Model(**MODEL).dict(include=wrong)


def test_what_is_left_out_is_left_out_inside_too():
    found = Model(**WIRE["models"][0], color=None)
    for flag in ("exclude_unset", "exclude_none", "exclude_defaults"):
        chosen = found.dict(**{flag: True})
        assert "latest_version" not in chosen
        assert "error" not in chosen["default_example"], flag
        assert chosen["default_example"]["input"]["c"] is None  # this is no field
        assert ("color" in chosen) == (flag != "exclude_none")


def test_skip_defaults_is_deprecated():
    found = Model(**MODEL)
    with pytest.warns(DeprecationWarning, match="exclude_unset") as caught:
        assert found.dict(skip_defaults=True) == MODEL
    assert caught[0].filename == __file__
    with pytest.warns(DeprecationWarning, match="exclude_unset"):
        assert json.loads(found.json(skip_defaults=True)) == MODEL
    with pytest.warns(DeprecationWarning, match="exclude_unset"):
        assert found.dict(skip_defaults=False, exclude_unset=True) == found.dict()


def test_names_are_those_of_the_api():
    found = Model(**MODEL)
    assert found.dict(by_alias=True) == found.dict(by_alias=False) == found.dict()
    assert found.json(by_alias=True) == found.json()


class Color(enum.Enum):
    RED = "red"


def test_json_takes_an_encoder():
    made = Prediction(id="p", input={"at": dt.datetime(2024, 1, 1), "n": decimal.Decimal("1.5")})  # noqa: DTZ001
    given = []
    text = made.json(encoder=lambda value: given.append(value) or "here", include={"input"})
    assert json.loads(text) == {"input": {"at": "here", "n": "here"}}
    assert given == [dt.datetime(2024, 1, 1), decimal.Decimal("1.5")]  # noqa: DTZ001
    assert json.loads(made.json(default=str, include={"input"}))["input"]["n"] == "1.5"
    assert made.json(indent=1, sort_keys=True, include={"id"}) == '{\n "id": "p"\n}'


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (dt.datetime(2024, 1, 1, tzinfo=dt.timezone.utc), "2024-01-01T00:00:00+00:00"),
        (dt.date(2024, 1, 1), "2024-01-01"),
        (dt.timedelta(minutes=1), 60.0),
        (decimal.Decimal("1.5"), 1.5),
        (decimal.Decimal(2), 2),
        (Color.RED, "red"),
        (b"text", "text"),
        ({1}, [1]),
        ((1, 2), [1, 2]),
        (frozenset(), []),
        (Account(**ACCOUNT), Account(**ACCOUNT).dict()),
        (1 + 2j, "(1+2j)"),
    ],
    ids=repr,
)
def test_json_knows_what_python_has(value, expected):
    assert json.loads(Prediction(output=value).json())["output"] == expected
    assert json.loads(Prediction(input={"a": [value]}).json())["input"] == {"a": [expected]}


def test_json_fetches_no_file():
    file = replicate.helpers.FileOutput("https://nowhere.invalid/a.png")
    event = ServerSentEvent(event="output", data=file)
    assert json.loads(event.json())["data"] == file.url
    assert json.loads(Prediction(output=[file]).json())["output"] == [file.url]


def test_resources_inside_can_be_left_to_the_encoder():
    found = Deployment(**DEPLOYMENT, current_release={"number": 1, "version": V})
    text = found.json(models_as_dict=False, encoder=lambda value: type(value).__name__)
    assert json.loads(text)["current_release"] == "Release"
    assert json.loads(found.json(models_as_dict=False)) == found.dict()


def test_copies_of_a_part():
    client = replicate.Client("x")
    found = Model._of(WIRE["models"][0], client)
    part = found.copy(include={"owner", "name", "default_example"}, update={"name": "new"})
    assert part.dict().keys() == {"owner", "name", "default_example"}
    assert part.to_dict().keys() == {"owner", "name", "default_example"}
    assert (part.id, part._client) == ("o/new", client)
    assert part.default_example is found.default_example
    assert found.copy(exclude={"owner"}).dict() == found.dict(exclude={"owner"})
    inner = found.copy(exclude={"default_example": {"logs"}})
    assert "logs" not in inner.default_example.dict()
    assert "logs" not in inner.to_dict()["default_example"]
    assert inner.default_example._client is client
    assert "logs" in found.default_example.dict()
    deep = found.copy(deep=True, exclude={"owner"})
    assert deep.default_example == found.default_example
    assert deep.default_example is not found.default_example
    assert found.copy(include={"owner"}, update={"color": 1}).dict() == {"owner": "o", "color": 1}
    deep.owner = "back"
    assert deep.dict()["owner"] == "back"


def test_copies_of_pages():
    page = Page(results=[Account(**ACCOUNT)], next="n")
    assert page.copy(exclude={"next"}).dict() == page.dict(exclude={"next"})
    assert page.copy(deep=True) == page.copy() == page
    assert page.copy(deep=True).results[0] is not page.results[0]
    assert page.copy().results is page.results
