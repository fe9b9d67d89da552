"""What hypothesis makes hostile input from: the API's own words, in the wrong places."""

from __future__ import annotations

import json
import os
from typing import List

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tests.fuzz.vocabulary import FIELDS, SCHEMA_WORDS, STATUSES, WORDS

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "0"))


def examples(count: int = 50) -> settings:
    """Try so many examples, always the same ones; others, and more, with FUZZ_EXAMPLES set."""
    return settings(
        max_examples=EXAMPLES or count,
        deadline=None,
        derandomize=not EXAMPLES,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


texts = st.sampled_from(WORDS) | st.text(max_size=20)
any_texts = texts | st.text(st.characters(), max_size=20)  # with surrogates
keys = st.sampled_from([*FIELDS, *SCHEMA_WORDS]) | st.text(max_size=5)
numbers = (
    st.integers() | st.floats(allow_nan=False, width=64) | st.sampled_from([10**400, -1, 1e308])
)
scalars = st.none() | st.booleans() | numbers | any_texts
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=8,
)
objects = st.dictionaries(keys, values, max_size=6)

predictions = st.fixed_dictionaries(
    {"id": st.just("p1") | values, "status": st.sampled_from(STATUSES) | values},
    optional=dict.fromkeys(
        ("output", "urls", "error", "logs", "metrics", "input", "version", "model"), values
    ),
)
pages = st.fixed_dictionaries(
    {"results": st.lists(predictions, max_size=2) | values},
    optional={"next": values, "previous": values},
)
schemas = st.fixed_dictionaries(
    {"components": st.fixed_dictionaries({"schemas": st.fixed_dictionaries({"Output": objects})})}
)
input_names = st.sampled_from(["a", "_f", "others", "b c", "class", "__debug__", "\ud800"])


def _nodes(inner: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    several = st.lists(inner, max_size=3)
    kinds = {
        "type": st.sampled_from(["string", "integer", "number", "boolean", "array", "object"]),
        "items": inner,
        "properties": st.dictionaries(input_names, inner, max_size=4),
        "required": st.lists(input_names | values, max_size=2),
        "anyOf": several,
        "allOf": several,
        "enum": st.lists(scalars, max_size=3),
        "default": st.floats() | values,
        "pattern": st.sampled_from(["^[a-z]+$", "(", "(a+)+$", "a{9999999999}"]),
        "$ref": st.sampled_from(["#/components/schemas/Input", "#/components/schemas/Output"]),
    }
    odd = dict.fromkeys(
        ("format", "minimum", "maxLength", "nullable", "description", "x-order"), values
    )
    return st.fixed_dictionaries({}, optional={**odd, **{k: v | values for k, v in kinds.items()}})


model_schemas = st.recursive(values, _nodes, max_leaves=8)
"""Schemas of inputs and outputs, some keywords with values of the wrong kind."""
bodies = (objects | predictions | pages | values).map(lambda value: json.dumps(value).encode())
raw_bodies = bodies | st.binary(max_size=60)


@st.composite
def chunked(draw: st.DrawFn, content: st.SearchStrategy[bytes]) -> List[bytes]:
    """Cut bytes into chunks at any places, some of them empty."""
    data = draw(content)
    cuts = sorted(draw(st.lists(st.integers(0, len(data)), max_size=8)))
    return [data[start:end] for start, end in zip([0, *cuts], [*cuts, len(data)])]
