"""References: every form, and what is said of those that name nothing."""

from __future__ import annotations

import enum

import pytest

from replicate.exceptions import InvalidArgumentError
from replicate.identifier import ModelVersionIdentifier, Target, _resolve, resolve, split
from replicate_api import models

ID = "0123456789abcdef" * 4

MODEL = models.Model.from_dict({"owner": "o", "name": "n"})
VERSION = models.Version.from_dict({"id": "v"})
DEPLOYMENT = models.Deployment.from_dict({"owner": "o", "name": "d"})


@pytest.mark.parametrize(
    ("ref", "target"),
    [
        ("o/n", Target(owner="o", name="n")),
        ("o/n:v", Target("v", "o", "n")),
        ("o/n:v:w", Target("v:w", "o", "n")),
        (ID, Target(version=ID)),
        (f"o/n:{ID}", Target(ID, "o", "n")),
        ("deployments/o/d", Target(deployment=("o", "d"))),
        (("o", "n"), Target(owner="o", name="n")),
        (ModelVersionIdentifier("o", "n"), Target(owner="o", name="n")),
        (ModelVersionIdentifier("o", "n", "v"), Target("v", "o", "n")),
        (MODEL, Target(owner="o", name="n")),
        (VERSION, Target(version="v")),
        (DEPLOYMENT, Target(deployment=("o", "d"))),
    ],
)
def test_what_references_name(ref, target):
    assert resolve(ref) == target


@pytest.mark.parametrize(
    "ref",
    ["", "o", "o/", "/n", "o/n/m", "o/n:", "o n/m", "o/n:v w", ID[1:], ID.upper(), f"{ID}0"],
)
def test_texts_that_name_nothing(ref):
    with pytest.raises(InvalidArgumentError) as caught:
        resolve(ref)
    message = f"Invalid reference to model version: {ref}. Expected format: owner/name:version"
    assert caught.value.detail == message


@pytest.mark.parametrize(
    "ref",
    [
        None,
        7,
        ["o", "n"],
        ("o",),
        ("o", ""),
        ("", "n"),
        ("o", 7),
        ("o", "n", "v"),
        models.Model.from_dict({"owner": "o"}),
        models.Model.from_dict({"name": "n"}),
        models.Model.from_dict({"owner": "", "name": "n"}),
    ],
)
def test_things_that_name_nothing(ref):
    with pytest.raises(InvalidArgumentError) as caught:
        resolve(ref)
    assert caught.value.detail == (
        f"Invalid argument: {ref}. Expected model, version, or reference in the format "
        "owner/name or owner/name:version"
    )


@pytest.mark.parametrize(
    ("ref", "kind", "named"),
    [
        ("o/n:v", "model", "model version"),
        ("n", "model", "model version"),
        ("o/d:v", "deployment", "deployment"),
        ("deployment", "deployment", "deployment"),
        (7, "model", "model version"),
    ],
)
def test_names_that_are_none(ref, kind, named):
    with pytest.raises(InvalidArgumentError) as caught:
        split(ref, kind)
    assert caught.value.detail == (
        f"Invalid reference to {named}: {ref}. "
        f"Expected {kind} or reference in the format owner/name"
    )


def test_deployments_are_called_so():
    with pytest.raises(InvalidArgumentError) as caught:
        resolve("deployments/d")
    assert caught.value.detail == (
        "Invalid reference to deployment: d. Expected deployment or reference in the format "
        "owner/name"
    )


def test_split():
    assert split("o/n", "model") == ("o", "n")
    assert split(Favorite.MODEL, "model") == ("o", "n")
    assert split(ModelLike(), "model") == ("o", "n")


class ModelLike:
    def __str__(self):
        return "o/n"


class Favorite(str, enum.Enum):
    MODEL = "o/n"


def test_what_1x_calls():
    assert _resolve("o/n:v") == (None, "o", "n", "v")
    assert _resolve(VERSION) == (VERSION, None, None, "v")
