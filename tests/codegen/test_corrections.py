"""Corrections and names are strict: all that no longer match are told, and none stops the run."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from codegen.corrections import correct, drop, read_corrections
from codegen.document import CodegenError
from codegen.names import Names
from codegen.prepare import prepare

CODEGEN = Path(__file__).parents[2] / "codegen"


@pytest.fixture
def corrections():
    return read_corrections(CODEGEN / "corrections.yaml")


def test_the_document_is_left_alone(document, corrections):
    before = yaml.safe_dump(document)
    corrected, _ = correct(document, corrections)
    assert corrected != document
    assert yaml.safe_dump(document) == before


def test_every_correction_gives_its_reason(corrections):
    assert all(len(correction["why"].split()) > 3 for correction in corrections)


def test_every_place_that_is_gone_is_told_at_once(document, corrections):
    moved = [{**correction, "at": "/components/schemas/gone"} for correction in corrections]
    corrected, findings = correct(document, moved)
    assert corrected == document
    assert [finding.verdict for finding in findings] == ["lost"] * len(corrections)
    for finding, correction in zip(findings, corrections):
        assert f"correction {correction['name']!r} does not match: the place is gone" in str(
            finding
        )
        assert "nothing at /components/schemas/gone" in str(finding)
        assert " ".join(correction["why"].split()) in str(finding)


def test_the_document_may_have_caught_up():
    document = {"a": {"x": {"type": "string", "nullable": True}, "z": 1}}
    add = {
        "name": "x",
        "why": "w",
        "at": "/a",
        "was": {"x": None},
        "becomes": {"x": {"type": "string"}},
    }
    change = {**add, "name": "z", "was": {"z": 0}, "becomes": {"z": 1}}
    corrected, findings = correct(document, [add, change])
    assert corrected == document
    assert [(f.name, f.verdict) for f in findings] == [("x", "has the fact"), ("z", "has the fact")]
    assert "drop the correction" in str(findings[0])


def test_what_the_document_has_of_it_is_told_and_the_rest_added():
    add = {
        "name": "x",
        "why": "w",
        "at": "/a",
        "was": {"x": None, "y": None},
        "becomes": {"x": 1, "y": 2},
    }
    corrected, (finding,) = correct({"a": {"x": 5}}, [add])
    assert corrected == {"a": {"x": 5, "y": 2}}
    assert finding.verdict == "changed"
    assert '{"x": 5}' in str(finding)


def test_what_has_changed_is_shown():
    change = {"name": "x", "why": "w", "at": "/a", "was": {"t": "s"}, "becomes": {"t": "u"}}
    _, (finding,) = correct({"a": {"t": "v", "other": 1}}, [change])
    assert finding.verdict == "changed"
    assert 'expected: {"t": "s"}' in str(finding)
    assert 'found: {"t": "v"}' in str(finding)


OBJECT = {"type": "object", "nullable": True, "enum": ["a", "b"]}


@pytest.mark.parametrize(
    "spelled",
    [
        {"enum": ["b", "a"], "nullable": True, "type": "object"},
        {"type": ["object", "null"], "enum": ["a", "b"]},
        {"anyOf": [{"type": "object", "enum": ["a", "b"]}, {"type": "null"}]},
        {"$ref": "#/components/x"},
        {"oneOf": [{"$ref": "#/components/x"}, {"type": "null"}]},
    ],
)
def test_other_spellings_match(spelled):
    document = {"a": {"x": spelled}, "components": {"x": OBJECT}}
    was = {"x": {"type": "object", "nullable": True, "enum": ["a", "b"], "properties": None}}
    change = {"name": "x", "why": "w", "at": "/a", "was": was, "becomes": {"x": {"title": "T"}}}
    assert correct(document, [change])[1] == []


def test_a_place_in_what_has_become_a_component_is_found():
    document = {
        "a": {"x": {"$ref": "#/components/x"}},
        "components": {"x": {"properties": {"y": {"type": "string"}}}},
    }
    change = {"name": "x", "why": "w", "at": "/a/x/properties/y", "was": {"type": "string"},
              "becomes": {"format": "date-time"}}  # fmt: skip
    corrected, findings = correct(document, [change])
    assert findings == []
    assert corrected["components"]["x"]["properties"]["y"]["format"] == "date-time"


def test_a_dropped_correction_is_recorded_and_out_of_force(tmp_path):
    path = tmp_path / "corrections.yaml"
    text = "# Why.\n\n- name: a b\n  why: y  # c\n  at: /a\n  was: {}\n  becomes: {}\n"
    path.write_text(text + text.replace("a b", '"it\'s"'))
    drop(path, "it's", "2026-11-25")
    assert [correction["name"] for correction in read_corrections(path)] == ["a b"]
    assert path.read_text() == text + text.replace("a b", '"it\'s"\n  dropped: "2026-11-25"')
    with pytest.raises(CodegenError, match="no correction in force is called \"it's\", only 'a b'"):
        drop(path, "it's", "2026-11-26")


def test_becomes_is_a_merge_patch():
    correction = {
        "name": "x",
        "why": "because",
        "at": ["/a", "/b"],
        "was": {"old": 1, "new": None},
        "becomes": {"old": None, "new": {"deep": [1]}, "kept": {"x": 1}},
    }
    document = {"a": {"old": 1, "kept": {"y": 2}}, "b": {"old": 1}}
    corrected, findings = correct(document, [correction])
    assert findings == []
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
    ("section", "value", "entry"),
    [
        ("classes", {"Gone.field": "X"}, "classes: Gone.field"),
        ("dictionaries", ["Gone"], "dictionaries: Gone"),
        ("datetimes", ["Prediction.gone"], "datetimes: Prediction.gone"),
        ("fields", {"Prediction.gone": "x"}, "fields: Prediction.gone"),
        ("properties", ["Gone.x"], "properties: Gone.x"),
        ("operations", {"GET /gone": "x.y"}, "operations: GET /gone"),
        ("required", {"Prediction": ["id", "gone"]}, "required: Prediction.gone"),
    ],
)
def test_names_that_name_nothing_are_told(document, section, value, entry):
    assert prepare(document, Names(**{section: value})).stale == [entry]


def test_the_sections_of_models_yaml_are_known(tmp_path):
    (tmp_path / "models.yaml").write_text("clases: {a: B}")
    with pytest.raises(CodegenError, match="no section 'clases'"):
        Names.read(tmp_path / "models.yaml")
    assert Names.read(CODEGEN / "models.yaml").classes
