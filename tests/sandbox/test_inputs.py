"""Inputs that are described in the words of Cog or pydantic; `tests/cog` has Cog itself."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace
from typing import Any, List, Optional

from replicate.sandbox import Sandbox


class FieldInfo:
    """What `cog.Input` returns since 0.17."""

    description = ge = le = min_length = max_length = regex = choices = default = None

    def __init__(self, **said: Any) -> None:
        vars(self).update(said)


class PydanticInfo:
    """What `pydantic.Field` returns, and `cog.Input` up to 0.16."""

    description = json_schema_extra = None

    def __init__(self, metadata: Any = (), **said: Any) -> None:
        vars(self).update(said, metadata=metadata)

    def is_required(self) -> bool:
        return not hasattr(self, "default")

    def get_default(self, *, call_default_factory: bool) -> Any:
        assert call_default_factory
        return self.default


PydanticInfo.__name__ = "FieldInfo"
SHARED: Any = dataclasses.field(default_factory=lambda: ["x"])


def cog(
    text: str = FieldInfo(description="A text", min_length=1),
    number: int = FieldInfo(default=2, ge=1, le=3),
    kind: str = FieldInfo(default="a", choices=["a", "b"]),
    seed: Optional[int] = FieldInfo(),
    words: List[str] = FieldInfo(default=SHARED),  # noqa: B008 - what is tested
) -> List[Any]:
    return [text, number, kind, seed, words]


def pydantic(
    text: str = PydanticInfo(description="A text", metadata=[SimpleNamespace(min_length=1)]),
    number: int = PydanticInfo(
        default=2, metadata=[SimpleNamespace(ge=1), SimpleNamespace(le=3, pattern=None)]
    ),
    kind: str = PydanticInfo(default="a", json_schema_extra={"enum": ["a", "b"]}),
    seed: Optional[int] = PydanticInfo(default=None),
    words: List[str] = PydanticInfo(default=["x"]),  # noqa: B008 - what is tested
) -> List[Any]:
    return [text, number, kind, seed, words]


def test_both_say_the_same() -> None:
    sandbox = Sandbox(demo_models=False)
    schemas = []
    for function in (cog, pydantic):
        sandbox.model(f"me/{function.__name__}", official=True)(function)
        latest = sandbox.models[f"me/{function.__name__}"].latest_version
        assert latest is not None
        schemas.append(latest.signature.inputs)
    assert schemas[0] == schemas[1]
    assert schemas[0]["required"] == ["text"]
    properties = schemas[0]["properties"]
    assert (properties["text"]["description"], properties["text"]["minLength"]) == ("A text", 1)
    assert (properties["number"]["minimum"], properties["number"]["maximum"]) == (1, 3)
    assert properties["kind"]["enum"] == ["a", "b"]
    assert properties["seed"]["nullable"] is True
    with sandbox, sandbox.client() as client:
        for name in ("me/cog", "me/pydantic"):
            assert client.run(name, {"text": "t"}) == ["t", 2, "a", None, ["x"]]
