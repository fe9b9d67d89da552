"""The generated models: tolerant readers, faithful writers."""

from __future__ import annotations

import copy
import importlib
import json
import pickle
from datetime import datetime, timedelta, timezone
from typing import Any, Dict

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from replicate_api import models
from replicate_api.models.prediction_status import PREDICTION_STATUS_VALUES
from replicate_api.types import ApiModel, Timestamp, parse_datetime

WIRE = {
    "id": "p1",
    "model": "owner/name",
    "version": "hidden",
    "status": "queued",
    "created_at": "2024-10-01T12:00:00.123456789Z",
    "started_at": None,
    "urls": {"get": "https://x", "new": "https://y"},
    "metrics": {"predict_time": 1.5, "tokens": {"in": 3}},
    "input": {"prompt": "x"},
    "output": ["a", {"b": None}],
    "priority": {"level": 1},
    "stream": True,
}
CLASSES = [
    cls
    for name in models.__all__
    if isinstance(cls := getattr(models, name), type) and issubclass(cls, ApiModel)
]

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@pytest.fixture
def prediction():
    return models.Prediction.from_dict(copy.deepcopy(WIRE))


def test_there_are_the_classes_that_we_know():
    assert {cls.__name__ for cls in CLASSES} >= {
        "Account", "Collection", "CollectionPage", "Deployment", "DeploymentPage", "File",
        "FilePage", "Hardware", "Model", "ModelPage", "Prediction", "PredictionPage", "Release",
        "ReleaseConfiguration", "SearchResults", "Training", "TrainingPage", "Version",
        "VersionPage", "WebhookSecret",
    }  # fmt: skip


def test_fields_are_attributes(prediction):
    assert prediction.id == "p1"
    assert prediction.created_at == "2024-10-01T12:00:00.123456789Z"
    assert prediction.started_at is None
    assert prediction.logs is None
    assert prediction.output == ["a", {"b": None}]


def test_small_maps_are_plain_dictionaries(prediction):
    assert type(prediction.urls) is dict
    assert prediction.urls["get"] == "https://x"
    assert prediction.urls.get("stream") is None
    assert prediction.metrics["predict_time"] == 1.5
    assert type(models.Training.from_dict({"output": {"version": "v"}}).output) is dict
    assert type(models.File.from_dict({"checksums": {"md5": "x"}}).checksums) is dict


def test_unknown_fields_are_attributes_too(prediction):
    assert prediction.priority == {"level": 1}
    assert prediction.additional_properties == {"priority": {"level": 1}, "stream": True}
    with pytest.raises(AttributeError, match="'Prediction' object has no attribute 'prioritty'"):
        _ = prediction.prioritty
    assert not hasattr(prediction, "__wrapped__")


def test_the_wire_comes_back_as_it_came(prediction):
    assert prediction.to_dict() == WIRE
    assert list(prediction.to_dict()) == list(WIRE)
    assert models.Prediction.from_dict(prediction.to_dict()) == prediction


def test_the_dictionary_is_a_copy(prediction):
    prediction.to_dict()["input"]["prompt"] = "y"
    prediction.to_dict()["priority"]["level"] = 2
    assert prediction.to_dict() == WIRE


def test_changes_override_the_wire(prediction):
    wire = prediction._wire
    before = copy.deepcopy(wire)
    prediction.status = "succeeded"
    prediction.completed_at = datetime(2024, 10, 1, tzinfo=timezone.utc)
    prediction.created_at = prediction.created_at.datetime + timedelta(seconds=1)
    prediction.error = None
    prediction.urls = None
    prediction.priority = 2
    assert prediction.to_dict() == {
        **WIRE,
        "status": "succeeded",
        "completed_at": "2024-10-01T00:00:00+00:00",
        "created_at": "2024-10-01T12:00:01.123456+00:00",
        "urls": None,
        "priority": 2,
    }
    assert wire == before


def test_what_a_subclass_adds_is_not_written(prediction):
    class Resource(models.Prediction):
        pass

    resource = Resource.from_dict(WIRE)
    resource._own["client"] = object()
    resource.helper = object()
    assert resource.to_dict() == WIRE


def test_a_subclass_may_put_a_property_over_a_field():
    class Resource(models.Prediction):
        @property
        def output(self):
            return ("read", vars(self)["output"])

    assert Resource.from_dict({"output": 1}).output == ("read", 1)
    assert Resource.from_dict({"output": 1}).to_dict() == {"output": 1}
    assert Resource(id="x", output=2).output == ("read", 2)


