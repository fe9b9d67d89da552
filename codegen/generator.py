"""Run openapi-python-client in this process, with our templates.

It gets the outline of what was read: which operations and classes there are. It decides about
modules, runs the templates, and has the result formatted. What the templates write of an operation
or a class comes from `api`, since the generator's own parser knows neither all methods nor all
kinds of bodies, and drops without a word what it does not know. This is the one module that depends
on the generator's insides; the generator is pinned exactly.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Dict, Iterator, List

from openapi_python_client import Project, strings
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.errors import GeneratorError

from . import texts
from .document import CodegenError, Json
from .reserved import TEMPLATES
from .types import Class, Type

if TYPE_CHECKING:
    from openapi_python_client.parser.openapi import Endpoint

    from .api import Api

HERE = Path(__file__).parent

HEADER = (
    "# Generated from openapi.yaml by `make generate`."
    " Do not edit: change openapi.yaml or codegen/.\n"
)

#: Modules that the generator does not know of, each from the template of its name.
_OWN_MODULES = ("answer", "base", "request", "timestamp")


def generate(api: Api, output: Path) -> None:
    """Write the package for an API to `output`, which must not exist."""
    config = Config.from_sources(
        ConfigFile.load_from_path(HERE / "generator.yaml"),
        MetaType.NONE,
        document_source=output,
        file_encoding="utf-8",
        overwrite=False,
        output_path=output,
    )
    with _names_as_they_are(), _ruff_on_path():
        data = GeneratorData.from_dict(_outline(api), config=config)
        if isinstance(data, GeneratorError):
            raise CodegenError(f"{data.header}: {data.detail}")
        project = Project(openapi=data, config=config, custom_template_path=TEMPLATES)
        modules = {
            str(info.name): str(info.module_name)
            for info in (thing.class_info for thing in (*data.models, *data.enums))
        }
        project.env.globals.update(
            docstring=texts.docstring,
            imports=lambda types, prefix: _imports(types, prefix, modules),
            literal=texts.literal,
            title=texts.paragraph(api.title),
            server_url=api.server_url,
        )
        project.env.filters["thing"] = lambda name: api.classes[str(name)]
        project.env.filters["operation"] = lambda endpoint: api.operations[_number(endpoint)]
        _write(project)
    _check_complete(api, modules, output)


def _number(endpoint: Endpoint) -> int:
    """Return which operation the generator means: in the outline, the path is its number."""
    path = endpoint.path
    return int(path.get_untrusted_value().strip("/"))


def _outline(api: Api) -> Json:
    """Return a document with all operations and classes, and nothing in them."""
    paths: Json = {
        f"/{number}": {
            "get": {
                "operationId": operation.name,
                "tags": [operation.group],
                "responses": {"204": {"description": ""}},
            }
        }
        for number, operation in enumerate(api.operations)
    }
    schemas: Json = {
        name: {"type": "object", "properties": {"x": {"type": "string"}}}
        if isinstance(cls, Class)
        else {"type": "string", "enum": cls.values}
        for name, cls in api.classes.items()
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "x", "version": "x"},
        "paths": paths,
        "components": {"schemas": schemas},
    }


def _imports(types: List[Type], prefix: str, modules: Dict[str, str]) -> List[str]:
    """Return the statements that import the classes in types."""
    names = sorted({type_.name for type_ in types if type_.kind != "plain"})
    return [f"from {prefix}{modules[name]} import {name}" for name in names]


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


def _check_complete(api: Api, modules: Dict[str, str], output: Path) -> None:
    """Refuse a package that lacks something: the generator can drop it without a word."""
    for operation in api.operations:
        if not (output / "api" / operation.group / f"{operation.name}.py").is_file():
            raise CodegenError(f"{operation.place}: {operation.full_name} was not generated")
    for name, cls in api.classes.items():
        if name not in modules or not (output / "models" / f"{modules[name]}.py").is_file():
            raise CodegenError(f"{cls.place}: the class {name} was not generated")


@contextlib.contextmanager
def _names_as_they_are() -> Iterator[None]:
    """Keep the generator from names of its own: it would call a module `list_`."""
    before: Any = strings.RESERVED_WORDS
    strings.RESERVED_WORDS = set()
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
