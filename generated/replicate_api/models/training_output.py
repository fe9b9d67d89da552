# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from typing import Dict

__all__ = ("TrainingOutput",)

#: Open, and its values are not checked: any key may be missing, others may be there.
TrainingOutput = Dict[str, str]
"""What the training has made; null before.

Keys:
    version: The new version, as `owner/name:id`.
    weights: The URL of the weights.
"""