def test_built_by_hand():
    built = models.Prediction(
        id="p1", model="m", version="v", status="starting", urls={"get": "u"},
        created_at="2024-10-01T00:00:00Z", input={"moment": datetime(2024, 1, 1)},  # noqa: DTZ001
    )  # fmt: skip
    assert built.created_at.datetime == datetime(2024, 10, 1, tzinfo=timezone.utc)
    assert built.to_dict() == {
        "id": "p1",
        "model": "m",
        "version": "v",
        "status": "starting",
        "urls": {"get": "u"},
        "created_at": "2024-10-01T00:00:00Z",
        "input": {"moment": "2024-01-01T00:00:00"},
    }
    assert built.additional_properties == {}
    assert models.ModelPage(results=[]).to_dict() == {"results": []}


def test_nested_models(prediction):
    wire = {
        "owner": "o",
        "name": "n",
        "default_example": WIRE,
        "latest_version": {"id": "v", "created_at": "2024-10-01T00:00:00Z", "x": 1},
    }
    page = models.ModelPage.from_dict({"results": [wire, {**wire, "latest_version": None}]})
    first, second = page.results
    assert isinstance(first, models.Model)
    assert isinstance(first.latest_version, models.Version)
    assert first.default_example == prediction
    assert second.latest_version is None
    assert page.to_dict() == {"results": [wire, {**wire, "latest_version": None}]}
    first.latest_version.cog_version = "1"
    assert page.to_dict()["results"][0]["latest_version"]["cog_version"] == "1"
    release = models.Deployment.from_dict({"current_release": {"created_by": {"type": "user"}}})
    assert isinstance(release.current_release.created_by, models.Account)


def test_a_page_without_results_is_empty():
    for wire in ({}, {"results": None}, {"results": []}):
        page = models.PredictionPage.from_dict(wire)
        assert page.results == []
        assert page.to_dict() == wire


@pytest.mark.parametrize("cls", CLASSES)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_no_value_is_too_wrong(cls, data):
    names = [*cls._known]
    wire = data.draw(st.dictionaries(st.sampled_from([*names, "other"]), anything))
    model = cls.from_dict(wire)
    for name in names:
        getattr(model, name)
    assert model.to_dict() == wire
    assert cls.from_dict(model.to_dict()) == model
    assert repr(model).startswith(f"{cls.__name__}(")
    assert pickle.loads(pickle.dumps(model)) == model


@pytest.mark.parametrize("cls", CLASSES)
def test_absent_and_null_are_none(cls):
    for wire in ({}, dict.fromkeys(cls._known)):
        model = cls.from_dict(wire)
        values = [getattr(model, name) for name in cls._known]
        assert all(value is None or value == [] for value in values)
        assert model.to_dict() == wire


@pytest.mark.parametrize("copier", [copy.copy, copy.deepcopy, *(
    lambda model, protocol=protocol: pickle.loads(pickle.dumps(model, protocol))
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1)
)])  # fmt: skip
def test_copies_are_equal_and_complete(prediction, copier):
    prediction.status = "failed"
    copied = copier(prediction)
    assert copied == prediction
    assert copied is not prediction
    assert copied.priority == {"level": 1}
    assert copied.to_dict() == {**WIRE, "status": "failed"}


def test_equality(prediction):
    class Other(models.Prediction):
        pass

    assert prediction == models.Prediction.from_dict(WIRE)
    assert prediction != models.Prediction.from_dict({**WIRE, "id": "p2"})
    assert prediction != Other.from_dict(WIRE)
    assert prediction != WIRE
    with pytest.raises(TypeError, match="unhashable"):
        hash(prediction)


def test_repr_shows_what_is_there_and_shortens_it(prediction):
    prediction.output = "x" * 10_000
    assert repr(prediction).startswith("Prediction(id='p1', model='owner/name', status='queued'")
    assert "logs" not in repr(prediction)
    assert len(repr(prediction)) < 800


@pytest.mark.parametrize(
    ("text", "microsecond"),
    [("", 0), (".1", 100_000), (".12", 120_000), (".123", 123_000), (".1234", 123_400),
     (".12345", 123_450), (".123456", 123_456), (".1234567", 123_456), (".12345678", 123_456),
     (".123456789", 123_456)],
)  # fmt: skip
def test_times_with_0_to_9_fraction_digits(text, microsecond):
    for zone in ("Z", "+00:00"):
        expected = datetime(2024, 10, 1, 12, 30, 5, microsecond, tzinfo=timezone.utc)
        assert parse_datetime(f"2024-10-01T12:30:05{text}{zone}") == expected
        assert parse_datetime(f"2024-10-01T12:30:05{text}{zone}").tzinfo is not None


def test_times_without_a_zone_are_utc():
    assert parse_datetime("2024-10-01T12:00:00") == datetime(2024, 10, 1, 12, tzinfo=timezone.utc)


NO_TIMES = ["soon", "", "2024-13-01T00:00:00Z", "9999-12-31T24:00:00Z", "12", "\ud800", "x" * 9999]


@pytest.mark.parametrize("value", NO_TIMES)
def test_what_is_no_time_says_so(value):
    with pytest.raises(
        ValueError, match=r"is no timestamp, such as '2024-10-01T12:00:00Z'"
    ) as error:
        _ = Timestamp(value).datetime
    assert len(str(error.value)) < 200
    assert repr(value)[:50] in str(error.value)


