"""Models and their versions: Python functions under the names of the API."""

from __future__ import annotations

import hashlib
import inspect
import json
import linecache
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Callable, Dict, List, Optional, Tuple
from weakref import WeakKeyDictionary

from . import wire
from .schema import Signature, inspect_function

if TYPE_CHECKING:
    from .scripts import Play

COG_VERSION = "0.16.12"


@dataclass(repr=False)
class Version:
    """One version of a model: a function and what derives from it.

    Attributes:
        given: Whether its schema is that of another version, and not the function's.
        play: What its runs do in place of the function.
    """

    id: str
    function: Callable[..., Any]
    signature: Signature
    cold_start: float = 0.0
    concatenate: bool = True
    defaults: Dict[str, Any] = field(default_factory=wire.empty_dict)
    trainer: Optional[Version] = None
    created_at: int = field(default_factory=wire.now)
    cog_version: str = COG_VERSION
    given: bool = False
    play: Optional[Play] = None

    def __repr__(self) -> str:
        return f"<Version {self.id[:12]}…>"

    def trained(self, full_name: str, weights: Any) -> Version:
        """Return the version that a training makes of this one, in another model."""
        # It is the old function with other weights, if it has a use for them.
        used = {"weights": weights} if "weights" in self.signature.annotations else {}
        defaults = {**self.defaults, **used}
        if self.given:
            digest = hashlib.sha256(f"{full_name}\0{self.id}\0{json.dumps(weights)}".encode())
            trained = replace(self, id=digest.hexdigest(), defaults=defaults)
        else:
            trained = make_version(
                full_name,
                self.function,
                concatenate=self.concatenate,
                cold_start=self.cold_start,
                defaults=defaults,
            )
            trained.play = self.play
        trained.trainer = self.trainer and replace(self.trainer, id=trained.id)
        return trained

    def to_wire(self) -> Dict[str, Any]:
        """Render the version as the API does."""
        openapi = self.signature.openapi
        if self.trainer is not None and self.trainer.signature.openapi is not openapi:
            schemas = openapi["components"]["schemas"]
            inner = self.trainer.signature.openapi["components"]["schemas"]
            training = {f"Training{name}": inner[name] for name in ("Input", "Output")}
            openapi = {**openapi, "components": {"schemas": {**schemas, **training}}}
        return {
            "id": self.id,
            "created_at": wire.timestamp(self.created_at, 6),
            "cog_version": self.cog_version,
            "openapi_schema": openapi,
        }


@dataclass(repr=False)
class Model:
    """A model of the sandbox."""

    owner: str
    name: str
    official: bool = False
    visibility: str = "public"
    hardware: str = "cpu"
    description: Optional[str] = None
    github_url: Optional[str] = None
    paper_url: Optional[str] = None
    license_url: Optional[str] = None
    weights_url: Optional[str] = None
    cover_image_url: Optional[str] = None
    readme: Optional[str] = None
    versions: List[Version] = field(default_factory=wire.empty_list)
    run_count: int = 0
    example: Optional[Dict[str, Any]] = None
    created_at: int = field(default_factory=wire.now)

    def __repr__(self) -> str:
        return f"<Model {self.full_name}: {len(self.versions)} versions>"

    @property
    def full_name(self) -> str:
        """The model's name with its owner's."""
        return f"{self.owner}/{self.name}"

    @property
    def latest_version(self) -> Optional[Version]:
        """The newest version, if there is any."""
        return self.versions[-1] if self.versions else None

    def version(self, version_id: str) -> Optional[Version]:
        """Return the version with this id."""
        return next((v for v in self.versions if v.id == version_id), None)

    def add(self, version: Version) -> Version:
        """Make a version the latest; one with the same id takes its predecessor's place."""
        self.versions = [v for v in self.versions if v.id != version.id] + [version]
        return version

    def succeeding(self, other: Model) -> Model:
        """Return this model with the past of one that had its name: versions, runs, example."""
        ids = {version.id for version in self.versions}
        older = [version for version in other.versions if version.id not in ids]
        return replace(
            self,
            versions=[*older, *self.versions],
            run_count=other.run_count,
            example=other.example,
            created_at=other.created_at,
        )

    def to_wire(self, web_url: str) -> Dict[str, Any]:
        """Render the model as the API does."""
        latest = self.latest_version
        return {
            "url": f"{web_url}/{self.full_name}",
            "owner": self.owner,
            "name": self.name,
            "description": self.description,
            "visibility": self.visibility,
            "is_official": self.official,
            "github_url": self.github_url,
            "paper_url": self.paper_url,
            "license_url": self.license_url,
            "weights_url": self.weights_url,
            "run_count": self.run_count,
            "cover_image_url": self.cover_image_url,
            "created_at": wire.timestamp(self.created_at, 6),
            "default_example": self.example,
            "latest_version": latest and latest.to_wire(),
        }


def full_name_parts(name: str) -> Tuple[str, str]:
    """Return the owner and the short name of a model.

    Raises:
        ValueError: if it is no full name.
    """
    given: Any = name
    if not isinstance(given, str):
        raise TypeError(
            f'a model\'s name is owner/name, not {given!r}: @sandbox.model("owner/name")'
        )
    owner, slash, short = name.partition("/")
    if not (owner and slash and short) or "/" in short:
        raise ValueError(f"a model's name is owner/name, not {name!r}")
    return owner, short


def make_version(
    full_name: str,
    function: Callable[..., Any],
    *,
    concatenate: bool = True,
    cold_start: float = 0.0,
    defaults: Optional[Dict[str, Any]] = None,
) -> Version:
    """Make a version whose id stays the same as long as the function does."""
    if defaults or not inspect.isfunction(function):
        digest, signature = _describe(full_name, function, concatenate, defaults)
    else:
        # A test-suite makes many sandboxes with the same models.
        known = _described.setdefault(function, {})
        key = (full_name, concatenate)
        if key not in known:
            known[key] = _describe(full_name, function, concatenate, None)
        digest, signature = known[key]
    return Version(digest, function, signature, cold_start, concatenate, dict(defaults or {}))


_Description = Tuple[str, Signature]
_described: WeakKeyDictionary[Callable[..., Any], Dict[Tuple[str, bool], _Description]]
_described = WeakKeyDictionary()


def _describe(
    full_name: str,
    function: Callable[..., Any],
    concatenate: bool,
    defaults: Optional[Dict[str, Any]],
) -> _Description:
    signature = inspect_function(function, concatenate=concatenate, defaults=defaults)
    parts = [
        full_name,
        _source(function),
        json.dumps(signature.openapi, sort_keys=True, default=str),
    ]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest(), signature


def _source(function: Callable[..., Any]) -> str:
    code = getattr(function, "__code__", None)
    if code is None:  # an object that can be called
        return type(function).__qualname__
    # What inspect.getsource does, without its search through all modules, which takes long.
    lines = linecache.getlines(code.co_filename)[code.co_firstlineno - 1 :]
    return "".join(inspect.getblock(lines)) if lines else code.co_code.hex()
