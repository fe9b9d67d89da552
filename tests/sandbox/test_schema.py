# ruff: noqa: B008 - the signatures here are those of models
from __future__ import annotations

import dataclasses
import enum
import io
import pathlib
from pathlib import Path
from typing import (
    IO,
    TYPE_CHECKING,
    Any,
    AsyncIterator,
    Callable,
    Dict,
    Generator,
    Iterator,
    List,
    Literal,
    Optional,
    Union,
)

import pytest
from typing_extensions import Annotated, TypedDict

from replicate._validation import invalid_fields
from replicate.sandbox import File, Input, Sandbox
from replicate.sandbox.schema import inspect_function

if TYPE_CHECKING:
    from .conftest import Api

TEXT = {"type": "string"}
FILE = {"type": "string", "format": "uri"}
STREAM = {"x-cog-array-type": "iterator"}


class Size(enum.Enum):
    SMALL = "s"
    LARGE = "l"


@dataclasses.dataclass
class Box:
    label: str
    picture: Path


class Facts(TypedDict):
    word_count: int


def everything(
    prompt: str = Input(description="What to do", min_length=1),
    times: int = Input(default=2, ge=1, le=5),
    ratio: float = 0.5,
    exact: bool = False,
    style: Literal["a", "b"] = "a",
    size: Size = Size.SMALL,
    image: Optional[Path] = None,
    images: List[Path] = Input(default=[]),
    level: int = Input(default=1, choices=[1, 2, 3]),
    options: Dict[str, Any] = Input(default=None),
    note: Annotated[Optional[str], "a note"] = None,
    anything: Any = None,
    path: Path = Path("a.txt"),
) -> List[Path]:
    return []


def test_inputs() -> None:
    document = inspect_function(everything).openapi
    schemas = document["components"]["schemas"]
    assert schemas["Input"] == {
        "type": "object",
        "title": "Input",
        "required": ["prompt"],
        "properties": {
            "prompt": {
                "type": "string",
                "title": "Prompt",
                "minLength": 1,
                "x-order": 0,
                "description": "What to do",
            },
            "times": {
                "type": "integer",
                "title": "Times",
                "minimum": 1,
                "maximum": 5,
                "x-order": 1,
                "default": 2,
            },
            "ratio": {"type": "number", "title": "Ratio", "x-order": 2, "default": 0.5},
            "exact": {"type": "boolean", "title": "Exact", "x-order": 3, "default": False},
            "style": {
                "allOf": [{"$ref": "#/components/schemas/style"}],
                "x-order": 4,
                "default": "a",
            },
            "size": {
                "allOf": [{"$ref": "#/components/schemas/size"}],
                "x-order": 5,
                "default": "s",
            },
            "image": {**FILE, "title": "Image", "nullable": True, "x-order": 6},
            "images": {
                "type": "array",
                "items": FILE,
                "title": "Images",
                "x-order": 7,
                "default": [],
            },
            "level": {
                "allOf": [{"$ref": "#/components/schemas/level"}],
                "x-order": 8,
                "default": 1,
            },
            "options": {"type": "object", "title": "Options", "nullable": True, "x-order": 9},
            "note": {"type": "string", "title": "Note", "nullable": True, "x-order": 10},
            "anything": {"title": "Anything", "nullable": True, "x-order": 11},
            "path": {**FILE, "title": "Path", "x-order": 12, "default": "a.txt"},
        },
    }
    assert schemas["style"] == {
        "enum": ["a", "b"],
        "type": "string",
        "title": "style",
        "description": "An enumeration.",
    }
    assert schemas["size"]["enum"] == ["s", "l"]
    assert (schemas["level"]["type"], schemas["level"]["enum"]) == ("integer", [1, 2, 3])
    assert schemas["Output"] == {"title": "Output", "type": "array", "items": FILE}
    for name in ("Status", "WebhookEvent", "PredictionRequest", "PredictionResponse"):
        assert schemas[name]["title"] == name
    assert document["openapi"] == "3.0.2"
    assert "post" in document["paths"]["/predictions"]


