"""Constructors store what they are given, and what reads it later takes what is there."""

from __future__ import annotations

import copy
import json
import pickle
import traceback
from types import SimpleNamespace

import pytest

import replicate
from replicate.account import Account
from replicate.collection import Collection
from replicate.deployment import Deployment
from replicate.exceptions import ModelError, PredictionCanceledError, ReplicateError
from replicate.model import Model
from replicate.pagination import Page
from replicate.prediction import Prediction
from replicate.stream import ServerSentEvent
from replicate.training import Training
from replicate.version import Version
from tests.bodies import ACCOUNT, ID, MODEL, V, prediction, training, version
from tests.test_resources import KINDS, RELEASE

# Resources.


@pytest.fixture(params=KINDS, ids=lambda kind: kind[0].__name__)
def kind(request):
    return request.param


def test_a_resource_is_made_from_any_form_of_it(kind):
    """The body of a webhook, for example, which may have fields that are new."""
    cls, _, wire, _ = kind
    body = json.loads(json.dumps({**wire, "color": "green", "size_of": {"x": 1}}))
    made = cls(**body)
    assert made == cls.from_dict(body)
    assert made.to_dict() == body
    assert (made.color, dict(made._fields())["color"], made.size_of) == ("green", "green", {"x": 1})
    assert made._client is replicate.default_client
    assert vars(cls(**vars(made))) == vars(made)
    assert copy.deepcopy(made) == pickle.loads(pickle.dumps(made)) == made


def test_the_names_that_pydantic_had_for_it(kind):
    cls, _, wire, _ = kind
    made = cls(**wire)
    assert cls.parse_obj(wire) == cls.construct(**wire) == made
    assert cls.parse_raw(json.dumps(wire)) == cls.parse_raw(json.dumps(wire).encode()) == made
    assert made.__fields_set__ == set(wire)
    with pytest.raises(ValueError, match=r"JSON|Expecting"):
        cls.parse_raw("{")
    for wrong in ("[]", "null", b'"text"'):
        with pytest.raises(ValueError, match=f"a {cls.__name__} is made from a mapping"):
            cls.parse_raw(wrong)


def test_what_is_absent_is_absent(kind):
    cls, _, wire, fields = kind
    made = cls()
    assert made.to_dict() == made.dict(exclude_unset=True) == {}
    assert all(getattr(made, name) is None for name in fields.split())
    assert all(value is None for value in made.dict().values())
    for text in (str, repr, cls.json):
        assert text(made)
    for name in wire:
        assert cls(**{name: wire[name]}).to_dict() == {name: wire[name]}


def test_what_is_inside_a_resource_is_a_resource():
    for latest in (version(), Version(**version())):
        made = Model(**MODEL, latest_version=latest, default_example=prediction(output="x"))
        assert type(made.latest_version) is Version
        assert made.latest_version.id == V
        assert type(made.default_example) is Prediction
    assert type(Model.from_dict({**MODEL, "latest_version": version()}).latest_version) is Version
    assert [type(model) for model in Collection(slug="s", models=[MODEL]).models] == [Model]
    release = Deployment(owner="o", name="n", current_release=RELEASE).current_release
    assert type(release) is Deployment.Release
    assert type(release.created_by) is Account
    assert Deployment.Release(**RELEASE).configuration.hardware == "cpu"
    assert type(Training(version=version()).version) is Version


def test_a_training_knows_its_destination():
    done = training(output={"version": f"me/mine:{V}"})
    assert Training(**done).destination == "me/mine"
    assert Training(**training(), destination="me/other").destination == "me/other"
    assert Training(**{**done, "destination": "me/other"}).destination == "me/other"
    assert Training().destination is None


def test_an_unknown_field_never_takes_the_place_of_a_method(kind):
    cls, _, wire, _ = kind
    made = cls(**{**wire, "dict": 1, "json": 2, "_own": 3, "_client": 4})
    assert callable(made.dict)
    assert callable(made.json)
    assert made._client is replicate.default_client
    assert made.to_dict() == {**wire, "dict": 1, "json": 2, "_own": 3, "_client": 4}


def test_only_names_are_taken(kind):
    with pytest.raises(TypeError, match="positional"):
        kind[0](kind[2])


# What is no resource.


def test_pages():
    page = Page[Account](results=[Account(**ACCOUNT)], total=7, keys=3)
    assert (page.total, page.next, dict(page)["total"]) == (7, None, 7)
    assert page.keys() == ["previous", "next", "results", "total"]
    assert page.copy(update={"total": 8}).total == 8
    assert Page().results == list(Page(results=None)) == []
    assert Page(**Page(results=[1]).dict()).results == [1]


def test_events():
    event = ServerSentEvent(event="output", data="a", id="1", color="green", dict=1)
    assert (event.color, event.dict()["color"], str(event)) == ("green", "green", "a")
    assert ServerSentEvent(event="new", data="a").event == "new"
    assert (ServerSentEvent().event, str(ServerSentEvent())) == (None, "")


def test_errors_of_the_api():
    members = [{"type": "required", "field": "text", "description": "text is required"}]
    error = ReplicateError(title="Wrong", status=422, invalid_fields=members)
    assert error.invalid_fields == members
    assert error.to_dict() == {"title": "Wrong", "status": 422}
    assert pickle.loads(pickle.dumps(error)).invalid_fields == members
    assert str(ReplicateError()) == "ReplicateError Details:\n"


@pytest.mark.parametrize("cls", [ModelError, PredictionCanceledError])
@pytest.mark.parametrize("made_from", [SimpleNamespace(error="no luck"), "no luck"], ids=type)
def test_errors_of_models(cls, made_from):
    """1.0.7 read `.error` and nothing else, and so do those who make such an error in tests."""
    error = cls(made_from)
    assert (str(error), error.args, error.details) == ("no luck", ("no luck",), "")
    assert error.prediction is (None if made_from == "no luck" else made_from)
    error.attempt = 2  # whatever a program notes in it
    for twin in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert (type(twin), str(twin), twin.args) == (cls, "no luck", ("no luck",))
        assert twin.prediction == error.prediction
        assert twin.attempt == 2
    assert "no luck" in repr(error)
    assert "".join(traceback.format_exception_only(cls, error)).endswith(": no luck\n")


def test_an_error_of_a_model_without_anything():
    assert (str(ModelError()), str(ModelError(None)), str(ModelError(object()))) == ("", "", "")


def test_details_are_computed_when_they_are_asked_for():
    run = Prediction(id=ID, model="o/n", status="failed", error="no luck")
    error = ModelError(run)
    assert error.args == ("no luck",)
    run.logs = "one\ntwo\n"
    assert error.details == f"prediction {ID} of o/n: failed\nlast log lines:\n  one\n  two"
    if hasattr(error, "add_note"):
        error.add_note("and more")
        assert error.__notes__ == [error.details, "and more"]
        shown = "".join(traceback.format_exception_only(ModelError, error))
        assert "  two\nand more\n" in shown
