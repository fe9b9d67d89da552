"""Cog projects: what one is, found out by the Python that it is for."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Dict, List, Mapping, Optional, Tuple, Union

from ..schema import inlined
from .schema import Schema, Signature, make_document

CHILD: Path = Path(__file__).with_name("cog_child.py")
INSTALL = '; pip install "replicate[cog]"'
_REFERENCE = re.compile(r"(?P<file>.+\.py):(?P<name>\w+)\Z")


class CogError(RuntimeError):
    """A Cog project can't be inspected; the message says why."""


@dataclass(frozen=True)
class CogProject:
    """A predictor with its folder and its Python.

    Attributes:
        folder: Where it runs.
        reference: The predictor, as `predict.py:Predictor`.
        python: The Python that has its packages, and `cog`.
        environment: Variables for it.
        concurrency: How many predictions it takes at once.
        signature: Its inputs and its output.
        cog_version: The version of `cog` there.
        uploads: Whether its server uploads files in their order.
        image: The image that cog.yaml names, if it does.
    """

    folder: Path
    reference: str
    python: str
    environment: Mapping[str, str]
    concurrency: int
    signature: Signature
    cog_version: str
    uploads: bool
    image: Optional[str]

    def version_id(self, model: str) -> str:
        """Return an id that changes with the predictor's code and its schema."""
        source = (self.folder / self.reference.rpartition(":")[0]).read_bytes()
        schema = json.dumps(self.signature.openapi, sort_keys=True)
        return hashlib.sha256(b"\0".join([model.encode(), source, schema.encode()])).hexdigest()

    @property
    def readme(self) -> Optional[str]:
        """The README.md of the folder."""
        path = self.folder / "README.md"
        return path.read_text(encoding="utf-8") if path.is_file() else None

    def command(self, *arguments: str) -> List[str]:
        """Return a command for the part of this package that runs in the project's Python."""
        return [self.python, str(CHILD), *arguments]


def inspect_project(
    source: Union[str, os.PathLike[str]],
    *,
    python: Optional[str] = None,
    environment: Optional[Mapping[str, str]] = None,
    concurrency: Optional[int] = None,
) -> CogProject:
    """Find out what a Cog project is.

    Args:
        source: A folder with a cog.yaml, or a predictor as `path/to/predict.py:Predictor`.
        python: The Python to use; this one if not given.
        environment: More variables for it.
        concurrency: How many predictions it takes at once, if not what the project says.

    Raises:
        CogError: The project can't be inspected.
        ImportError: That Python does not have `cog`.
    """
    folder, reference = _locate(os.fspath(source))
    python = python or sys.executable
    variables = child_environment(python, environment or {})
    with tempfile.TemporaryDirectory(prefix="replicate-sandbox-cog-") as directory:
        answer = Path(directory) / "facts.json"
        command = [python, str(CHILD), "inspect", str(answer), *([reference] if reference else [])]
        try:
            result = subprocess.run(  # noqa: S603 - a Python and a file of our own
                command, cwd=folder, env=variables, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
            )  # fmt: skip
        except OSError as error:
            raise CogError(f"{python} can't be run: {error.strerror}") from None
        printed = result.stdout.decode("utf-8", "replace").strip()
        if not answer.is_file():
            raise CogError(f"{source} can't be inspected: {printed or result.returncode}")
        facts: Dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
    if facts.get("missing"):
        raise ImportError(f"cog is not installed for {python}{INSTALL}")
    if "error" in facts:
        trace = facts.get("traceback", "").rstrip()
        raise CogError(f"{source} can't be inspected: {facts['error']}" + (trace and f"\n{trace}"))
    named = dict(variable.partition("=")[::2] for variable in facts["environment"])
    if concurrency is not None and concurrency < 1:
        raise ValueError(f"concurrency must be at least 1, not {concurrency}")
    return CogProject(
        folder=folder,
        reference=facts["reference"],
        python=python,
        environment={**named, **(environment or {})},
        concurrency=concurrency or facts["concurrency"],
        signature=_signature(facts),
        cog_version=facts["cog_version"],
        uploads="document" in facts,
        image=facts["image"],
    )


def model_name(project: CogProject, username: str) -> str:
    """Return `owner/name` for a project that is given without: of its image, or of its folder."""
    match = re.match(r"(?:r8\.im/)?([\w.-]+/[\w.-]+)(?:[:@].*)?\Z", project.image or "")
    if match is not None:
        return match.group(1)
    short = re.sub(r"[^a-z0-9_.-]+", "-", project.folder.name.lower()).strip("-")
    return f"{username}/{short or 'cog'}"


def child_environment(python: str, more: Mapping[str, str]) -> Dict[str, str]:
    """Return the variables for a Python whose server starts `python` by its name."""
    folder = os.path.dirname(os.path.abspath(python))  # noqa: PTH100, PTH120 - no link is followed
    path = os.pathsep.join([folder, os.environ.get("PATH", os.defpath)])
    return {**os.environ, **more, "PATH": path}


def change_urls(value: Any, schema: Schema, change: Callable[[str], str]) -> Any:
    """Return a value with other URLs where its schema says that there is one."""
    whole: Any = value
    if isinstance(value, list):
        return [change_urls(item, schema.get("items", {}), change) for item in whole]
    if isinstance(value, dict):
        inner = schema.get("properties", {})
        return {name: change_urls(whole[name], inner.get(name, {}), change) for name in whole}
    return change(whole) if isinstance(value, str) and schema.get("format") == "uri" else whole


def _locate(source: str) -> Tuple[Path, Optional[str]]:
    match = _REFERENCE.match(source)
    if match is not None:
        file = Path(match.group("file")).absolute()
        if not file.is_file():
            raise CogError(f"there is no file {match.group('file')}")
        return file.parent, f"{file.name}:{match.group('name')}"
    folder = Path(source).absolute()
    if not folder.is_dir():
        raise CogError(f"{source} is neither a folder nor a predictor like predict.py:Predictor")
    if not (folder / "cog.yaml").is_file():
        raise CogError(f"there is no cog.yaml in {source}")
    return folder, None


def _signature(facts: Mapping[str, Any]) -> Signature:
    if "document" in facts:
        document: Schema = facts["document"]
    else:
        document = make_document(facts["input"], facts["output"], facts["enums"])
    schemas = document["components"]["schemas"]
    inputs = schemas["Input"]
    properties = inputs.get("properties", {})
    flat = {name: inlined(prop, document) for name, prop in properties.items()}
    output = inlined(schemas["Output"], document)
    return Signature({**inputs, "properties": flat}, {}, output, document)
