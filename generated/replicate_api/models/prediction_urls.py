# Generated from openapi.yaml by `make generate`. Do not edit: change openapi.yaml or codegen/.
from __future__ import annotations

from typing import Dict

__all__ = ("PredictionUrls",)

#: Open, and its values are not checked: any key may be missing, others may be there.
PredictionUrls = Dict[str, str]
"""Where to follow and to cancel it.

Keys:
    cancel: The URL that cancels the prediction.
    get: The URL of the prediction in the API.
    stream: The URL of the server-sent events of the prediction, if its model streams.
    web: The page of the prediction on replicate.com.
"""
