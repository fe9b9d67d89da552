"""Fetch an OpenAPI document and write it as YAML, its content unchanged."""

from __future__ import annotations

from pathlib import Path

import httpx
import yaml

from .document import CodegenError, Json, check_version, load, parse


def fetch(source: str) -> Json:
    """Return the document at a URL or in a file, YAML or JSON."""
    if source.startswith(("http://", "https://")):
        try:
            response = httpx.get(source, follow_redirects=True, timeout=60)
            response.raise_for_status()
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise CodegenError(f"{source}: {error}") from error
        document = parse(response.content, source)
    else:
        document = load(Path(source))
    check_version(document, source)
    return document


def write(document: Json, path: Path) -> None:
    """Write a document as YAML that is meant to be read; all of it or nothing."""
    text = yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=84)
    part = path.with_name(f"{path.name}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


class _Dumper(yaml.SafeDumper):
    """The safe dumper, with blocks of text as blocks and lists indented."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)
