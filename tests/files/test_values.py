"""Values as JSON: what means a list or a mapping, and what is refused instead of guessed at."""

from __future__ import annotations

import array
import collections
import csv
import dataclasses
import datetime
import decimal
import enum
import itertools
import pathlib
import sqlite3
import uuid
from urllib.parse import urlparse, urlsplit

import httpx
import numpy as np
import pytest

from replicate.helpers import FileOutput, encode_json
from tests.bodies import FILE

DAY = datetime.date(2026, 1, 2)


class Color(enum.Enum):
    RED = "red"


class Countdown:
    """An iterator, and nothing else."""

    def __init__(self, left):
        self._left = left

    def __iter__(self):
        return self

    def __next__(self):
        if not self._left:
            raise StopIteration
        self._left -= 1
        return self._left


@pytest.mark.parametrize(
    "make",
    [
        lambda: [2, 1],
        lambda: (2, 1),
        lambda: collections.namedtuple("Pair", "a b")(2, 1),
        lambda: collections.deque([2, 1]),
        lambda: collections.UserList([2, 1]),
        lambda: range(2, 0, -1),
        lambda: (number for number in (2, 1)),
        lambda: iter([2, 1]),
        lambda: map(int, "21"),
        lambda: filter(None, [2, 0, 1]),
        lambda: reversed([1, 2]),
        lambda: itertools.chain([2], [1]),
        lambda: itertools.islice(itertools.count(2, -1), 2),
        {2: 0, 1: 0}.keys,
        {"a": 2, "b": 1}.values,
        lambda: collections.OrderedDict(a=2, b=1).values(),
        lambda: array.array("i", [2, 1]),
        lambda: np.array([2, 1]),
        lambda: np.array([2, 1], dtype=object),
        lambda: np.ma.array([2, 1]),
    ],
)
def test_lists(give, make):
    assert give(make()) == [2, 1]


def test_more_lists(give):
    assert sorted(give({2, 1})) == [1, 2]
    assert sorted(give(frozenset({2, 1}))) == [1, 2]
    assert give(Countdown(3)) == [2, 1, 0]
    assert give({"a": 1}.items()) == [["a", 1]]
    assert give(np.arange(4).reshape(2, 2)) == [[0, 1], [2, 3]]
    assert give([np.arange(2), (n for n in (1,))]) == [[0, 1], [1]]


def rows():
    with sqlite3.connect(":memory:") as database:
        database.row_factory = sqlite3.Row
        yield database.execute("select 1 as a, 2 as b")
    database.close()


class Sequence(collections.abc.Sequence):
    """What somebody's rows or query results may be."""

    def __getitem__(self, index):
        return [1, 2][index]

    def __len__(self):
        return 2


class DataFrame:
    """As that of pandas is: it iterates over the names of its columns."""

    def __iter__(self):
        return iter(["a", "b"])

    def to_records(self):
        raise AssertionError

    def to_dict(self, orient):
        raise AssertionError


class Response:
    """As that of requests is: it iterates over pieces of its content."""

    content = b"0123456789"

    def __iter__(self):
        return iter([b"01234", b"56789"])

    def iter_content(self):
        raise AssertionError


class Progress:
    """As that of tqdm is."""

    def __iter__(self):
        return iter([1])

    def update(self):
        raise AssertionError


class Pages:
    def __aiter__(self):
        raise AssertionError


class Tensor:
    def __iter__(self):
        return iter([self])

    def tolist(self):
        raise AssertionError


class Secret:
    def get_secret_value(self):
        raise AssertionError


class ReadAll:
    def read(self):
        raise AssertionError


REFUSED = [
    (DataFrame(), r'DataFrame, which cannot be sent: pass its .to_dict\("records"\)'),
    (Response(), r"Response, .* pass its .content"),
    (httpx.Response(200, content=b"x"), r"Response, .* pass its .content"),
    (Tensor(), r"pass its .tolist\(\)"),
    (Secret(), r"pass its .get_secret_value\(\)"),
    (ReadAll(), r"pass what its read\(\) returns"),
    (Sequence(), r"Sequence, .* pass list\(...\)"),
    (Progress(), r"pass list\(...\)"),
    (csv.reader(["a,b"]), r"pass list\(...\)"),
    (Pages(), r"async for"),
    (datetime.timedelta(1), r"pass its .total_seconds\(\)"),
    (np.timedelta64(1, "s"), "timedelta64, which cannot be sent: give text"),
    (np.zeros(2, dtype=[("a", "i4"), ("b", "f8")]), "records of numpy: pass a list of mappings"),
    (1j, "complex, which cannot be sent: give text, numbers"),
    (np.complex64(1), "complex64"),
    (object(), "object"),
    (DataFrame, "type"),
    (len, "builtin_function"),
]


@pytest.mark.parametrize(("value", "advice"), REFUSED, ids=[type(v).__name__ for v, _ in REFUSED])
def test_what_only_happens_to_iterate_is_refused(call, served, sent, tmp_path, value, advice):
    (tmp_path / "a.txt").write_text("first")
    with pytest.raises(TypeError, match=rf"^input\['x'\]\[1\] .*{advice}"):
        call(served.run, "o/n", {"file": tmp_path / "a.txt", "x": [1, value]})
    assert sent.nothing


def test_rows_of_databases_are_refused(give, sent):
    for cursor in rows():
        row = cursor.fetchone()
        with pytest.raises(TypeError, match=r"Row, which cannot be sent: pass dict\(...\)"):
            give(row)
        with pytest.raises(TypeError, match=r"Cursor, which cannot be sent: pass list\(...\)"):
            give(cursor)
    assert sent.nothing


