"""The blueprints of the library's nine rules: what they set, and when they give it back."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
import shutil
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.elfe_commande.core.wish import Intent
from tests.entities.conftest import Start
from tests.entities.world import World, status_of

from .test_blueprints import FOLDER, target_of, use

ON, AUTOMATIC = Intent.FORCED_ON, Intent.TO_PILOTED
REGULATOR, CHARGE, OTHER, POWER = "sensor.cs", "sensor.soc", "switch.other", "sensor.battery"

type Step = tuple[str, str] | int
"""An entity and its new state, or minutes that pass."""


@pytest.fixture
def hass_config_dir(tmp_path: Path) -> str:
    """Have the blueprints where an import puts them."""
    shutil.copytree(FOLDER, tmp_path / "blueprints" / "automation" / "elfe_commande")
    return str(tmp_path)


@pytest.fixture
async def live(
    hass: HomeAssistant, start: Start, freezer: FrozenDateTimeFactory
) -> Callable[..., Any]:
    """Return what makes an automation of a blueprint, lives some steps, and tells the wishes."""
    await hass.config.async_set_time_zone("Europe/Paris")
    freezer.move_to("2026-11-18T08:30:00+00:00")
    world = await start([status_of(1)])
    for entity_id, state in ((REGULATOR, "bulk"), (CHARGE, "50"), (OTHER, "off"), (POWER, "0")):
        hass.states.async_set(entity_id, state)

    async def lived(name: str, inputs: dict[str, Any], steps: tuple[Step, ...]) -> list[Intent]:
        await use(hass, name, equipments=target_of(world, 1), **inputs)
        for step in steps:
            if isinstance(step, int):
                await _pass(world, freezer, step)
            else:
                hass.states.async_set(*step)
                await _settle()
        return [wish.intent for wish in world.engine.wishes]

    return lived


async def _pass(world: World, freezer: FrozenDateTimeFactory, minutes: int) -> None:
    freezer.tick(timedelta(minutes=minutes))
    async_fire_time_changed(world.hass)
    await _settle()


async def _settle() -> None:
    """Let what is due be done; an automation in the middle of a delay is not waited for."""
    for _ in range(100):
        await asyncio.sleep(0)


CASES: list[tuple[str, dict[str, Any], tuple[Step, ...], list[Intent]]] = [
    # It is half past nine in Paris.
    ("between_hours", {"begin": "09:40:00", "end": "09:50:00"}, (9,), []),
    ("between_hours", {"begin": "09:40:00", "end": "09:50:00"}, (11,), [ON]),
    ("between_hours", {"begin": "09:40:00", "end": "09:50:00"}, (11, 10), [ON, AUTOMATIC]),
    ("charge_above", {"charge": CHARGE}, ((CHARGE, "89"),), []),
    ("charge_above", {"charge": CHARGE}, ((CHARGE, "90"), (CHARGE, "85")), [ON]),
    ("charge_above", {"charge": CHARGE}, ((CHARGE, "90"), (CHARGE, "79")), [ON, AUTOMATIC]),
    ("absorption_or_float", {"regulator": REGULATOR}, ((REGULATOR, "float"), 9), [ON]),
    (
        "absorption_or_float",
        {"regulator": REGULATOR},
        ((REGULATOR, "4"), (REGULATOR, "bulk"), 2),
        [ON, AUTOMATIC],
    ),
    (
        "absorption_minimum",
        {"regulator": REGULATOR},
        ((REGULATOR, "Float"), (REGULATOR, "bulk"), 19),
        [ON],
    ),
    (
        "absorption_minimum",
        {"regulator": REGULATOR},
        ((REGULATOR, "Float"), (REGULATOR, "bulk"), 21),
        [ON, AUTOMATIC],
    ),
    ("absorption_minimum", {"regulator": REGULATOR}, ((REGULATOR, "Float"), 30), [ON]),
    ("after_other_on", {"other": OTHER}, ((OTHER, "on"), 4), []),
    ("after_other_on", {"other": OTHER}, ((OTHER, "on"), 6), [ON]),
    ("after_other_on", {"other": OTHER}, ((OTHER, "on"), 6, 6), [ON, AUTOMATIC]),
    ("after_other_on", {"other": OTHER, "not_before": "12:00:00"}, ((OTHER, "on"), 12), []),
    (
        "with_other_and_float",
        {"other": OTHER, "regulator": REGULATOR},
        ((REGULATOR, "float"), 2),
        [],
    ),
    (
        "with_other_and_float",
        {"other": OTHER, "regulator": REGULATOR},
        ((REGULATOR, "float"), (OTHER, "on"), (OTHER, "off"), 2),
        [ON, AUTOMATIC],
    ),
    ("once_a_day", {"regulator": REGULATOR}, ((REGULATOR, "absorption"), 6), [ON, AUTOMATIC]),
    (
        "once_a_day",
        {"regulator": REGULATOR},
        ((REGULATOR, "float"), 6, (REGULATOR, "bulk"), (REGULATOR, "float"), 6),
        [ON, AUTOMATIC],
    ),
    ("after_other_finished", {"other": OTHER}, ((OTHER, "on"), 5), []),
    ("after_other_finished", {"other": OTHER}, ((OTHER, "on"), (OTHER, "off"), 59), [ON]),
    (
        "after_other_finished",
        {"other": OTHER},
        ((OTHER, "on"), (OTHER, "off"), 61),
        [ON, AUTOMATIC],
    ),
    ("hot_water", {"regulator": REGULATOR, "power": POWER}, ((REGULATOR, "float"),), []),
    (
        "hot_water",
        {"regulator": REGULATOR, "power": POWER},
        ((REGULATOR, "float"), (POWER, "120"), (POWER, "-5"), 2),
        [ON, AUTOMATIC],
    ),
]


def test_every_rule_of_the_library_is_there() -> None:
    names = {f"surplus_{case[0]}" for case in CASES}
    assert {path.stem for path in FOLDER.glob("surplus_*.yaml")} == names
    assert len(names) == 9


@pytest.mark.parametrize(
    ("name", "inputs", "steps", "intents"),
    CASES,
    ids=[f"{case[0]}-{number}" for number, case in enumerate(CASES)],
)
async def test_rule(
    live: Callable[..., Any],
    name: str,
    inputs: dict[str, Any],
    steps: tuple[Step, ...],
    intents: list[Intent],
) -> None:
    assert await live(f"surplus_{name}", inputs, steps) == intents
