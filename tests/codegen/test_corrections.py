"""Corrections and names are strict: one that no longer matches stops the run by its name."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from codegen.corrections import correct, read_corrections
from codegen.document import CodegenError, resolve
from codegen.names import Names
from codegen.prepare import prepare

CODEGEN = Path(__file__).parents[2] / "codegen"


@pytest.fixture
def corrections():
    return read_corrections(CODEGEN / "corrections.yaml")


def test_all_match_openapi_yaml_and_leave_it_alone(document, corrections):
    before = yaml.safe_dump(document)
    corrected = correct(document, corrections)
    assert corrected != document
    assert yaml.safe_dump(document) == before


def test_every_correction_gives_its_reason(corrections):
    assert all(len(correction["why"].split()) > 3 for correction in corrections)


def test_each_stops_the_run_when_its_place_is_gone(document, corrections):
    for correction in corrections:
        moved = {**correction, "at": "/components/schemas/gone"}
        with pytest.raises(CodegenError, match=correction["name"]):
            correct(document, [moved])


def test_each_stops_the_run_when_the_document_has_caught_up(document, corrections):
    corrected = correct(document, corrections)
    for correction in corrections:
        with pytest.raises(CodegenError, match=correction["name"]):
            correct(corrected, [correction])


def test_becomes_is_a_merge_patch():
    correction = {
        "name": "x",
        "why": "because",
        "at": ["/a", "/b"],
        "was": {"old": 1, "new": None},
        "becomes": {"old": None, "new": {"deep": [1]}, "kept": {"x": 1}},
    }
    document = {"a": {"old": 1, "kept": {"y": 2}}, "b": {"old": 1}}
    corrected = correct(document, [correction])
    assert corrected == {
        "a": {"kept": {"y": 2, "x": 1}, "new": {"deep": [1]}},
        "b": {"kept": {"x": 1}, "new": {"deep": [1]}},
    }


@pytest.mark.parametrize(
    "text",
    ["- {name: x, at: /a}", "- {name: x, why: y, at: /a, was: {}, becomes: {}, also: 1}"],
)
def test_the_form_is_checked(tmp_path, text):
    (tmp_path / "corrections.yaml").write_text(text)
    with pytest.raises(CodegenError, match="'x' must have exactly"):
        read_corrections(tmp_path / "corrections.yaml")


def test_names_are_unique(tmp_path):
    one = "- {name: x, why: y, at: /a, was: {}, becomes: {}}\n"
    (tmp_path / "corrections.yaml").write_text(one * 2)
    with pytest.raises(CodegenError, match="two corrections are called 'x'"):
        read_corrections(tmp_path / "corrections.yaml")


@pytest.mark.parametrize(
    ("section", "value", "complaint"),
    [
        ("classes", {"Gone.field": "X"}, "classes: Gone.field"),
        ("dictionaries", ["Gone"], "dictionaries: Gone"),
        ("required", {"Prediction": ["id", "gone"]}, "required: Prediction.gone"),
    ],
)
def test_names_that_name_nothing_stop_the_run(document, corrections, section, value, complaint):
    names = Names({section: value})
    prepared = prepare(correct(document, corrections), names)
    with pytest.raises(CodegenError, match=complaint):
        names.check_all_used(prepared.schemas)


def test_the_names_of_models_yaml_all_name_something(document, corrections):
    names = Names.read(CODEGEN / "models.yaml")
    names.check_all_used(prepare(correct(document, corrections), names).schemas)


def test_found_models_have_a_class_of_their_own_only_in_the_document(document, corrections):
    place = "/paths/~1models/query/responses/200/content/application~1json/schema/properties"
    assert "$ref" not in resolve(document, f"{place}/results/items")
    assert "$ref" in resolve(correct(document, corrections), f"{place}/results/items")
