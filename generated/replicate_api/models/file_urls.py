# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from typing import Dict

__all__ = ("FileUrls",)

#: Open, and its values are not checked: any key may be missing, others may be there.
FileUrls = Dict[str, str]
"""Where the file is found.

Keys:
    get: The URL of the file, which models take as an input; only those that its owner runs can read
        it.
"""
