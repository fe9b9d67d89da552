# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Dict, Mapping, Optional

from attrs import define, field

from ..base import ApiModel, parse_datetime

if TYPE_CHECKING:
    from .file_checksums import FileChecksums
    from .file_urls import FileUrls

__all__ = ("File",)


@define(kw_only=True, eq=False, repr=False, slots=False)
class File(ApiModel):
    """A file that was uploaded as an input for models."""

    checksums: FileChecksums
    """Checksums of the content."""
    content_type: str
    """The media type of the content."""
    created_at: datetime = field(converter=parse_datetime)
    """When the file was uploaded."""
    id: str
    """The unique id of the file."""
    metadata: Dict[str, Any]
    """What was passed as metadata at the upload."""
    size: int
    """The size of the content in bytes."""
    urls: FileUrls
    """Where the file is found."""
    expires_at: Optional[datetime] = field(default=None, converter=parse_datetime)
    """When the file will be deleted."""
    name: Optional[str] = None
    """The name that the file was uploaded under."""
    etag: Optional[str] = None
    """The entity tag of the content."""

    @staticmethod
    def _read(data: Mapping[str, Any]) -> Dict[str, Any]:
        get = data.get
        return {
            "checksums": get("checksums"),
            "content_type": get("content_type"),
            "created_at": parse_datetime(get("created_at")),
            "id": get("id"),
            "metadata": get("metadata"),
            "size": get("size"),
            "urls": get("urls"),
            "expires_at": parse_datetime(get("expires_at")),
            "name": get("name"),
            "etag": get("etag"),
        }
