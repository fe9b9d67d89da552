"""What runs in a Cog project's own Python: it inspects the predictor, or serves it.

Run by its path, never imported: that Python need not have this package, only `cog`.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import io
import json
import os
import runpy
import signal
import subprocess
import sys
import threading
import traceback
import warnings
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

NEEDED = "cog is not installed for {python}: pip install cog"
PREDICTOR = "COG_PREDICT_TYPE_STUB"
WITHOUT_CONFIG = {"COG_GPU": "", "COG_MAX_CONCURRENCY": "1", "COG_TRAIN_TYPE_STUB": ""}
"""What Cog up to 0.16 would look for in cog.yaml."""


def main() -> None:
    """Do what the arguments say: `inspect OUTPUT [REFERENCE]`, or `serve ARGUMENT...`."""
    # The project's folder takes the place of the one that this file is in.
    sys.path[0] = str(Path.cwd())
    task, *arguments = sys.argv[1:]
    if task == "inspect":
        facts = inspect_project(*arguments[1:])
        Path(arguments[0]).write_text(json.dumps(facts), encoding="utf-8")
    else:
        serve(arguments)


def serve(arguments: List[str]) -> None:
    """Serve the predictor with Cog's own server until standard input ends."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    sys.argv = ["cog.server.http", *arguments]
    runpy.run_module("cog.server.http", run_name="__main__", alter_sys=True)


def _end_with_parent() -> None:
    # Whatever ends the sandbox, a kill too, closes this pipe. The server has processes of its own.
    while sys.stdin.buffer.read(1 << 16):
        pass
    if hasattr(os, "killpg"):
        os.killpg(os.getpgid(0), signal.SIGKILL)
    os._exit(1)


# --- inspection --------------------------------------------------------------------------------


def inspect_project(reference: Optional[str] = None) -> Dict[str, Any]:
    """Return what there is to know about a project, or `{"error": ...}`.

    Args:
        reference: The predictor as `predict.py:Predictor`; without it cog.yaml says which.
    """
    if importlib.util.find_spec("cog") is None:
        return {"error": NEEDED.format(python=sys.executable), "missing": True}
    # What the project prints while it is imported must not get into what Cog prints.
    noise = io.StringIO()
    try:
        with contextlib.redirect_stdout(noise):
            config = read_config()
            reference = reference or config.get("predict") or config.get("run")
            if not isinstance(reference, str) or ":" not in reference:
                return {
                    "error": "cog.yaml names no predictor, such as predict: predict.py:Predictor"
                }
            for variable in config.get("environment") or ():
                name, _, value = str(variable).partition("=")
                os.environ.setdefault(name, value)
            os.environ[PREDICTOR] = reference
            if not config:
                os.environ.update(WITHOUT_CONFIG)
            facts = describe(reference)
    except _PrintedError as error:
        return {"error": error.reason, "traceback": str(error)}
    except BaseException as error:  # noqa: BLE001 - whatever the project's code raises
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames if frame.filename != __file__]
        reason = "".join(traceback.format_exception_only(type(error), error)).strip()
        return {"error": reason, "traceback": "".join(traceback.format_list(own))}
    limits: Dict[str, Any] = config.get("concurrency") or {}
    facts["concurrency"] = max(int(limits.get("max") or 1), facts.get("concurrency", 1))
    facts["reference"], facts["image"] = reference, config.get("image")
    facts["environment"] = list(map(str, config.get("environment") or ()))
    facts["cog_version"] = _version()
    return facts


class _PrintedError(Exception):
    """What a command of Cog printed in place of a schema."""

    def __init__(self, printed: str) -> None:
        # An error in the project's code comes as one in a list in another's message.
        super().__init__(printed.replace("\\n", "\n").rstrip(" \n'\"]"))

    @property
    def reason(self) -> str:
        """The last line."""
        return str(self).rpartition("\n")[2] or "cog has printed no schema"


