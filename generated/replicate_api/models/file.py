# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, Optional

from .. import base

if TYPE_CHECKING:
    from ..timestamp import Timestamp
    from .file_checksums import FileChecksums
    from .file_urls import FileUrls

__all__ = ("File",)


@base.model
class File(base.ApiModel):
    """A file that was uploaded as an input for models."""

    checksums: FileChecksums
    """Checksums of the content."""
    content_type: str
    """The media type of the content."""
    created_at: base.Field[Timestamp] = base.timestamp()
    """When the file was uploaded."""
    id: str
    """The unique id of the file."""
    metadata: Dict[str, Any]
    """What was passed as metadata at the upload."""
    size: int
    """The size of the content in bytes."""
    urls: FileUrls
    """Where the file is found."""
    expires_at: base.Field[Optional[Timestamp]] = base.timestamp(default=None)
    """When the file will be deleted."""
    name: Optional[str] = None
    """The name that the file was uploaded under."""
    etag: Optional[str] = None
    """The entity tag of the content."""
