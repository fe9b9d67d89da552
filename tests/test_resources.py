"""The manners of resources: those of the data models of 1.0.7, without what made them fragile."""

from __future__ import annotations

import copy
import importlib
import json
import pickle
from datetime import datetime, timedelta, timezone

import pytest

import replicate
from replicate.collection import Collection
from replicate.deployment import Deployment
from replicate.file import File
from replicate.model import Model
from replicate.pagination import Page
from replicate.prediction import Prediction
from replicate.stream import ServerSentEvent
from replicate.training import Training
from replicate.version import Version
from replicate.webhook import WebhookSigningSecret
from replicate_api import models
from replicate_api.types import Timestamp
from tests.bodies import (
    ACCOUNT,
    COLLECTION,
    DEPLOYMENT,
    FILE,
    ID,
    MODEL,
    V,
    prediction,
    training,
    version,
)

Hardware = importlib.import_module("replicate.hardware").Hardware
TOKEN = "r8_secret-token"
CLIENT = replicate.Client(TOKEN)
STAMP = "2024-05-06T07:08:09.123456789Z"
RELEASE = {
    "number": 1,
    "model": "o/n",
    "version": V,
    "created_at": STAMP,
    "created_by": ACCOUNT,
    "configuration": {"hardware": "cpu", "min_instances": 0, "max_instances": 1},
}

RUN = "id model version status input output logs error created_at started_at completed_at urls"
LINKS = "github_url paper_url license_url cover_image_url"

# Class, generated class, wire form, and the fields of 1.0.7.
KINDS = [
    (
        Prediction,
        models.Prediction,
        prediction(created_at=STAMP, output=["a"], metrics={"predict_time": 0.5}, logs="x"),
        f"{RUN} metrics",
    ),
    (
        Training,
        models.Training,
        training(created_at=STAMP, output={"version": f"me/mine:{V}", "weights": "https://w"}),
        f"{RUN} destination",
    ),
    (
        Model,
        models.Model,
        {**MODEL, "latest_version": version(), "default_example": prediction()},
        f"url {LINKS} owner name description visibility run_count default_example latest_version",
    ),
    (Version, models.Version, version(), "id created_at cog_version openapi_schema"),
    (
        Collection,
        models.Collection,
        {**COLLECTION, "models": [MODEL]},
        "slug name description models",
    ),
    (
        Deployment,
        models.Deployment,
        {**DEPLOYMENT, "current_release": RELEASE},
        "owner name current_release",
    ),
    (
        File,
        models.File,
        {**FILE, "metadata": {"a": 1}, "created_at": STAMP, "size": 1},
        "id name content_type size etag checksums metadata created_at expires_at urls",
    ),
    (Hardware, models.Hardware, {"sku": "cpu", "name": "CPU"}, "sku name"),
    (
        replicate.account.Account,
        models.Account,
        ACCOUNT,
        "type username name github_url",
    ),
    (WebhookSigningSecret, models.WebhookSecret, {"key": "whsec_c2VjcmV0"}, "key"),
]


@pytest.fixture(params=KINDS, ids=lambda kind: kind[0].__name__)
def kind(request):
    return request.param


@pytest.fixture
def resource(kind):
    cls, generated, wire, _ = kind
    return cls._of(generated.from_dict(copy.deepcopy(wire)), CLIENT)


def test_dict_has_every_field_of_1x_and_what_the_wire_has(kind, resource):
    _, _, wire, fields = kind
    assert set(fields.split()) <= dict(resource).keys()
    assert dict(resource).keys() == resource.dict().keys()
    for name, value in resource.dict().items():
        _matches(wire.get(name), value, name)


def _matches(wire, value, name):
    """Whether a value is the wire's, with None for fields that are absent."""
    if isinstance(wire, dict) and name not in ("input", "metadata", "openapi_schema", "urls"):
        for key, item in value.items():
            _matches(wire.get(key), item, key)
    elif isinstance(wire, list):
        for one, other in zip(wire, value):
            _matches(one, other, name)
    elif isinstance(value, datetime):  # `created_at` of versions is none but in JSON
        assert value == Timestamp(wire).datetime
    elif name != "destination":
        assert value == wire, name


def test_dict_is_shallow_and_its_method_is_deep(resource):
    nested = [value for value in dict(resource).values() if hasattr(value, "dict")]
    assert all(value in dict(resource).values() for value in nested)

    def plain(value):
        if isinstance(value, dict):
            return all(map(plain, value.values()))
        if isinstance(value, list):
            return all(map(plain, value))
        return value is None or type(value) in (str, int, float, bool, datetime)

    assert plain(resource.dict())


def jsonable(value):
    return json.loads(json.dumps(value, default=datetime.isoformat))


def test_json(resource):
    assert json.loads(resource.json()) == jsonable(resource.dict())
    assert resource.json(indent=1).startswith("{\n ")
    some = next(iter(dict(resource)))
    whole = jsonable(resource.dict())
    assert json.loads(resource.json(include={some})) == {some: whole[some]}


