"""Python source of typed functions for models. Pure.

Names and descriptions of models are text of strangers. They get into the source as quoted text,
or as a name that `is_name` has checked.
"""

from __future__ import annotations

import ast
import textwrap
from typing import Any, Iterator, List, Mapping, NamedTuple, Sequence

from .parameters import Parameter, name_of_others, parameters_of, type_of_output

WIDTH = 99

HEADER = '''\
"""Typed functions of models on Replicate. Do not edit: write them anew with

    {command}
"""

# ruff: noqa
# fmt: off

from __future__ import annotations

'''

BEGINNING = HEADER.partition(" Do not edit")[0]
"""What a module is known by."""

FUNCTION = """
_{name}: Function[..., {result}] = replicate.use({ref!r})
_async_{name}: AsyncFunction[..., {result}] = replicate.use({ref!r}, use_async=True)


def {name}({parameters}) -> {result}:
    {documentation}
    return _{name}({arguments})


async def async_{name}({parameters}) -> {result}:
    {documentation}
    return await _async_{name}({arguments})
"""


TYPING = frozenset({"Any", "Dict", "List", "Literal", "Mapping", "Optional", "Sequence", "Union"})
OURS = frozenset({"AsyncFunction", "FileInput", "Function", "URLPath"})
NAMES = TYPING | OURS | {"annotations", "bool", "float", "int", "replicate", "str"}
"""Names that a module uses for other things than functions of models."""


class Described(NamedTuple):
    """A model to write functions for."""

    ref: str
    name: str
    """The name of the function."""
    description: str
    openapi_schema: Mapping[str, Any]


def module_of(models: Sequence[Described], command: str) -> str:
    """Return a module with two functions for each model, a blocking and an asynchronous one.

    Args:
        models: The models.
        command: The command that writes the module anew.
    """
    body = "\n".join(_functions(model) for model in models)
    return HEADER.format(command=_escaped(command)) + "\n".join(_imports(body)) + "\n\n" + body


def _imports(body: str) -> Iterator[str]:
    """Return the imports for the names that a module uses."""
    used = {node.id for node in ast.walk(ast.parse(body)) if isinstance(node, ast.Name)}
    if used & TYPING:
        yield f"from typing import {', '.join(sorted(used & TYPING))}\n"
    yield "import replicate"
    yield f"from replicate.use import {', '.join(sorted(used & OURS))}"


def _functions(model: Described) -> str:
    parameters = parameters_of(model.openapi_schema)
    called = {f"_{model.name}", f"_async_{model.name}"}
    named = [each for each in parameters if each.is_name and each.name not in called]
    lines = [f"    {each.name}: {each.type}{_default(each)},\n" for each in named]
    arguments = [f"{each.name}={each.name}" for each in named]
    if len(named) < len(parameters):
        others = name_of_others({each.name for each in named})
        lines.append(f"    **{others}: Any,\n")
        arguments.append(f"**{others}")
    if named:
        lines.insert(0, "    *,\n")
    return FUNCTION.format(
        name=model.name,
        ref=model.ref,
        result=type_of_output(model.openapi_schema),
        parameters="\n" + "".join(lines) if lines else "",
        arguments=_wrapped(", ".join(arguments)),
        documentation=_documentation(model, parameters),
    )


def _default(parameter: Parameter) -> str:
    return "" if parameter.required else f" = {parameter.default!r}"


def _wrapped(arguments: str) -> str:
    if len(arguments) < WIDTH // 2:
        return arguments
    lines = textwrap.wrap(arguments, WIDTH - 8, break_long_words=False, break_on_hyphens=False)
    return "".join(f"\n        {line}" for line in lines) + "\n    "


def _documentation(model: Described, parameters: List[Parameter]) -> str:
    lines = _paragraph(model.description or f"Run {model.ref}.", "")
    described = [each for each in parameters if each.rules or each.description]
    if described:
        lines += ["", "Args:"]
    for each in described:
        rules = f" ({each.rules})" if each.rules else ""
        lines += _paragraph(f"{each.name}{rules}: {each.description}".rstrip(": "), "    ")
    text = "\n    ".join(map(_escaped, lines)).replace("    \n", "\n")
    return f'"""{text}"""' if len(lines) == 1 else f'"""{text}\n    """'


def _paragraph(text: str, indent: str) -> List[str]:
    return textwrap.wrap(
        " ".join(text.split()),
        WIDTH - 4,
        initial_indent=indent,
        subsequent_indent=indent + "    " * bool(indent),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _escaped(line: str) -> str:
    """Escape a line for text between three quotes."""
    # From 3.13 on Python takes no half of a surrogate pair in a docstring.
    line = line.encode("utf-8", "replace").decode()
    line = line.replace("\\", "\\\\")
    if '"""' in line or line.endswith('"'):
        line = line.replace('"', '\\"')
    return "".join(each if each.isprintable() else repr(each)[1:-1] for each in line)
