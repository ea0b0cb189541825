"""Where plans come from: one source per file, pure.

A new source is one new module with a `PLAN_SOURCE`; it is found here by its name.
"""

from importlib import import_module
from pkgutil import iter_modules

from .base import (
    Answer,
    Ask,
    Channel,
    Events,
    Field,
    FieldKind,
    Finding,
    Followed,
    Misfit,
    Page,
    PlanSource,
    Question,
    Reading,
    SourcedPlan,
)

__all__ = [
    "PLAN_SOURCES",
    "Answer",
    "Ask",
    "Channel",
    "Events",
    "Field",
    "FieldKind",
    "Finding",
    "Followed",
    "Misfit",
    "Page",
    "PlanSource",
    "Question",
    "Reading",
    "SourcedPlan",
]

PLAN_SOURCES: dict[str, PlanSource] = {
    module.PLAN_SOURCE.name: module.PLAN_SOURCE
    for info in iter_modules(__path__)
    if hasattr(module := import_module(f"{__name__}.{info.name}"), "PLAN_SOURCE")
}
"""By the name that a subentry keeps."""
