"""What `predictions list`, `models show`, `files upload` and their like do.

They are the methods of the client's namespaces: `predictions list` is `client.predictions.list()`.
"""

from __future__ import annotations

import inspect
import re
from importlib import import_module
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Dict

from .._functions.parameters import parameters_of
from ..model import Model
from ..pagination import paginate
from . import show
from .inputs import UsageError

if TYPE_CHECKING:
    from argparse import Namespace

    from ..client import Client


def filters_of(namespace: str) -> Dict[str, str]:
    """Return what the API's list takes besides a cursor, with what it is for."""
    build = import_module(f"replicate_api.api.{namespace}.list").build
    about = dict(re.findall(r"^    (\w+): (.*)$", inspect.getdoc(build) or "", re.MULTILINE))
    names = [name for name in inspect.signature(build).parameters if name != "cursor"]
    return {name: about.get(name, "") for name in names}


def list_(client: Client, options: Namespace) -> None:
    """Print the first page of a list, or as many of its results as are asked for."""
    namespace = getattr(client, options.namespace)
    given = vars(options)
    filters = {name: given[name] for name in filters_of(options.namespace) if given[name]}

    def page(cursor: Any) -> Any:
        return namespace.list(cursor, **filters)

    if options.limit is None:
        first = page(...)
        show.resources(first, json=options.json)
        if getattr(first, "next", None):
            show.note("There are more: --limit says how many to list.")
    else:
        found = chain.from_iterable(paginate(page))
        show.resources(islice(found, options.limit), json=options.json)


def hardware(client: Client, options: Namespace) -> None:
    """Print the kinds of hardware."""
    show.resources(client.hardware.list(), json=options.json)


def account(client: Client, options: Namespace) -> None:
    """Print the account that the token belongs to."""
    show.resource(client.accounts.current(), json=options.json)


def search(client: Client, options: Namespace) -> None:
    """Print the models that a search finds."""
    show.resources(client.models.search(" ".join(options.query)), json=options.json)


def get(client: Client, options: Namespace) -> None:
    """Print an object, and of a model its inputs too."""
    found = getattr(client, options.namespace).get(options.id)
    show.resource(found, json=options.json)
    version = found.latest_version if isinstance(found, Model) and not options.json else None
    if version is not None:
        show.text("\nInputs of its latest version:")
        show.table(
            {
                "name": each.name,
                "type": each.type,
                "default": "(required)" if each.required else each.schema.get("default"),
                "rules": each.rules,
                "description": each.description,
            }
            for each in parameters_of(version.openapi_schema)
        )


def cancel(client: Client, options: Namespace) -> None:
    """Cancel predictions or trainings."""
    for id in options.ids:
        canceled = getattr(client, options.namespace).cancel(id)
        show.as_json(canceled) if options.json else show.text(f"{id}  {canceled.status}")


def upload(client: Client, options: Namespace) -> None:
    """Upload files, and print what to give to models."""
    for path in options.paths:
        try:
            file = client.files.create(path, content_type=options.content_type)
        except OSError as error:
            raise UsageError(f"can't read {path}: {error.strerror or error}") from None
        show.as_json(file) if options.json else show.text(f"{file.id}  {file.urls['get']}")


def delete(client: Client, options: Namespace) -> None:
    """Delete files."""
    for id in options.ids:
        client.files.delete(id)
