"""How each installation is driven: one scenario per file, pure data.

A new typology is one new module with a `TYPOLOGY`; it is found here by its database id.
"""

from importlib import import_module
from pkgutil import iter_modules

from ..core.model import TypologyId
from .base import Order, Scenario, Typology

__all__ = ["TYPOLOGIES", "Order", "Scenario", "Typology"]

TYPOLOGIES: dict[TypologyId, Typology] = {
    module.TYPOLOGY.id: module.TYPOLOGY
    for info in iter_modules(__path__)
    if hasattr(module := import_module(f"{__name__}.{info.name}"), "TYPOLOGY")
}
"""By `equipement_pilote_typologie_installation_domotique.id`."""
