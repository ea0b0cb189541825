"""Every type of subentry, found by its folder: a new one is a folder with a `KIND` in `kind`."""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import MappingProxyType
from typing import Any, Final

from .kind import Kind
from .unit import UnitKind


def _kinds() -> dict[str, Kind[Any, Any]]:
    found = [
        import_module(f"{__package__}.{info.name}.kind").KIND
        for info in iter_modules([str(Path(__file__).parent)])
        if info.ispkg
    ]
    return {kind.subentry_type: kind for kind in found}


KINDS: Final[Mapping[str, Kind[Any, Any]]] = MappingProxyType(_kinds())
"""By type of subentry."""


def kinds_for(hub: object) -> dict[str, UnitKind]:
    """Return how the units of an entry are made, by type of subentry."""
    bound = {name: kind.bound_to(hub) for name, kind in KINDS.items()}
    return {name: kind for name, kind in bound.items() if kind is not None}
