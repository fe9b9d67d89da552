# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from typing import Dict

__all__ = ("FileChecksums",)

#: Open, and its values are not checked: any key may be missing, others may be there.
FileChecksums = Dict[str, str]
"""Checksums of the content.

Keys:
    sha256: The SHA-256 checksum of the content, in hexadecimal.
    md5: The MD5 checksum of the content.
"""
