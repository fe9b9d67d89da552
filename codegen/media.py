"""Tell what a media type means for the generated code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

if TYPE_CHECKING:
    from .document import Json

JSON, MULTIPART, FORM, TEXT, BINARY = "json", "multipart", "form", "text", "binary"


def kind_of(media_type: str) -> str:
    """Return how content of a media type is read and written; anything unknown is bytes."""
    name = media_type.partition(";")[0].strip().lower()
    if name in ("application/json", "text/json") or name.endswith("+json"):
        return JSON
    if name == "multipart/form-data":
        return MULTIPART
    if name == "application/x-www-form-urlencoded":
        return FORM
    return TEXT if name.startswith("text/") else BINARY


def preferred(content: Json) -> Optional[str]:
    """Return the media type to speak: JSON where there is a choice, unless a form has files."""
    for media_type, media in content.items():
        if kind_of(media_type) == MULTIPART and _has_files(media):
            return media_type
    order = (JSON, MULTIPART, FORM, TEXT, BINARY)
    return min(content, key=lambda media_type: order.index(kind_of(media_type)), default=None)


def is_binary(schema: Any) -> bool:
    """Whether a schema is that of bytes, as OpenAPI 3.0 or 3.1 say it."""
    if not isinstance(schema, dict):
        return False
    if schema.get("format") == "binary":
        return True
    media_type = schema.get("contentMediaType")
    return (
        media_type is not None
        and "contentEncoding" not in schema
        and (kind_of(media_type) == BINARY)
    )


def _has_files(media: Json) -> bool:
    fields = (media.get("schema") or {}).get("properties") or {}
    return any(
        isinstance(field, dict) and (is_binary(field) or is_binary(field.get("items")))
        for field in fields.values()
    )