def test_dict_can_leave_out(resource):
    whole = resource.dict()
    some = next(iter(whole))
    assert resource.dict(include={some}) == {some: whole[some]}
    assert resource.dict(exclude={some}) == {k: v for k, v in whole.items() if k != some}
    assert resource.dict(exclude_none=True).keys() == {k for k, v in whole.items() if v is not None}
    assert resource.dict(exclude_unset=True).keys() <= whole.keys()


def test_vars_has_the_fields_and_nothing_else(kind, resource):
    """Programs store them, and make the resource from them again."""
    cls, _, wire, _ = kind

    def check(found):
        assert vars(found) is found.__dict__
        assert vars(found).keys() == found._fields().keys()
        assert not [name for name in vars(found) if name.startswith("_")]
        assert TOKEN not in str(vars(found))
        json.dumps(vars(found), default=str)

    check(resource)
    for name in dir(resource):
        if name not in ("username", "id"):  # deprecated ones, where they are no fields
            getattr(resource, name)
    check(resource)
    for found in (copy.copy(resource), copy.deepcopy(resource), resource.copy(deep=True)):
        check(found)
    check(pickle.loads(pickle.dumps(resource)))
    resource._update(type(resource).from_dict(wire))
    check(resource)
    assert vars(cls(**vars(resource))) == vars(resource)


@pytest.mark.parametrize(
    "name", ["stream", "cancel", "copy", "_of", "_wire", "__class__", "progress"]
)
def test_a_new_field_never_takes_the_place_of_what_a_resource_does(name):
    data = models.Prediction.from_dict({**prediction(), name: "new", "color": "green"})
    found = Prediction._of(data, CLIENT)
    assert getattr(found, name) != "new"
    assert (dict(found)[name], found.to_dict()[name]) == ("new", "new")
    assert name not in vars(found)
    assert found.color == vars(found)["color"] == dict(found)["color"] == "green"
    found._update(data)
    assert name not in vars(found)


def test_pickles_of_1_0_7_can_be_read(resource):
    """The state of pydantic's models; the classes have the same names."""
    wire = vars(resource)
    state = {"__dict__": wire, "__fields_set__": {*wire}, "__private_attribute_values__": {}}
    found = type(resource).__new__(type(resource))
    found.__setstate__(state)
    assert found == resource
    assert vars(found) == vars(resource)
    assert found._client is replicate.default_client


@pytest.mark.parametrize(
    "made", [Page(results=[1], next="n"), ServerSentEvent(event="output", data="a", id="1")]
)
def test_pickles_of_1_0_7_of_pages_and_events_can_be_read(made):
    state = {"__dict__": vars(made), "__fields_set__": {*vars(made)}}
    found = type(made).__new__(type(made))
    found.__setstate__({**state, "__private_attribute_values__": {}})
    assert (found, vars(found)) == (made, vars(made))
    assert pickle.loads(pickle.dumps(made)) == copy.copy(made) == made


def test_what_a_run_knows_of_itself_survives_a_copy_and_a_pickle():
    found = Prediction._of(models.Prediction.from_dict(prediction()), CLIENT)
    assert found._answers_all is False
    found._answers_all = True
    for twin in (copy.copy(found), copy.deepcopy(found), pickle.loads(pickle.dumps(found))):
        assert twin._answers_all is True
    found._update(models.Prediction.from_dict(prediction()))
    assert found._answers_all is False


def test_repr_and_str_show_what_every_object_of_the_kind_has(resource):
    fields = [
        f"{name}={value!r}"
        for name, value in dict(resource).items()
        if name in type(resource)._known and not hasattr(type(resource), name)
        if isinstance(value, (str, int))
    ]
    if isinstance(resource, WebhookSigningSecret):
        fields = ["key='whsec_**********'"]  # but for what is better not seen
    assert fields
    assert repr(resource) == f"{type(resource).__name__}({', '.join(fields)})"
    assert str(resource) == " ".join(fields)
    assert TOKEN not in f"{resource!r} {resource} {vars(resource)}"


def test_equality_is_that_of_the_content(kind, resource):
    cls, generated, wire, _ = kind
    twin = cls._of(generated.from_dict(wire), None)
    assert resource == twin
    assert resource == twin.dict()
    assert twin.dict() == resource
    assert resource != {}
    assert resource != "x"
    assert resource != None  # noqa: E711 - the comparison is what is tested
    vars(twin)[next(iter(dict(resource)))] = "different"
    assert resource != twin


def test_resources_cannot_be_hashed(resource):
    with pytest.raises(TypeError, match=f"unhashable type: '{type(resource).__name__}'"):
        hash(resource)


def test_attributes(resource):
    with pytest.raises(ValueError, match=f'"{type(resource).__name__}" object has no field "foo"'):
        resource.foo = 1
    with pytest.raises(AttributeError, match="foo"):
        _ = resource.foo
    field = next(iter(dict(resource)))
    setattr(resource, field, None)
    assert resource.dict()[field] is None


