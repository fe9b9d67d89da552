"""Read a document: what the templates write, and `diff` compares.

The rules are general, so that what the API adds tomorrow comes out right unaided:

- Objects and enumerations of strings become classes, wherever they are described.
- Answers are read tolerantly: no field is required unless models.yaml says that it identifies the
  object, and what is unknown is kept.
- Only the answers to success count: errors are the business of whoever sends the requests.
- Everything that is to be sent has an argument, or the run stops.
"""

from __future__ import annotations

from pathlib import Path
from typing import Dict, List, Optional, Tuple

from . import members
from . import names as naming
from .api import Api
from .corrections import correct, read_corrections
from .document import CodegenError, Json, check_version
from .names import Names
from .operations import Operations
from .schemas import Schemas
from .types import Class

HERE = Path(__file__).parent
CORRECTIONS = HERE / "corrections.yaml"


def read(document: Json, corrections: Path = CORRECTIONS) -> Tuple[Api, List[str]]:
    """Read a document with the corrections and names of this folder.

    Returns:
        What it describes, and what of the corrections and names it does not have any more.
    """
    check_version(document, "the document")
    corrected, findings = correct(document, read_corrections(corrections))
    names = Names.read(HERE / "models.yaml")
    api = prepare(corrected, names)
    members.check(api, names)
    notes = [str(finding) for finding in findings]
    return api, [*notes, *(f"models.yaml: not in the document: {entry}" for entry in api.stale)]


def prepare(document: Json, names: Names) -> Api:
    """Read a document."""
    check_version(document, "the document")
    schemas = Schemas(document, names)
    reader = Operations(document, names, schemas)
    operations = reader.read()
    if not operations:
        raise CodegenError("the document has no operation")
    title = str((document.get("info") or {}).get("title") or "API")
    fields: Dict[str, Optional[List[str]]] = {
        name: [field.wire_name for field in cls.fields] if isinstance(cls, Class) else None
        for name, cls in schemas.classes.items()
    }
    stale = naming.unused(names, schemas.used, fields)
    return Api(title, reader.server_url, schemas.classes, operations, stale)
