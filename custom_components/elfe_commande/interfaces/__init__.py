"""The surfaces where people take back control: one per file, pure.

A new surface is one new module with a `create(layout)`.
"""

from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules

from ..core.screens import Layout
from .base import Interface, Publication

__all__ = ["FACTORIES", "Interface", "Publication"]

FACTORIES: dict[str, Callable[[Layout], Interface]] = {
    info.name: module.create
    for info in iter_modules(__path__)
    if hasattr(module := import_module(f"{__name__}.{info.name}"), "create")
}
"""By name of the surface."""
