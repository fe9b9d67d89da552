"""What tests can change in a sandbox from outside: its models, and what goes wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, List, Sequence, cast

from . import validation
from .control import control
from .control_schemas import FAULT, LIMIT, NEW_FAULT, NEW_MODEL, list_of, ref
from .control_values import given, life_step
from .faults import CUT, Fault
from .wire import Problem, json_object, not_found

if TYPE_CHECKING:
    from starlette.requests import Request

    from .models import Model
    from .sandbox import Sandbox

# --- models --------------------------------------------------------------------------------------


@control("models.list", "GET", "/models", answer=list_of("Model"))
async def list_models(sandbox: Sandbox, request: Request) -> Any:
    """List the models that can run, with the schemas of their input and output."""
    return [_model(model) for model in sandbox.models.values() if model.versions]


@control("models.create", "POST", "/models", body=NEW_MODEL, status=201, answer=ref("Model"))
async def create_model(sandbox: Sandbox, request: Request) -> Any:
    """Make a model that answers from a schema, with a given output, or by script.

    It is what `Sandbox.model_from` and `Sandbox.script` make.
    """
    body = await json_object(request)
    validation.check(NEW_MODEL, body)
    try:
        _make(sandbox, body)
    except (LookupError, TypeError, ValueError) as error:
        raise Problem(422, str(error), title="Invalid model") from None
    sandbox._state.feed.tell("models")
    return _model(sandbox.models[body["name"]])


@control("models.delete", "DELETE", "/models/{owner}/{name}", status=204)
async def delete_model(sandbox: Sandbox, request: Request, owner: str, name: str) -> Any:
    """Remove a model with all its versions."""
    state = sandbox._state
    del state.models[state.model(owner, name).full_name]
    state.feed.tell("models")


def _make(sandbox: Sandbox, body: Dict[str, Any]) -> None:
    lives = body.get("scripts") or ([body["script"]] if "script" in body else [])
    if "schema" in body:
        options: Dict[str, Any] = {n: body[n] for n in ("official", "cold_start") if n in body}
        if "returns" in body:
            options["returns"] = given(body["returns"])
        sandbox.model_from(body["schema"], body["name"], **options)
    elif not lives:
        if "returns" not in body:
            raise ValueError("give a schema, what the model returns, or a script")
        lives = [[{"output": body["returns"]}]]
    if lives:
        scripts = [[life_step(step) for step in steps] for steps in lives]
        sandbox.script(body["name"], *scripts, official=body.get("official", True))


def _model(model: Model) -> Dict[str, Any]:
    version = model.versions[-1]
    reference = model.full_name if model.official else f"{model.full_name}:{version.id}"
    return {
        "name": model.full_name,
        "reference": reference,
        "official": model.official,
        "description": model.description,
        "input": version.signature.inputs,
        "output": version.signature.output,
        "run_count": model.run_count,
        "trainable": version.trainer is not None,
    }


# --- what shall go wrong -------------------------------------------------------------------------


@control("faults.list", "GET", "/faults", answer=list_of("Fault"))
async def list_faults(sandbox: Sandbox, request: Request) -> Any:
    """List the faults that were asked for, and how often each has hit."""
    return [_fault(fault) for fault in sandbox._state.faults.planned]


@control("faults.create", "POST", "/faults", body=NEW_FAULT, status=201, answer=ref("Fault"))
async def create_fault(sandbox: Sandbox, request: Request) -> Any:
    """Make requests go wrong, as `Sandbox.fault` does."""
    body = await json_object(request)
    validation.check(NEW_FAULT, body)
    target: List[str] = body.pop("target")
    if "script" in body:
        body["script"] = [_step(step) for step in body["script"]]
    try:
        return _fault(sandbox.fault(*target, **body))
    except (TypeError, ValueError) as error:
        raise Problem(422, str(error), title="Invalid fault") from None


@control("faults.get", "GET", "/faults/{fault_id}", answer=ref("Fault"))
async def get_fault(sandbox: Sandbox, request: Request, fault_id: str) -> Any:
    """Get a fault, and how often it has hit."""
    return _fault(_find_fault(sandbox, fault_id))


@control("faults.delete", "DELETE", "/faults/{fault_id}", status=204)
async def delete_fault(sandbox: Sandbox, request: Request, fault_id: str) -> Any:
    """Take a fault back."""
    sandbox._state.faults.remove(_find_fault(sandbox, fault_id))


@control("faults.clear", "DELETE", "/faults", status=204)
async def clear_faults(sandbox: Sandbox, request: Request) -> Any:
    """Take all faults back."""
    sandbox._state.faults.clear()


@control("rate_limit.set", "PUT", "/rate-limit", body=LIMIT, status=204)
async def set_rate_limit(sandbox: Sandbox, request: Request) -> Any:
    """Limit how many predictions can be created, as `Sandbox.rate_limit` does."""
    body = await json_object(request)
    validation.check(LIMIT, body)
    if body.get("per", 1) <= 0:
        raise Problem(422, "per is more than 0 seconds", title="Invalid limit")
    sandbox.rate_limit(body.pop("requests"), **body)


@control("rate_limit.delete", "DELETE", "/rate-limit", status=204)
async def delete_rate_limit(sandbox: Sandbox, request: Request) -> Any:
    """Let clients create as many predictions as they want."""
    sandbox._state.rate_limit = None


def _step(step: Any) -> Any:
    if step is None:
        return CUT
    if isinstance(step, bool) or not isinstance(step, (str, int, float)):
        raise Problem(422, "a script has texts, seconds and nulls", title="Invalid fault")
    return step


def _find_fault(sandbox: Sandbox, fault_id: str) -> Fault:
    for fault in sandbox._state.faults.planned:
        if fault.id == fault_id:
            return fault
    raise not_found()


def _fault(fault: Fault) -> Dict[str, Any]:
    shown: Dict[str, Any] = {"id": fault.id, "target": list(fault.target), "fired": fault.fired}
    for name in FAULT:
        value = getattr(fault, name)
        if value is not None or name == "times":
            shown[name] = _plain(value)
    shown["headers"] = dict(fault.headers)
    return shown


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, (list, tuple)):
        steps = cast("Sequence[Any]", value)
        return [None if step is CUT else _plain(step) for step in steps]
    return value
