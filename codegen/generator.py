"""Run openapi-python-client in this process, with our templates and without its quirks.

This is the one module that depends on the generator's insides; the generator is pinned exactly.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Iterator

from openapi_python_client import Project, strings
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.errors import GeneratorError

from . import texts
from .document import CodegenError, operations
from .endpoints import Operation
from .fields import Model

if TYPE_CHECKING:
    from .names import Names
    from .prepare import Prepared

HERE = Path(__file__).parent

HEADER = (
    "# Generated from openapi.yaml by `make generate`."
    " Do not edit: change openapi.yaml or codegen/.\n"
)

#: Modules that the generator does not know of, each from the template of its name.
_OWN_MODULES = ("answer", "base", "request", "timestamp")

#: What every generated model defines.
_MEMBERS = {"additional_properties", "from_dict", "self", "to_dict"}


def generate(prepared: Prepared, names: Names, output: Path) -> None:
    """Write the package for a document to `output`, which must not exist."""
    config = Config.from_sources(
        ConfigFile.load_from_path(HERE / "generator.yaml"),
        MetaType.NONE,
        document_source=output,
        file_encoding="utf-8",
        overwrite=False,
        output_path=output,
    )
    with _wire_names(), _ruff_on_path():
        data = GeneratorData.from_dict(prepared.document, config=config)
        if isinstance(data, GeneratorError):
            raise CodegenError(f"{data.header}: {data.detail}")
        data.models = [m for m in data.models if m.class_info.name not in prepared.classless]
        project = Project(openapi=data, config=config, custom_template_path=HERE / "templates")
        project.env.globals.update(
            docstring=texts.docstring,
            paragraph=texts.paragraph,
            used=texts.used,
            literal=texts.literal,
            schemas=prepared.schemas,
            server_url=_server_url(prepared),
        )
        project.env.filters["model"] = lambda model: Model(model, names)
        sources = {
            (_identifier(o["tags"][0]), _identifier(o["operationId"])): o
            for _, _, o in operations(prepared.document)
        }
        project.env.filters["operation"] = lambda endpoint: Operation(
            endpoint, sources[endpoint.tags[0], endpoint.name], names
        )
        _write(project)
    _check_complete(prepared, output)


def _write(project: Project) -> None:
    output = project.package_dir
    output.mkdir(parents=True)
    project._create_package()
    project._build_models()
    project._build_api()
    (output / "client.py").unlink()  # requests are the business of the transport
    for name in _OWN_MODULES:
        text = project.env.get_template(f"{name}.py.jinja").render()
        (output / f"{name}.py").write_text(text, encoding="utf-8")
    (output / "py.typed").touch()
    for file in output.rglob("*"):
        if file.is_file():
            file.write_text(HEADER + file.read_text(encoding="utf-8"), encoding="utf-8")
    project._run_post_hooks()
    problems = [f"{error.header or ''} {error.detail or ''}" for error in project._get_errors()]
    if problems:
        raise CodegenError("\n".join(["the generator warns:", *problems]))


def _identifier(name: str) -> str:
    return strings.PythonIdentifier(name, prefix="field_")


def _server_url(prepared: Prepared) -> str:
    servers = prepared.document["servers"]
    if not servers:
        raise CodegenError("the document names no server")
    return str(servers[0]["url"])


def _check_complete(prepared: Prepared, output: Path) -> None:
    """Refuse a package that lacks an operation: the generator can drop one without a word."""
    modules = [file for file in output.glob("api/*/*.py") if file.name != "__init__.py"]
    wanted = sum(1 for _ in operations(prepared.document))
    if len(modules) != wanted:
        raise CodegenError(f"{wanted} operations, but {len(modules)} modules were generated")


@contextlib.contextmanager
def _wire_names() -> Iterator[None]:
    """Keep the wire's names: the generator would call a field `input_` and a module `list_`."""
    before: Any = strings.RESERVED_WORDS
    strings.RESERVED_WORDS = _MEMBERS
    try:
        yield
    finally:
        strings.RESERVED_WORDS = before


@contextlib.contextmanager
def _ruff_on_path() -> Iterator[None]:
    """Let the generator find the ruff that is installed beside this Python."""
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), before])
    try:
        if shutil.which("ruff") is None:
            raise CodegenError("ruff is missing: pip install -r codegen/requirements.txt")
        yield
    finally:
        os.environ["PATH"] = before
