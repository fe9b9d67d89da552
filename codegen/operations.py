"""Read the operations of a document: arguments, bodies, answers.

What cannot be generated right is refused by the name of its operation: a call that leaves something
out would be worse than none.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Dict, List, Optional, Tuple
from urllib.parse import urljoin

from . import media as media_types
from . import names as naming
from . import reserved
from .calls import Answer, Argument, Body, Operation
from .document import CodegenError, Json, Place, follow, operations
from .schemas import CLASS, Schemas
from .texts import paragraph, sentence
from .types import ANY, FILE, OBJECT, Class, Type

if TYPE_CHECKING:
    from .names import Names

#: Which argument keeps its name if two have the same. The fields of bodies grow most.
_PRECEDENCE = ("path", "header", "body", "query", "cookie")

_ORDER = ("path", "body", "query", "header", "cookie")

#: What headers and cookies can be called (RFC 9110).
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")

#: Media types that stand for several.
_RANGE = re.compile(r"\*|,")


class Operations:
    """Reads the operations; `schemas` gets the classes that they describe in place."""

    def __init__(self, document: Json, names: Names, schemas: Schemas) -> None:
        self._document = document
        self._names = names
        self._schemas = schemas
        self.server_url = _server_url(document.get("servers"), "the document", "")

    def read(self) -> List[Operation]:
        """Return all operations, in the order of the document."""
        found: Dict[Tuple[str, str], Operation] = {}
        for place in operations(self._document):
            operation = _Reader(self, place).read()
            key = (operation.group, operation.name)
            if key in found:
                raise CodegenError(
                    f"{place} and {found[key].place} would both be {operation.full_name}: give one "
                    "another id, under `operations` in models.yaml"
                )
            if str(place) in self._names.operations:
                self._schemas.used.append(str(place))
            found[key] = operation
        return list(found.values())


class _Reader:
    """Reads one operation."""

    def __init__(self, owner: Operations, place: Place) -> None:
        self._owner = owner
        self._document = owner._document
        self._schemas = owner._schemas
        self._place = place
        self._json = place.operation
        self.operation_id, self._group, self._name = naming.of_operation(place, owner._names)
        self._full_name = f"{self._group}_{self._name}"

    def read(self) -> Operation:
        if not isinstance(self._json, dict):
            raise self._refused("it is no operation")
        body, fields = self._body()
        arguments = [*self._parameters(), *fields]
        for position, argument in enumerate(arguments):
            argument.position = position
        self._name_apart(arguments)
        arguments.sort(key=lambda a: (_ORDER.index(a.location), not a.required))
        answers = self._answers()
        operation = Operation(
            self._group,
            self._name,
            self._place.method.upper(),
            self._place.path,
            self._url(arguments),
            str(self._place),
            sentence(self._json.get("summary")),
            paragraph(self._json.get("description")),
            bool(self._json.get("deprecated")),
            arguments,
            body,
            answers,
        )
        operation.spelled_out = self._spelled_out(operation)
        operation.is_page = any(self._is_page(answer) for answer in answers)
        if operation.is_page:  # the cursor is not one of many filters: it is how one gets on
            operation.arguments = [a for a in arguments if a.wire_name != "cursor"]
        return operation

    def _spelled_out(self, operation: Operation) -> List[str]:
        """Return the optional arguments that the methods of 1.x have names of their own for."""
        wanted = self._owner._names.spelled_out.get(operation.full_name, [])
        gone = {*wanted} - {argument.name for argument in operation.options}
        if gone:
            raise CodegenError(
                f"models.yaml: spelled_out: {operation.full_name} has no {', '.join(sorted(gone))}"
            )
        return wanted

    def _refused(self, why: str) -> CodegenError:
        return CodegenError(
            f"{self._place} ({self.operation_id}): {why}. Correct it in corrections.yaml, or take "
            "the operation out there"
        )

    # Where it is.

    def _url(self, arguments: List[Argument]) -> str:
        """Return the path with the names of the arguments in it, behind another server's URL."""
        by_wire_name = {a.wire_name: a.name for a in arguments if a.location == "path"}
        wanted = re.findall(r"\{([^{}]*)\}", self._place.path)
        missing = [name for name in wanted if name not in by_wire_name]
        missing += [name for name in by_wire_name if name not in wanted]
        if missing:
            raise self._refused(f"its path and its parameters do not agree about {missing[0]!r}")
        url = re.sub(r"\{([^{}]*)\}", lambda m: f"{{{by_wire_name[m[1]]}}}", self._place.path)
        servers = self._json.get("servers") or self._place.item.get("servers")
        base = self._owner.server_url
        server = _server_url(servers, str(self._place), base) if servers else base
        return url if server == base else server.rstrip("/") + url

    # What it takes.

    def _parameters(self) -> List[Argument]:
        """Return the parameters; an operation's own replace those of its path."""
        found: Dict[Tuple[str, str], Argument] = {}
        shared = self._place.item.get("parameters") or []
        for given in [*shared, *(self._json.get("parameters") or [])]:
            parameter = follow(self._document, given)
            argument = self._parameter(parameter)
            found[argument.wire_name, argument.location] = argument
        path = [m[1] for m in re.finditer(r"\{([^{}]*)\}", self._place.path)]
        last = len(path)
        return sorted(
            found.values(),
            key=lambda a: path.index(a.wire_name) if a.wire_name in path and a.location == "path"
            else last,
        )  # fmt: skip

    def _parameter(self, parameter: Json) -> Argument:
        name, location = str(parameter.get("name")), str(parameter.get("in"))
        if location not in _PRECEDENCE or location == "body":
            raise self._refused(f"the parameter {name!r} is in {location!r}")
        if location in ("header", "cookie") and not _TOKEN.fullmatch(name):
            raise self._refused(f"the parameter {name!r} has a name that no {location} can have")
        content = parameter.get("content")
        if content:
            media_type = next(iter(content))
            if media_types.kind_of(media_type) != media_types.JSON:
                raise self._refused(f"the parameter {name!r} is {media_type}")
            schema, style = content[media_type].get("schema") or {}, "as_json"
        else:
            schema = parameter.get("schema", {})
            style = ""
        found = self._schemas.resolved(schema)
        type_ = self._simple(self._schemas.type_of(schema, self._full_name, name))
        if not content:
            style = self._style(parameter, name, location, type_)
            if type_.name == ANY and not type_.depth and not found:
                type_ = Type("str" if not parameter.get("schema") else ANY)
        return Argument(
            naming.of_argument(name, location),
            name,
            location,
            type_,
            required=location == "path" or bool(parameter.get("required")),
            description=sentence(
                self._schemas.description({**(schema if isinstance(schema, dict) else {}),
                    **{key: parameter[key] for key in ("description", "deprecated")
                       if key in parameter}})
            ),
            style=style,
        )  # fmt: skip

    def _simple(self, type_: Type) -> Type:
        """Return the type of a parameter, which has no class."""
        if type_.kind in ("class", "dictionary"):
            return Type(OBJECT, depth=type_.depth)
        return type_.in_json

    def _style(self, parameter: Json, name: str, location: str, type_: Type) -> str:
        """Return the function that writes a parameter the way that the document says."""
        style = parameter.get("style") or ("form" if location in ("query", "cookie") else "simple")
        explode = parameter.get("explode", style in ("form", "cookie"))
        is_object = type_.name == OBJECT and not type_.depth
        if type_.depth > 1 or (type_.depth and type_.name == OBJECT):
            raise self._refused(f"the parameter {name!r} is a list of lists or objects")
        if style == "deepObject" and location == "query":
            return "*deep"
        if style in ("spaceDelimited", "pipeDelimited") and location == "query":
            if explode or is_object:
                return "*spread" if is_object else ""
            return "spaced" if style == "spaceDelimited" else "piped"
        if style not in ("form", "simple", "cookie"):
            raise self._refused(f"the parameter {name!r} has the style {style!r}")
        if not type_.depth and not is_object:
            return ""
        if location == "query" and explode:
            return "*spread" if is_object else ""
        if is_object and explode:
            return "pairs"
        if location == "cookie" and explode:
            raise self._refused(f"the parameter {name!r} would be several cookies")
        return "joined"

    def _body(self) -> Tuple[Optional[Body], List[Argument]]:
        given = follow(self._document, self._json.get("requestBody") or {})
        content = given.get("content") or {}
        media_type = media_types.preferred(content)
        if media_type is None:
            return None, []
        kind = media_types.kind_of(media_type)
        schema = content[media_type].get("schema", {})
        required = given.get("required") is not False
        if kind in (media_types.TEXT, media_types.BINARY):
            same = [name for name in content if media_types.kind_of(name) == kind]
            chosen = len(same) > 1 or bool(_RANGE.search(media_type))
            if chosen and _RANGE.search(media_type):
                media_type = next((name for name in same if not _RANGE.search(name)),
                                  "text/plain" if kind == media_types.TEXT
                                  else "application/octet-stream")  # fmt: skip
            type_ = Type("str" if kind == media_types.TEXT else "bytes")
            media_type = media_type.partition(";")[0].strip()
            return Body(kind, media_type, type_, required, is_type_chosen=chosen), []
        resolved = self._schemas.resolved(schema)
        fields, names = self._schemas.properties(resolved)
        is_union = any(resolved.get(key) for key in ("oneOf", "anyOf"))
        component = schema.get("$ref", "") if isinstance(schema, dict) else ""
        owner = naming.pascal(f"{self._full_name}_request")
        if component:
            owner = naming.of_component(component.rpartition("/")[2])
        if fields and not is_union:
            extra = resolved.get("additionalProperties")
            is_open = extra is True or (isinstance(extra, dict) and extra != {"not": {}})
            body = Body(kind, media_type, Type(OBJECT), required, is_open=is_open)
            return body, self._fields(kind, content[media_type], fields, names, owner)
        if kind == media_types.JSON:
            type_ = self._schemas.type_of(schema, owner, "body").in_json
            if is_union and type_.name != ANY:
                type_ = Type(OBJECT)
            return Body("whole", media_type, type_, required), []
        if self._schemas.type_of(schema, owner, "body").name not in (OBJECT, ANY):
            raise self._refused(f"its {media_type} body is no object")
        return Body(kind, media_type, Type(OBJECT), required, is_open=True), []

    def _fields(
        self, kind: str, media: Json, fields: Json, required: List[str], owner: str
    ) -> List[Argument]:
        found: List[Argument] = []
        encoding = media.get("encoding") or {}
        for key, schema in fields.items():
            if isinstance(schema, dict) and schema.get("readOnly"):
                continue
            type_ = self._schemas.type_of(schema, owner, key)
            if type_.name == FILE and (kind != media_types.MULTIPART or type_.depth > 1):
                type_ = type_.in_json
            if key in encoding and encoding[key].get("style") not in (None, "form"):
                raise self._refused(f"the field {key!r} has the style {encoding[key]['style']!r}")
            nullable = self._schemas.plain(schema)[1]
            has_default = isinstance(schema, dict) and schema.get("default") is not None
            means_something = key in required or self._place.method == "patch" or has_default
            found.append(
                Argument(
                    naming.of_argument(key, "body"),
                    key,
                    "body",
                    type_,
                    required=key in required,
                    is_null_sent=nullable and means_something and kind == media_types.JSON,
                    description=sentence(self._schemas.description(schema)),
                )
            )
        return found

    def _name_apart(self, arguments: List[Argument]) -> None:
        """Tell arguments apart that would have one name: one of them gets its location in front."""
        taken = set(reserved.for_arguments())
        for argument in sorted(arguments, key=lambda a: _PRECEDENCE.index(a.location)):
            if argument.name in taken:
                argument.name = f"{argument.location}_{argument.name.rstrip('_')}"
            while argument.name in taken:
                argument.name += "_"
            taken.add(argument.name)

    # What it answers.

    def _answers(self) -> List[Answer]:
        """Return the answers to success; where the document names none, what it has by default."""
        responses = {str(k): v for k, v in (self._json.get("responses") or {}).items()}
        wanted = [status for status in responses if status.upper().startswith("2")]
        wanted = wanted or [status for status in responses if status == "default"]
        found = [self._answer(status, responses[status]) for status in wanted]
        # A range stands for the rest.
        return sorted(found, key=lambda answer: not answer.status.isdigit())

    def _answer(self, status: str, response: Json) -> Answer:
        content = follow(self._document, response).get("content") or {}
        media_type = media_types.preferred(content)
        if media_type is None:
            return Answer(status, None)
        kind = media_types.kind_of(media_type)
        if kind == media_types.TEXT:
            return Answer(status, Type("str"), kind)
        if kind != media_types.JSON:
            return Answer(status, Type("bytes"), media_types.BINARY)
        schema = content[media_type].get("schema", {})
        nullable = self._schemas.plain(schema)[1]
        return Answer(status, self._json_answer(schema), kind, nullable)

    def _json_answer(self, schema: Any) -> Type:
        """Return the type of an answer; one that is described in place is named after its call."""
        plain = self._schemas.plain(schema)[0]
        if plain.get("type") == "array":
            return self._json_answer(plain.get("items") or {}).in_list
        fields = plain.get("properties")
        if not fields:
            return self._schemas.type_of(schema, self._group, self._name).in_json
        results = self._schemas.plain(fields.get("results") or {})[0]
        if results.get("type") != "array" or self.operation_id in self._owner._names.classes:
            return self._named(naming.of_answer(self.operation_id), plain)
        # A page described in place is named after its items: that of predictions, PredictionPage.
        item = self._json_answer(results.get("items") or {})
        name = item.name if item.kind == "class" else naming.pascal(self.operation_id)
        if item.kind == "class" and not item.depth:
            results = {"type": "array", "items": {CLASS: item.name}}
            plain = {**plain, "properties": {**fields, "results": results}}
        return self._named(f"{name}Page", plain)

    def _named(self, name: str, schema: Json) -> Type:
        key = self.operation_id
        if key in self._owner._names.classes:
            self._schemas.used.append(key)
            return self._schemas.register(self._owner._names.classes[key], key, schema)
        full_name = naming.class_name(key)
        return self._schemas.register_answer([name, full_name, f"{full_name}Answer"], key, schema)

    def _is_page(self, answer: Answer) -> bool:
        if answer.type is None or answer.type.kind != "class" or answer.type.depth:
            return False
        cls = self._schemas.classes[answer.type.name]
        assert isinstance(cls, Class)
        return {"next", "results"} <= {field.wire_name for field in cls.fields}


def _server_url(servers: Any, place: str, base: str) -> str:
    """Return the first server's URL, its variables filled in with what they are by default."""
    if not servers:
        raise CodegenError(f"{place} names no server")
    server = servers[0]
    variables = server.get("variables") or {}

    def default(match: Any) -> str:
        value = (variables.get(match[1]) or {}).get("default")
        if value is None:
            raise CodegenError(f"{place}: the server's variable {match[1]!r} has no default")
        return str(value)

    url = re.sub(r"\{([^{}]*)\}", default, str(server.get("url") or ""))
    return urljoin(base.rstrip("/") + "/" if base else "", url) if base else url
