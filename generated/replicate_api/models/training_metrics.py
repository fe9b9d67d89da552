# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from typing import Any, Dict

__all__ = ("TrainingMetrics",)

#: Open, and its values are not checked: any key may be missing, others may be there.
TrainingMetrics = Dict[str, Any]
"""What was measured during the run.

Keys:
    predict_time: The seconds that the trainer ran.
    total_time: The seconds from creation to the end.
"""
