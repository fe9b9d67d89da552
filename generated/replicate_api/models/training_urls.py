# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from typing import Dict

__all__ = ("TrainingUrls",)

#: Open, and its values are not checked: any key may be missing, others may be there.
TrainingUrls = Dict[str, str]
"""Where to follow and to cancel it.

Keys:
    cancel: The URL that cancels the training.
    get: The URL of the training in the API.
"""
