"""Which strings of an output are files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, Mapping, Optional

from .. import schema as _schema
from .._guards import is_mapping, is_object, is_sequence, may_be_file
from .data_uri import is_data_uri
from .output import FileOutput

if TYPE_CHECKING:
    from .._http.session import Session


_PLAIN = frozenset({type(None), bool, int, float})


def transform_output(
    value: Any,
    client: Session,
    *,
    openapi_schema: Optional[Mapping[str, Any]] = None,
    into: type[FileOutput] = FileOutput,
) -> Any:
    """Turn the files in an output into `FileOutput`s.

    Args:
        value: The output as the API returned it.
        client: The client to read the files with.
        openapi_schema: The version's schema. Strings of `format: uri` are files, and the items
            of an output that is displayed as one text are none. Any other string is a file if
            it is nothing but an https URL or a data URI.
        into: The class of the files.
    """
    if openapi_schema is None:  # most outputs are looked at without one, and are of few parts
        kind = value.__class__
        if kind is str:
            return into(value, client) if looks_like_file(value, client) else value
        if kind in _PLAIN:
            return value
    transform = _Transform(client, openapi_schema, into)
    try:
        return transform(value, _schema.output_schema(openapi_schema))
    except RecursionError:
        return value  # a tree of some hundred levels: better without files than not at all


class _Transform:
    def __init__(
        self, client: Session, openapi_schema: Optional[Mapping[str, Any]], into: type[FileOutput]
    ) -> None:
        self._client = client
        self._openapi_schema = openapi_schema
        self._into = into

    def __call__(self, value: Any, node: Optional[Dict[str, Any]] = None) -> Any:
        node = _schema.resolved(node, self._openapi_schema) or {}
        if is_mapping(value):
            properties: Any = node.get("properties")
            known = properties if is_object(properties) else {}
            return {key: self(item, known.get(key)) for key, item in value.items()}
        if isinstance(value, str):
            return self._into(value, self._client) if self._is_file(value, node) else value
        if is_sequence(value):
            if _schema.is_one_text(node):
                return list(value)  # pieces of one text
            items: Optional[Dict[str, Any]] = node.get("items")
            return [self(item, items) for item in value]
        return value

    def _is_file(self, value: str, node: Dict[str, Any]) -> bool:
        if isinstance(value, FileOutput):
            return True
        if node.get("format") == "uri":
            return value[:5].lower() in {"https", "data:", "http:"}
        return looks_like_file(value, self._client)


def looks_like_file(value: str, client: Session) -> bool:
    """Say whether a string is nothing but the URL of a file: prose that starts like one is not.

    Plain `http:` counts where the API itself is reached by it, as the sandbox is.
    """
    if not may_be_file(value) or value.split(None, 1) != [value]:
        return False
    start = value[:8].lower()
    if start.startswith("data:"):
        return is_data_uri(value)
    if start.startswith("http://"):
        base: Any = getattr(client, "_base", None)
        return callable(base) and str(base()).startswith("http:")
    return start == "https://" and len(value) > len(start)