def test_what_1x_passed_on_is_passed_on():
    """`encode_json` left what it did not know to the caller's `json.dumps`."""
    for value in (DataFrame(), Response(), 1j, object()):
        assert encode_json([value], None) == [value]


# Missing values


@pytest.mark.parametrize(
    "value",
    [
        np.datetime64("NaT", "s"),
        np.ma.masked,
        np.array(["2026-01-02", "NaT"], dtype="datetime64[D]"),
        np.ma.array([1, 2], mask=[False, True]),
    ],
    ids=repr,
)
def test_missing_values_are_an_error_that_says_so(give, sent, value):
    with pytest.raises(TypeError, match=r"input\['x'\].* a missing value: leave it out, or pass"):
        give(value)
    with pytest.raises(TypeError, match="missing value"):
        encode_json(value, None)
    assert sent.nothing


def test_a_number_that_is_none_may_be_a_missing_value(give, sent):
    with pytest.raises(ValueError, match=r"input\['x'\]\[1\] is nan, .* missing pass None"):
        give([1.0, np.nan])
    with pytest.raises(ValueError, match=r"input\['x'\]\[2\] is inf, for which JSON has no form$"):
        give(np.array([1.0, 2.0, np.inf]))
    assert sent.nothing


# Models and dataclasses


class Pydantic2:
    """What a model of pydantic 2 has."""

    def __init__(self, **fields):
        self.fields = fields

    def __iter__(self):
        return iter(self.fields.items())

    def model_dump(self):
        return self.fields


class Pydantic1:
    """What a model of pydantic 1 has."""

    __fields__ = ()

    def __init__(self, **fields):
        self.fields = fields

    def __iter__(self):
        return iter(self.fields.items())

    def dict(self):
        return self.fields


@dataclasses.dataclass
class Dataclass:
    read: object = 1
    address: object = None
    inner: object = None


@pytest.mark.parametrize("model", [Pydantic1, Pydantic2, Dataclass])
def test_models_are_sent_by_their_fields(give, sent, model, tmp_path):
    (tmp_path / "a.txt").write_text("content")
    inner = model(read=decimal.Decimal("1.5"), address=[Color.RED, DAY, tmp_path / "a.txt"])
    value = give(model(read=True, address=httpx.URL("https://x/a?b"), inner=inner))
    value["inner"].pop("inner", None)
    assert value == {
        "read": True,
        "address": "https://x/a?b",
        "inner": {"read": 1.5, "address": ["red", "2026-01-02", FILE["urls"]["get"]]},
    }
    assert sent.uploads == [("a.txt", "text/plain", b"content")]


def test_a_model_of_pydantic_1_that_is_no_object_is_what_it_holds(give):
    assert give(Pydantic1(__root__=[Color.RED, DAY])) == ["red", "2026-01-02"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (decimal.Decimal(5), 5),
        (decimal.Decimal("5.0"), 5.0),
        (decimal.Decimal("1E+3"), 1000),
        (decimal.Decimal("-0.1"), -0.1),
        (decimal.Decimal(2**70), 2**70),
        (httpx.URL("https://example.com/a b"), "https://example.com/a%20b"),
        (urlsplit("https://example.com/?a=b"), "https://example.com/?a=b"),
        (urlparse("https://example.com/;p"), "https://example.com/;p"),
        (DAY, "2026-01-02"),
        (datetime.time(1, 2), "01:02:00"),
        (np.datetime64("2026-01-02T03:04:05.123456789"), "2026-01-02T03:04:05.123456789"),
        (np.array(["2026-01-02"], dtype="datetime64[ns]"), ["2026-01-02T00:00:00.000000000"]),
        (np.array(3), 3),
        (np.array("2026", dtype="datetime64[Y]"), "2026"),
        (uuid.UUID(int=1), str(uuid.UUID(int=1))),
        (Color.RED, "red"),
        (np.longdouble(0.5), 0.5),
        (np.array([0.5], dtype=np.longdouble), [0.5]),
        (np.float16(0.5), 0.5),
        (np.bool_(True), True),
        (np.str_("a"), "a"),
        (np.array(["a", "b"]), ["a", "b"]),
        (collections.ChainMap({"a": 1}), {"a": 1}),
    ],
    ids=repr,
)
def test_values_of_other_types(give, value, expected):
    found = give(value)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("value", "match"),
    [
        (decimal.Decimal("NaN"), "no form"),
        (decimal.Decimal("Infinity"), "no form"),
        (decimal.Decimal("1E+5000"), "more digits"),
        (decimal.Decimal("1.5E+400"), "no form"),
    ],
)
def test_numbers_without_a_form(give, sent, value, match):
    with pytest.raises(ValueError, match=match):
        give(value)
    assert sent.nothing


def test_mappings_and_files_that_are_also_other_things(give, sent, tmp_path):
    import configparser

    settings = configparser.ConfigParser()  # a mapping with a method `read`
    settings["a"] = {"b": "1"}
    assert give(settings) == {"DEFAULT": {}, "a": {"b": "1"}}

    @dataclasses.dataclass
    class Recording:  # a file that is a dataclass
        path: pathlib.Path

        def read(self, size=-1):
            content, self.path = self.path, b""
            return content

    assert give(Recording(b"sound")) == FILE["urls"]["get"]
    assert give(FileOutput("https://x/a.png")) == "https://x/a.png"
    assert sent.uploads == [("file", "application/octet-stream", b"sound")]
