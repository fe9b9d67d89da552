"""Say what a new version of the document changes for users of the package.

What is compared is what they get: the corrected and named package of both documents, by the names
that Python has. A change breaks if code that worked with the old package fails with the new one, or
means something else to it.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Dict, List, Optional, Set, Union

from .types import ANY, OBJECT, TIMESTAMP, Class, Enum, Field, Type

if TYPE_CHECKING:
    from .api import Api
    from .calls import Answer, Argument, Operation


@dataclass(frozen=True)
class Change:
    """One change.

    Attributes:
        subject: What changes, as users know it: `predictions.list`, `models.Prediction`.
        text: How it changes.
        whom: What code it breaks; empty if it breaks none.
    """

    subject: str
    text: str
    whom: str = ""

    @property
    def breaks(self) -> bool:
        """Whether it can break code that works today."""
        return bool(self.whom)

    def __str__(self) -> str:
        if not self.breaks:
            return f"          {self.subject}: {self.text}"
        return f"BREAKING  {self.subject}: {self.text} (breaks {self.whom})"


def compare(old: Api, new: Api) -> List[Change]:
    """Return the changes from one API to another, first those that break."""
    changes: List[Change] = []
    if old.server_url != new.server_url:
        whom = "code that allows, records or mocks requests to the old one"
        changes.append(Change("SERVER_URL", f"{old.server_url} becomes {new.server_url}", whom))
    sent = {t.name for o in (*old.operations, *new.operations) for t in o.types}
    changes += _operations(old, new)
    changes += _classes(old, new, sent)
    return sorted(changes, key=lambda change: (not change.breaks, change.subject))


def show(changes: List[Change], form: str) -> str:
    """Return the changes as `text`, `md` or `json`."""
    if form == "json":
        return json.dumps([{**asdict(c), "breaks": c.breaks} for c in changes], indent=2)
    if form == "text":
        return "\n".join(map(str, changes)) or "nothing changes for users"
    breaking = [change for change in changes if change.breaks]
    lines = []
    for title, part in (
        ("Breaking", breaking),
        ("Other changes", [change for change in changes if not change.breaks]),
    ):
        if part:
            lines += [f"### {title}", ""]
            lines += [_item(change) for change in part]
            lines.append("")
    return "\n".join(lines).rstrip() or "Nothing changes for users."


def _item(change: Change) -> str:
    text = f"- `{change.subject}`: {change.text}"
    return f"{text}; breaks {change.whom}" if change.breaks else text


# Operations.


def _operations(old: Api, new: Api) -> List[Change]:
    before = {operation.full_name: operation for operation in old.operations}
    after = {operation.full_name: operation for operation in new.operations}
    same_place = {operation.place: name for name, operation in after.items()}
    changes: List[Change] = []
    for name, operation in before.items():
        if name not in after:
            call = f"code that calls `api.{name}`"
            renamed = same_place.get(operation.place)
            if renamed is not None and renamed not in before:
                changes.append(Change(name, f"operation is called {renamed} now", call))
            else:
                changes.append(Change(name, "operation removed", call))
    for name, operation in after.items():
        if name in before:
            changes += _operation(name, before[name], operation)
        else:
            changes.append(Change(name, "operation added"))
    return changes


def _operation(name: str, old: Operation, new: Operation) -> List[Change]:
    changes: List[Change] = []
    if (old.method, old.path) != (new.method, new.path):
        changes.append(
            Change(name, f"{old.method} {old.path} is sent as {new.method} {new.path} now")
        )
    if new.is_deprecated and not old.is_deprecated:
        changes.append(Change(name, "deprecated"))
    changes += _arguments(name, old, new)
    changes += _body(name, old, new)
    if old.is_page and not new.is_page:
        changes.append(Change(name, "argument cursor removed", f"code that paginates `api.{name}`"))
    before, after = old.answer_type, new.answer_type
    if before != after:
        whom = f"code that uses what `api.{name}` returns"
        breaks = _answer_breaks(old, new)
        changes.append(Change(name, f"returns {after}, not {before}", whom if breaks else ""))
    return changes


def _arguments(name: str, old: Operation, new: Operation) -> List[Change]:
    before = {argument.name: argument for argument in old.arguments}
    after = {argument.name: argument for argument in new.arguments}
    by_place = {(a.location, a.wire_name): a for a in new.arguments}
    changes: List[Change] = []
    renamed: Set[str] = set()
    for key, argument in before.items():
        if key in after:
            changes += _argument(name, argument, after[key])
            continue
        whom = f"code that passes `{key}` to `api.{name}`"
        there = by_place.get((argument.location, argument.wire_name))
        if there is not None and there.name not in before:
            renamed.add(there.name)
            changes.append(Change(name, f"argument {key} is called {there.name} now", whom))
        else:
            changes.append(Change(name, f"argument {key} removed", whom))
    for key, argument in after.items():
        if key in before or key in renamed:
            continue
        if argument.required:
            whom = f"code that calls `api.{name}`"
            changes.append(Change(name, f"required argument {key} added", whom))
        else:
            changes.append(Change(name, f"argument {key} added"))
    first = [[a.name for a in o.arguments if a.location == "path"] for o in (old, new)]
    if sorted(first[0]) == sorted(first[1]) and first[0] != first[1]:
        order = f"arguments come in the order {', '.join(first[1])}"
        whom = f"code that calls `api.{name}` with arguments by position"
        changes.append(Change(name, order, whom))
    return changes


def _argument(name: str, old: Argument, new: Argument) -> List[Change]:
    key = old.name
    changes: List[Change] = []
    if new.required and not old.required:
        whom = f"code that calls `api.{name}` without `{key}`"
        changes.append(Change(name, f"argument {key} becomes required", whom))
    if old.required and not new.required:
        changes.append(Change(name, f"argument {key} becomes optional"))
    if old.is_null_sent and not new.is_null_sent:
        whom = f"code that passes None as `{key}` to `api.{name}`, to send null"
        changes.append(Change(name, f"argument {key} is no longer sent as null", whom))
    if (old.type, old.style) != (new.type, new.style):
        before, after = old.type.argument, new.type.argument
        text = f"argument {key}: {before} becomes {after}"
        if before == after:
            text = f"argument {key} is written another way"
        breaks = not _takes(new.type, old.type)
        whom = f"code that passes `{key}` to `api.{name}`" if breaks else ""
        changes.append(Change(name, text, whom))
    if _is_deprecated(new) and not _is_deprecated(old):
        changes.append(Change(name, f"argument {key} deprecated"))
    return changes


def _body(name: str, old: Operation, new: Operation) -> List[Change]:
    """Compare bodies that are one argument, and how bodies are sent."""
    before, after = old.body, new.body
    whom = f"code that passes `body` to `api.{name}`"
    changes: List[Change] = []
    if before is not None and before.is_argument and not (after and after.is_argument):
        changes.append(Change(name, "argument body removed", whom))
    if after is not None and after.is_argument:
        if before is None or not before.is_argument:
            calls = f"code that calls `api.{name}`" if after.required else ""
            required = "required " if after.required else ""
            changes.append(Change(name, f"{required}argument body added", calls))
        else:
            if after.required and not before.required:
                calls = f"code that calls `api.{name}` without `body`"
                changes.append(Change(name, "argument body becomes required", calls))
            if before.type != after.type:
                text = f"argument body: {before.type.argument} becomes {after.type.argument}"
                fits = _takes(after.type, before.type)
                changes.append(Change(name, text, "" if fits else whom))
    if before and after and before.media_type != after.media_type:
        changes.append(
            Change(name, f"the body is sent as {after.media_type}, not {before.media_type}")
        )
    return changes


def _takes(new: Type, old: Type) -> bool:
    """Whether an argument of one type takes what one of another took."""
    if ANY in (new.name, old.name):
        return True  # of a type that was not known, nothing is known to break
    if new.depth != old.depth:
        return False
    names = {old.name, new.name}
    if "enum" in (new.kind, old.kind):  # an enumeration is open, it takes any string
        others = [t.name for t in (new, old) if t.kind != "enum"]
        return others in ([], ["str"]) or (others == [TIMESTAMP] and new.name == TIMESTAMP)
    if names == {"int", "float"}:
        return new.name == "float"
    if names <= {"str", TIMESTAMP}:
        return new.name == TIMESTAMP or old.name == "str"  # a `datetime` is no text
    mappings = {"class", "dictionary"}
    if new.name == OBJECT:
        return old.name == OBJECT or old.kind in mappings
    if old.name == OBJECT or (old.kind in mappings and new.kind in mappings):
        return new.kind in mappings  # classes take mappings, too
    return new == old


# What is read.


def _answer_breaks(old: Operation, new: Operation) -> bool:
    def by_type(operation: Operation) -> Dict[str, Optional[Answer]]:
        return {answer.annotation: answer for answer in operation.answers}

    before, after = by_type(old), by_type(new)
    was_optional = "None" in before or any(a is not None and a.is_nullable for a in old.answers)
    is_optional = "None" in after or any(a is not None and a.is_nullable for a in new.answers)
    if not old.answer_types:
        return False  # nothing was returned that code could use
    if not new.answer_types or (is_optional and not was_optional):
        return True
    return not all(any(_reads(a, b) for b in old.answer_types) for a in new.answer_types)


def _reads(new: Type, old: Type) -> bool:
    """Whether a value of one type does for code that reads one of another."""
    if new == old:
        return True
    if new.depth != old.depth:
        return False
    texts = [t.kind == "enum" or t.name in ("str", TIMESTAMP) for t in (new, old)]
    if all(texts):
        return old.name != TIMESTAMP  # what is no timestamp has no `.datetime`
    if (new.name, old.name) == ("int", "float"):
        return True
    dictionaries = [t.kind == "dictionary" or t.name == OBJECT for t in (new, old)]
    if all(dictionaries):
        return True
    if old.name == ANY:
        return new.kind != "class" and new.name != TIMESTAMP  # it was a plain dict, with items
    return new.name == ANY and old.kind == "plain" and old.name != TIMESTAMP


def _classes(old: Api, new: Api, sent: Set[str]) -> List[Change]:
    changes: List[Change] = []
    for name, cls in old.classes.items():
        if name not in new.classes:
            whom = f"code that imports `{name}`"
            changes.append(Change(f"models.{name}", f"{_noun(cls)} removed", whom))
    for name, cls in new.classes.items():
        before = old.classes.get(name)
        if before is None:
            changes.append(Change(f"models.{name}", f"{_noun(cls)} added"))
        elif isinstance(before, Class) and isinstance(cls, Class):
            changes += _class(name, before, cls)
        elif isinstance(before, Enum) and isinstance(cls, Enum):
            changes += _enum(name, before, cls, is_sent=name in sent)
        else:
            whom = f"code that uses `{name}`"
            changes.append(Change(f"models.{name}", f"{_noun(cls)} in place of its kind", whom))
    return changes


def _noun(cls: Union[Class, Enum]) -> str:
    return "class" if isinstance(cls, Class) else "enumeration"


def _class(name: str, old: Class, new: Class) -> List[Change]:
    subject = f"models.{name}"
    if old.is_dictionary != new.is_dictionary:
        kind = "plain dictionaries" if new.is_dictionary else "objects"
        return [Change(subject, f"they are {kind} now", f"code that reads fields of `{name}`")]
    before = {field.name: field for field in old.fields}
    after = {field.name: field for field in new.fields}
    by_wire_name = {field.wire_name: field for field in new.fields}
    changes: List[Change] = []
    renamed: Set[str] = set()
    for key, field in before.items():
        whom = f"code that reads `{_example(name, key, is_dictionary=old.is_dictionary)}`"
        if key in after:
            changes += _field(subject, field, after[key], whom)
            continue
        there = by_wire_name.get(field.wire_name)
        if there is not None and there.name not in before:
            renamed.add(there.name)
            changes.append(Change(subject, f"field {key} is called {there.name} now", whom))
        else:
            changes.append(Change(subject, f"field {key} removed", whom))
    changes += [
        Change(subject, f"field {key} added")
        for key in after
        if key not in before and key not in renamed
    ]
    return changes


def _example(cls: str, field: str, *, is_dictionary: bool) -> str:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls).lower()
    return f'{words}["{field}"]' if is_dictionary else f"{words}.{field}"


def _field(subject: str, old: Field, new: Field, whom: str) -> List[Change]:
    changes: List[Change] = []
    before = "datetime" if old.is_datetime else old.type.annotation
    after = "datetime" if new.is_datetime else new.type.annotation
    if before != after:
        fits = not (old.is_datetime or new.is_datetime) and _reads(new.type, old.type)
        text = f"field {old.name}: {before} becomes {after}"
        changes.append(Change(subject, text, "" if fits else whom))
    if old.required and not new.required:
        changes.append(Change(subject, f"field {old.name} may be None", whom))
    if _is_deprecated(new) and not _is_deprecated(old):
        changes.append(Change(subject, f"field {old.name} deprecated"))
    return changes


def _enum(name: str, old: Enum, new: Enum, *, is_sent: bool) -> List[Change]:
    subject = f"models.{name}"
    changes = [
        Change(
            subject,
            f"value {value!r} removed",
            # Types are open: to compare an answer with a value that never comes is no error.
            f"code that sends {value!r}" if is_sent else "",
        )
        for value in old.values
        if value not in new.values
    ]
    added = [value for value in new.values if value not in old.values]
    return [*changes, *(Change(subject, f"value {value!r} added") for value in added)]


def _is_deprecated(thing: Any) -> bool:
    return str(thing.description).startswith("Deprecated")
