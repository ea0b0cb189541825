"""What EMHASS really answered, as answers to our questions."""

from dataclasses import dataclass
from datetime import datetime
import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from custom_components.elfe_commande.core.model import EquipmentId
from custom_components.elfe_commande.sources.plans import Answer, Ask, Followed

FOLDER = Path(__file__).parent / "recorded"
PARIS = ZoneInfo("Europe/Paris")
DISHWASHER, HEATER, CAR = EquipmentId(1), EquipmentId(2), EquipmentId(3)
LOADS = (
    Followed(DISHWASHER, {"load": 0.0, "power": 1200.0}),
    Followed(HEATER, {"load": 1.0, "power": 2000.0}),
    Followed(CAR, {"load": 2.0, "power": 3700.0}),
)


@dataclass(frozen=True)
class Look:
    """The two pages, and when they were asked for."""

    now: float
    plan: dict[str, Any]
    last_run: dict[str, Any]

    @property
    def answers(self) -> list[Answer]:
        """Return them as answers."""
        return [Answer(200, self.plan), Answer(200, self.last_run)]

    def ask(self, *loads: Followed, now: float | None = None, **settings: Any) -> Ask:
        """Return what was asked by appliances, all three unless some are named."""
        return Ask(
            {"address": "http://emhass:5000", **settings},
            loads or LOADS,
            self.now if now is None else now,
            PARIS,
        )


def recorded(name: str, number: int = 0) -> Look:
    """Return one look of a recording."""
    found = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))["looks"][number]
    last_run = found["last_run"] or {}
    # The clock was set before the run, which took its time.
    now = datetime.fromisoformat(found["clock"]).timestamp() + 10
    return Look(now, found["plan"], last_run)
