"""Rules and what they see, in few words, and a clock that tests move."""

from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from custom_components.elfe_commande.core.model import EquipmentId
from custom_components.elfe_commande.core.rule_conditions import observe
from custom_components.elfe_commande.core.rule_evaluation import Evaluation, evaluate
from custom_components.elfe_commande.core.rules import (
    Band,
    Case,
    History,
    Inputs,
    Limits,
    Measurement,
    Quantity,
    Rule,
    confirmed,
    granted,
)

PARIS = ZoneInfo("Europe/Paris")
NOON = datetime(2026, 7, 14, 12, 0, tzinfo=PARIS).timestamp()


def rule(**changes: Any) -> Rule:
    """Return a rule that looks at the surplus, without delays, unless it is told otherwise."""
    values: dict[str, Any] = {
        "equipment_id": EquipmentId(1),
        "nominal_power": 3000.0,
        "min_on": 0.0,
        "min_off": 0.0,
    }
    if not changes.keys() & {"bands", "regulator", "hours", "months", "dependency"}:
        values["bands"] = surplus()
    return Rule(**(values | changes))


def surplus(on: float = 3000.0, off: float = 0.0, **delays: float) -> Any:
    return band(Quantity.SURPLUS, on, off, **delays)


def band(quantity: Quantity, on: float, off: float, **delays: float) -> Any:
    return MappingProxyType(
        {quantity: Band(on, off, **({"on_delay": 0.0, "off_delay": 0.0} | delays))}
    )


class Life:
    """One rule in time: readings come, minutes pass, and what it proposes is granted."""

    def __init__(self, of: Rule, *, now: float = NOON, **inputs: Any) -> None:
        """Begin at `now`, with the other inputs as given."""
        self.rule = of
        self.now = now
        self.inputs = inputs
        self.readings: dict[str, Measurement] = {}
        self.history = History()
        self.limits = Limits()

    def see(self, **values: Any) -> Life:
        """Let inputs report values now."""
        for name, value in values.items():
            self.readings[name] = Measurement(value, self.now, "sensor.one")
        self._observe()
        return self

    def after(self, seconds: float, **values: Any) -> Life:
        """Let time pass, then let inputs report."""
        self.now += seconds
        return self.see(**values)

    @property
    def case(self) -> Case:
        local = datetime.fromtimestamp(self.now, PARIS)
        inputs = Inputs(local, self.readings, **self.inputs)
        return Case(self.rule, inputs, self.history, self.now, self.limits)

    def _observe(self) -> None:
        self.history = observe(self.case)

    def ask(self) -> Evaluation:
        """Return what the rule proposes."""
        self._observe()
        return evaluate(self.case)

    def step(self) -> tuple[bool | None, str]:
        """Grant what the rule proposes; what it proposed, and why."""
        found = self.ask()
        self.history = confirmed(granted(self.history, found.on, self.now), self.now)
        return found.on, found.reason

    def since(self, **changes: Any) -> Life:
        """Change what is remembered."""
        self.history = replace(self.history, **changes)
        return self