def test_copies_keep_the_client(resource):
    shallow = copy.copy(resource)
    deep = copy.deepcopy(resource)
    for duplicate in (shallow, deep, resource.copy(), resource.copy(deep=True)):
        assert type(duplicate) is type(resource)
        assert duplicate == resource
        assert duplicate._client is CLIENT
    field = next(iter(dict(resource)))
    changed = resource.copy(update={field: "changed"})
    assert changed.dict()[field] == "changed"
    assert resource.dict()[field] != "changed"
    for name, value in vars(resource).items():
        if isinstance(value, (dict, list)) and not name.startswith("_"):
            assert vars(shallow)[name] is value
            assert vars(deep)[name] is not value


def test_pickles_leave_the_client_behind(resource):
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        data = pickle.dumps(resource, protocol)
        assert TOKEN.encode() not in data
        twin = pickle.loads(data)
        assert type(twin) is type(resource)
        assert twin == resource
        assert twin._client is replicate.default_client


def test_what_is_no_longer_there(resource):
    for name in ("schema", "schema_json", "parse_file", "from_orm", "__fields__"):
        assert not hasattr(resource, name)


# Timestamps.


@pytest.mark.parametrize("digits", range(10))
@pytest.mark.parametrize("zone", ["Z", "+00:00", "-05:30"])
def test_timestamps_are_aware_and_written_back_as_they_came(digits, zone):
    fraction = f".{'123456789'[:digits]}" if digits else ""
    stamp = f"2024-05-06T07:08:09{fraction}{zone}"
    found = Prediction._of(models.Prediction.from_dict(prediction(created_at=stamp)), None)
    offset = timedelta(hours=-5, minutes=-30) if zone[0] == "-" else timedelta(0)
    micro = int("123456789"[:digits][:6].ljust(6, "0"))
    assert found.created_at == stamp
    assert found.created_at.datetime == datetime(2024, 5, 6, 7, 8, 9, micro, timezone(offset))
    assert found.created_at.datetime.utcoffset() == offset
    assert dict(found)["created_at"] == found.dict()["created_at"] == stamp
    assert type(dict(found)["created_at"]) is type(found.dict()["created_at"]) is str
    assert json.loads(found.json())["created_at"] == stamp


def test_a_changed_timestamp_is_written_as_changed():
    found = Prediction._of(models.Prediction.from_dict(prediction(created_at=STAMP)), None)
    found.created_at = datetime(2020, 1, 1, tzinfo=timezone.utc)
    assert dict(found)["created_at"] == "2020-01-01T00:00:00+00:00"
    found.created_at = None
    assert dict(found)["created_at"] is None


def test_what_is_no_timestamp_stays_what_it_is():
    found = Prediction._of(models.Prediction.from_dict(prediction(created_at="soon")), None)
    assert found.created_at == dict(found)["created_at"] == "soon"


# Made by hand.


def test_resources_can_be_made_by_hand():
    """With the fields that 1.0.7 required; its callers' own tests do that."""
    made = Prediction(id=ID, model="o/n", version=V, status="succeeded", output="x")
    assert (made.id, made.output, made.urls) == (ID, "x", None)
    assert made._client is replicate.default_client
    trained = Training(id=ID, model="o/n", version=V, status="starting", destination="me/mine")
    assert (trained.destination, dict(trained)["destination"]) == ("me/mine", "me/mine")
    assert Model(**MODEL).id == "o/n"
    assert Version(id=V, created_at=STAMP).created_at.year == 2024


# What some of them have besides.


def test_ids_and_deprecated_names():
    assert Model(**MODEL).id == "o/n"
    deployment = Deployment(**DEPLOYMENT)
    assert deployment.id == "o/d"
    for found, name, value, advice in [
        (Hardware(sku="cpu", name="CPU"), "id", "cpu", "Use `sku` instead of `id`"),
        (Collection(**COLLECTION), "id", "s", "Use `slug` instead of `id`"),
        (Model(**MODEL), "username", "o", "Use `owner` instead of `username`"),
        (deployment, "username", "o", "Use `owner` instead of `username`"),
    ]:
        with pytest.warns(DeprecationWarning, match=advice):
            assert getattr(found, name) == value


def test_releases_of_deployments_are_resources():
    made = models.Deployment.from_dict({**DEPLOYMENT, "current_release": RELEASE})
    release = Deployment._of(made, CLIENT).current_release
    assert type(release) is Deployment.Release
    assert type(release.configuration) is Deployment.Release.Configuration
    assert type(release.created_by) is replicate.account.Account
    assert release.configuration.hardware == "cpu"
    assert release.dict()["configuration"] == RELEASE["configuration"]
    assert release.created_at.datetime.tzinfo is not None


def test_a_collection_is_like_the_list_of_its_models():
    wire = {**COLLECTION, "models": [MODEL, {**MODEL, "name": "m"}]}
    found = Collection._of(models.Collection.from_dict(wire), CLIENT)
    assert [model.name for model in found] == ["n", "m"]
    assert len(found) == 2
    assert found[1].name == "m"
    assert [model.name for model in found[:1]] == ["n"]
    assert found["slug"] == "s"
    assert all(type(model) is Model for model in found.models)
