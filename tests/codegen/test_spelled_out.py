"""Arguments that the methods of 1.x spell out, and those that they take besides."""

from __future__ import annotations

import pytest

from codegen.document import CodegenError

PRINT = """
from replicate_api.api.predictions import create
more, options = create.PredictionsCreateMore, create.PredictionsCreateOptions
print(*sorted(more.__annotations__), "|", *sorted(options.__annotations__))
"""


def properties(document):
    """Return the fields of the body of `predictions.create`."""
    return document["components"]["schemas"]["schemas_version_prediction_request"]["properties"]


def test_what_grows_is_taken_besides(document, generate, python):
    properties(document)["priority"] = {"type": "integer"}
    more, _, options = python(PRINT, generate(document)).partition(" | ")
    assert more == "priority stream webhook_completed"
    assert options == "priority stream webhook webhook_completed webhook_events_filter"


def test_what_is_gone_stops_the_generator(document, generate):
    del properties(document)["webhook"]
    with pytest.raises(CodegenError, match=r"spelled_out: predictions\.create has no webhook"):
        generate(document)