def read_config() -> Any:
    """Return what cog.yaml says, nothing if there is none."""
    path = Path("cog.yaml")
    if not path.exists():
        return {}
    import yaml  # Cog needs it too

    config: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {} if config is None else config


def describe(reference: str) -> Dict[str, Any]:
    """Return the schemas of a predictor by what this version of Cog has for it."""
    if importlib.util.find_spec("cog._inspector") is not None:
        return describe_by_inspector(reference)
    if importlib.util.find_spec("cog.command.openapi_schema") is not None:
        return describe_by_command()
    raise RuntimeError(f"this version of cog ({_version()}) is not known here")


def describe_by_command() -> Dict[str, Any]:
    """Let Cog up to 0.16 print the whole document; it wants a process of its own."""
    command = [sys.executable, "-m", "cog.command.openapi_schema"]
    result = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - our own
    try:
        document = json.loads(result.stdout)
        document["components"]["schemas"]["Input"]
    except (KeyError, TypeError, ValueError):
        raise _PrintedError((result.stderr or result.stdout).decode("utf-8", "replace")) from None
    return {"document": document}


def describe_by_inspector(reference: str) -> Dict[str, Any]:
    """Write the schemas from what Cog's inspector has found out."""
    inspector: Any = importlib.import_module("cog._inspector")
    path, _, name = reference.rpartition(":")
    module = path[: -len(".py")].replace("/", ".") if path.endswith(".py") else path
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the old names of classes
        info: Any = inspector.create_predictor(module, name)
    properties: Dict[str, Any] = {}
    required: List[str] = []
    enums: Dict[str, Any] = {}
    for field in info.inputs.values():
        properties[field.name], needed = describe_input(field, enums)
        if needed:
            required.append(field.name)
    inputs: Dict[str, Any] = {"title": "Input", "type": "object", "properties": properties}
    if required:
        inputs["required"] = required
    target = getattr(importlib.import_module(module), name)
    methods = [target, *(getattr(target, part, None) for part in ("run", "predict"))]
    limits = [getattr(method, "__cog_concurrent_max__", 1) for method in methods]
    output = info.output.json_type()
    return {"input": inputs, "output": output, "enums": enums, "concurrency": max(limits)}


def describe_input(field: Any, enums: Dict[str, Any]) -> Tuple[Dict[str, Any], bool]:
    """Return the schema of one input, and whether it must be given."""
    schema: Dict[str, Any] = dict(field.type.json_type())
    optional = field.type.repetition.name.startswith("OPTIONAL")
    title = field.name.replace("_", " ").title()
    if field.choices is not None:
        kind = schema.get("type", "string")
        enums[field.name] = {
            "enum": list(field.choices),
            "type": kind,
            "title": field.name,
            "description": "An enumeration.",
        }
        schema = {"allOf": [{"$ref": f"#/components/schemas/{field.name}"}]}
    else:
        schema["title"] = title
        for part in (schema, schema.get("items", {})):
            if part.get("type") == "object":
                del part["type"]  # Any, which may be everything
    rules = {
        "description": field.description,
        "minimum": field.ge,
        "maximum": field.le,
        "minLength": field.min_length,
        "maxLength": field.max_length,
        "pattern": field.regex,
        "deprecated": field.deprecated,
    }
    schema.update({name: rule for name, rule in rules.items() if rule is not None})
    schema["x-order"] = field.order
    default = field.default
    factory = getattr(default, "default_factory", None)
    if callable(factory):
        default = factory()
    if default is not None:
        with contextlib.suppress(TypeError, ValueError):
            encoded = field.type.json_encode(default)
            json.dumps(encoded)
            schema["default"] = encoded
    if optional:
        schema["nullable"] = True
    return schema, default is None and not optional


def _version() -> str:
    return str(getattr(importlib.import_module("cog"), "__version__", "unknown"))


if __name__ == "__main__":
    main()