@pytest.mark.parametrize("value", [*NO_TIMES, 5, None, [], {}])
def test_what_is_no_time_is_handed_on(value):
    for cls in (models.Version, models.Prediction):
        assert cls.from_dict({"created_at": value}).created_at == value
        assert cls.from_dict({"created_at": value}).to_dict() == {"created_at": value}


def test_timestamps_are_text(prediction):
    stamp, text = prediction.created_at, WIRE["created_at"]
    assert isinstance(stamp, str)
    assert (stamp, hash(stamp), repr(stamp), f"{stamp}") == (text, hash(text), repr(text), text)
    assert type(str(stamp)) is str
    assert stamp[:19] == "2024-10-01T12:00:00"
    assert json.dumps({"at": stamp}) == json.dumps({"at": text})
    assert datetime.strptime(stamp[:19] + "Z", "%Y-%m-%dT%H:%M:%S%z") == stamp.datetime.replace(
        microsecond=0
    )
    assert sorted([stamp, "2024-10-01T12:00:00.1", "2"]) == ["2", "2024-10-01T12:00:00.1", text]
    assert stamp.datetime == datetime(2024, 10, 1, 12, 0, 0, 123456, tzinfo=timezone.utc)
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        copied = pickle.loads(pickle.dumps(stamp, protocol))
        assert (type(copied), copied) == (Timestamp, stamp)
    assert copy.deepcopy(stamp) == copy.copy(stamp) == stamp
    for values in (vars(prediction), prediction.to_dict()):
        assert type(values["created_at"]) is str


def test_what_the_1_x_client_parsed_is_a_datetime():
    version = models.Version.from_dict({"created_at": "2024-10-01T12:00:00.123456789Z"})
    assert version.created_at == datetime(2024, 10, 1, 12, 0, 0, 123456, tzinfo=timezone.utc)
    assert version.to_dict() == {"created_at": "2024-10-01T12:00:00.123456789Z"}


def test_vars_has_the_fields_and_nothing_else(prediction):
    assert vars(prediction) == {**dict.fromkeys(models.Prediction._known), **WIRE}
    assert models.Prediction(**vars(prediction)) == prediction
    built = models.Prediction(id="x", later=1)
    assert vars(built) == {**dict.fromkeys(models.Prediction._known), "id": "x", "later": 1}


def test_a_new_field_takes_no_method_away():
    wire = {"to_dict": 1, "from_dict": 2, "_known": 3, "__class__": 4, "_wire": 5, "mro": 6}
    model = models.Version.from_dict(wire)
    assert model.to_dict() == wire
    assert model.additional_properties == wire
    assert vars(model).keys() == {*models.Version._known, "mro"}
    assert model.mro == 6
    assert models.Version(**wire) == model


def test_nested_objects_are_read_when_they_are_asked_for():
    wire = {"results": [{"latest_version": {"id": "v"}}, None, {"owner": "o"}]}
    page = models.ModelPage.from_dict(wire)
    assert vars(page)["results"] is wire["results"]
    first, nothing, last = page.results
    assert page.results is page.results
    assert nothing is None
    assert vars(first)["latest_version"] == {"id": "v"}
    assert first.latest_version is first.latest_version
    assert (first.latest_version.id, last.owner) == ("v", "o")
    assert wire == {"results": [{"latest_version": {"id": "v"}}, None, {"owner": "o"}]}
    assert page.to_dict() == wire
    page.results.append(models.Model(owner="p"))
    assert page.to_dict()["results"][3] == {"owner": "p"}
    first.latest_version = {"id": "w"}
    assert first.latest_version.id == "w"
    del first.latest_version
    assert first.latest_version is None


def test_known_values_are_in_the_order_of_the_document(document):
    schema = document["components"]["schemas"]["schemas_prediction_response"]
    assert list(PREDICTION_STATUS_VALUES) == schema["properties"]["status"]["enum"]


def test_all_names_of_the_package_exist():
    for name in models.__all__:
        module = importlib.import_module(type_module(name))
        assert getattr(models, name) is getattr(module, name)
    assert set(models.__all__) <= set(dir(models))
    with pytest.raises(AttributeError, match=r"'replicate_api\.models' has no attribute 'Gone'"):
        _ = models.Gone


def type_module(name):
    return "replicate_api.models." + "".join(
        f"_{letter.lower()}" if letter.isupper() else letter for letter in name
    ).lstrip("_")


def test_dictionaries_are_typed_as_the_plain_ones_that_they_are():
    # TypedDict would be more precise, but type checkers refuse metrics["any_metric"] then, and
    # urls["get"]; code for the 1.x client has both.
    assert models.PredictionUrls == models.FileChecksums == Dict[str, str]
    assert models.PredictionMetrics == models.TrainingMetrics == Dict[str, Any]