@pytest.mark.parametrize(
    ("annotation", "schema"),
    [
        (str, TEXT),
        (Optional[str], TEXT),
        (Any, {}),
        (None, {}),
        (Path, FILE),
        (bytes, FILE),
        (File, FILE),
        (io.BytesIO, FILE),
        (IO[bytes], FILE),
        (dict, {"type": "object"}),
        (Dict[str, int], {"type": "object"}),
        (List[str], {"type": "array", "items": TEXT}),
        (list, {"type": "array", "items": {}}),
        (Union[int, str], {}),
        (Literal[1, 2], {"type": "integer", "enum": [1, 2]}),
        (Size, {"type": "string", "enum": ["s", "l"]}),
        (
            Facts,
            {
                "type": "object",
                "properties": {"word_count": {"type": "integer", "title": "Word Count"}},
            },
        ),
        (
            Box,
            {
                "type": "object",
                "properties": {
                    "label": {**TEXT, "title": "Label"},
                    "picture": {**FILE, "title": "Picture"},
                },
            },
        ),
        (
            Iterator[str],
            {"type": "array", "items": TEXT, **STREAM, "x-cog-array-display": "concatenate"},
        ),
        (
            AsyncIterator[str],
            {"type": "array", "items": TEXT, **STREAM, "x-cog-array-display": "concatenate"},
        ),
        (Iterator[Path], {"type": "array", "items": FILE, **STREAM}),
        (Generator[int, None, None], {"type": "array", "items": {"type": "integer"}, **STREAM}),
        (Iterator, {"type": "array", "items": {}, **STREAM}),
    ],
)
def test_outputs(annotation: Any, schema: Dict[str, Any]) -> None:
    def model() -> Any:
        return None

    model.__annotations__["return"] = annotation
    output = inspect_function(model).openapi["components"]["schemas"]["Output"]
    assert output == {"title": "Output", **schema}


def test_iterators_of_strings_can_be_lists() -> None:
    def model() -> Iterator[str]:
        yield ""

    output = inspect_function(model, concatenate=False).output
    assert output == {"title": "Output", "type": "array", "items": TEXT, **STREAM}


def test_functions_without_annotations_take_and_give_anything() -> None:
    signature = inspect_function(lambda x, y=1: x)
    assert signature.inputs["required"] == ["x"]
    assert signature.inputs["properties"]["y"] == {"title": "Y", "x-order": 1, "default": 1}
    assert signature.output == {"title": "Output"}


def test_functions_that_can_not_be_models() -> None:
    def unknown(x: Nowhere) -> str:  # type: ignore[name-defined] # noqa: F821
        return ""

    def odd(x: Callable[[], int]) -> str:
        return ""

    def star(*x: str) -> str:
        return ""

    def odder(x: complex) -> str:
        return ""

    for function, reason in (
        (unknown, "can't be resolved"),
        (odd, "cannot be written as a schema"),
        (odder, "cannot be written as a schema"),
        (star, "have names"),
    ):
        with pytest.raises(TypeError, match=reason):
            inspect_function(function)


@pytest.mark.parametrize(
    ("value", "kinds"),
    [
        ({"prompt": "x"}, []),
        ({}, ["required"]),
        ({"prompt": ""}, ["string_gte"]),
        ({"prompt": None}, ["invalid_type"]),
        ({"prompt": "x", "times": 0}, ["number_gte"]),
        ({"prompt": "x", "times": 6}, ["number_lte"]),
        ({"prompt": "x", "times": 2.5}, ["invalid_type"]),
        ({"prompt": "x", "times": 2.0}, []),
        ({"prompt": "x", "times": True}, ["invalid_type"]),
        ({"prompt": "x", "ratio": 1}, []),
        ({"prompt": "x", "style": "c"}, ["enum"]),
        ({"prompt": "x", "level": 9}, ["enum"]),
        ({"prompt": "x", "image": None}, []),
        ({"prompt": "x", "images": ["a", 1]}, ["invalid_type"]),
        ({"prompt": "x", "anything": [1, {}]}, []),
        ({"prompt": "x", "unknown": 1}, []),
    ],
)
def test_validation(value: Any, kinds: List[str]) -> None:
    found = invalid_fields(inspect_function(everything).inputs, value, "input")
    assert [wrong["type"] for wrong in found] == kinds


