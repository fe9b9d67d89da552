"""What the API refuses in more than one operation: owners, names, hardware, addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, Mapping

from . import validation
from .server import logger
from .wire import Problem

if TYPE_CHECKING:
    from .models import Model, Version
    from .state import State

HARDWARE: Dict[str, str] = {
    "cpu": "CPU",
    "gpu-t4": "Nvidia T4 GPU",
    "gpu-l40s": "Nvidia L40S GPU",
    "gpu-l40s-2x": "2x Nvidia L40S GPU",
    "gpu-l40s-4x": "4x Nvidia L40S GPU",
    "gpu-l40s-8x": "8x Nvidia L40S GPU",
    "gpu-a100-large": "Nvidia A100 (80GB) GPU",
    "gpu-a100-large-2x": "2x Nvidia A100 (80GB) GPU",
    "gpu-a100-large-4x": "4x Nvidia A100 (80GB) GPU",
    "gpu-a100-large-8x": "8x Nvidia A100 (80GB) GPU",
    "gpu-h100": "Nvidia H100 GPU",
    "gpu-h100-2x": "2x Nvidia H100 GPU",
    "gpu-h100-4x": "4x Nvidia H100 GPU",
    "gpu-h100-8x": "8x Nvidia H100 GPU",
}

# No page of the API says how long a name may be; this is what fits into a URL's segment everywhere.
NAME: Dict[str, Any] = {"type": "string", "pattern": r"^[a-zA-Z0-9_.-]+\Z", "maxLength": 255}
SKU: Dict[str, Any] = {"type": "string", "enum": list(HARDWARE)}
WEBHOOK_FIELDS: Dict[str, Any] = {
    "webhook": {"type": "string", "format": "web-address"},
    "webhook_events_filter": {
        "type": "array",
        "items": {"type": "string", "enum": ["start", "output", "logs", "completed"]},
    },
    # Sent by old clients, and still taken.
    "webhook_completed": {"type": "string", "format": "web-address"},
}


def check_owner(state: State, owner: str) -> None:
    """Refuse to change what belongs to another account than the token's."""
    account = state.settings.username
    if owner != account:
        raise Problem(
            403,
            f"You don't have permission to do this for {owner}: the token belongs to {account}.",
            title="Forbidden",
        )


def check_input(state: State, model: Model, version: Version, given: Mapping[str, Any]) -> None:
    """Refuse an input that the schema does not allow.

    Names that the schema does not know reach no model, at Replicate neither: they are logged,
    or refused if the sandbox is told to.
    """
    validation.check(version.signature.inputs, given, "input")
    unknown = version.signature.unknown(given)
    if not unknown:
        return
    if state.settings.strict_inputs:
        found = [f"Additional property {name} is not allowed" for name in unknown]
        validation.refuse("additional_property_not_allowed", "input", found[0])
    logger.warning(
        "%s has no input %s: it has %s",
        model.full_name,
        ", ".join(unknown),
        ", ".join(version.signature.inputs["properties"]) or "none",
    )


def check_instances(instances: Mapping[str, Any]) -> None:
    """Refuse a deployment that should keep more instances than it may have."""
    least, most = instances["min_instances"], instances["max_instances"]
    if least > most:
        validation.refuse("number_lte", "min_instances", f"Must be less than or equal to {most}")