def test_validation_names_the_place() -> None:
    inputs = inspect_function(everything).inputs
    (wrong,) = invalid_fields(inputs, {"prompt": "x", "images": ["a", 1]}, "input")
    assert wrong["field"] == "input.images.1"
    (wrong,) = invalid_fields(inputs, {"prompt": "x", "style": "c"}, "input")
    assert wrong["description"] == 'input.style must be one of the following: "a", "b"'


def test_patterns_and_lengths() -> None:
    def model(code: str = Input(regex="^[a-z]+$", max_length=3)) -> str:
        return code

    inputs = inspect_function(model).inputs
    found = invalid_fields(inputs, {"code": "ABCD"}, "input")
    assert [wrong["type"] for wrong in found] == ["string_lte", "pattern"]


def test_arguments_have_the_types_of_the_annotations(sandbox: Sandbox, api: Api) -> None:
    seen: Dict[str, Any] = {}

    @sandbox.model("me/everything", official=True)
    def model(
        ratio: float,
        count: int,
        size: Size,
        image: Path,
        raw: bytes,
        handle: IO[bytes],
        images: List[Path],
        missing: Optional[Path] = None,
        level: int = Input(default=3),
    ) -> str:
        seen.update(locals())
        seen["image"] = (image.name, image.read_text())
        seen["images"] = [path.read_text() for path in images]
        seen["handle"] = handle.read()
        assert isinstance(image, pathlib.Path)
        return "ok"

    done = api.finish(
        sandbox,
        "me/everything",
        ratio=1,
        count=2.0,
        size="l",
        image="data:text/plain;base64,aGk=",
        raw="data:,a%20b",
        handle="data:application/octet-stream;base64,AAE=",
        images=["data:,x", "data:,y"],
        ignored="yes",
    )
    assert done["output"] == "ok", done
    assert (seen["ratio"], type(seen["ratio"])) == (1.0, float)
    assert (seen["count"], type(seen["count"])) == (2, int)
    assert seen["size"] is Size.LARGE
    assert seen["image"] == ("file.txt", "hi")
    assert seen["raw"] == b"a b"
    assert seen["handle"] == b"\x00\x01"
    assert seen["images"] == ["x", "y"]
    assert (seen["missing"], seen["level"]) == (None, 3)


def test_outputs_become_json(sandbox: Sandbox, api: Api) -> None:
    import datetime

    @sandbox.model("me/values", official=True)
    def model() -> Any:
        handle = io.BytesIO(b"handle")
        handle.name = "/some/where/note.txt"
        return {
            "enum": Size.LARGE,
            "date": datetime.date(2024, 1, 2),
            "tuple": (1, 2.5, None, True),
            "set": {7},
            "box": Box("b", Path(__file__)),
            "bytes": b"raw",
            "file": File(b"<svg/>", "art work.svg"),
            "handle": handle,
            "text": io.StringIO("ünï"),
            3: "key",
        }

    output = api.finish(sandbox, "me/values")["output"]
    box = output.pop("box")
    assert box["label"] == "b"
    assert box["picture"].endswith("/test_schema.py")
    files = {name: output.pop(name) for name in ("bytes", "file", "handle", "text")}
    assert output == {
        "enum": "l",
        "date": "2024-01-02",
        "tuple": [1, 2.5, None, True],
        "set": [7],
        "3": "key",
    }
    assert files["file"].endswith("/art%20work.svg")
    assert files["handle"].endswith("/note.txt")
    contents = {name: api.get(url).content for name, url in files.items()}
    assert contents == {
        "bytes": b"raw",
        "file": b"<svg/>",
        "handle": b"handle",
        "text": "ünï".encode(),
    }
