"""Wished ends, cycle durations and charges: as entities, and by actions."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er
import pytest
import voluptuous as vol

from custom_components.elfe_commande.const import DOMAIN
from custom_components.elfe_commande.core.lifecycle import Code, NotRunningError
from custom_components.elfe_commande.core.model import Constraints, EquipmentId, Mode
from custom_components.elfe_commande.core.wish import Origin
from custom_components.elfe_commande.engine.ground.errors import WishRefusedError

from .conftest import Start
from .test_services import call
from .world import ANNA, START, World, status_of

ONE = EquipmentId(1)
PLATFORMS = {"wished_end": "time", "cycle_duration": "number", "charge_left": "number"}
ALL = Constraints(wished_end=START + 900, cycle_duration=5400, charge_left=40)


@pytest.fixture(autouse=True)
async def paris(hass: HomeAssistant, freezer) -> None:
    await hass.config.async_set_time_zone("Europe/Paris")
    # 12:15 in Paris.
    freezer.move_to(datetime.fromtimestamp(START, UTC))


def keys(hass: HomeAssistant) -> set[str]:
    registry = er.async_get(hass)
    return {
        key
        for key, platform in PLATFORMS.items()
        if registry.async_get_entity_id(platform, DOMAIN, f"elfe_1_{key}")
    }


async def constrain(world: World, constraints: Constraints) -> None:
    status = world.engine.statuses[ONE]
    status.equipment = replace(status.equipment, constraints=constraints)
    await world.put(status)


# ------------------------------------------------------------------------------- entities


async def test_values_are_as_on_the_screens(start: Start):
    world = await start([status_of(1, constraints=ALL)])

    assert world.state("time", 1, "wished_end").state == "12:30:00"
    assert float(world.state("number", 1, "cycle_duration").state) == 90
    assert world.state("number", 1, "cycle_duration").attributes["unit_of_measurement"] == "min"
    assert float(world.state("number", 1, "charge_left").state) == 40


@pytest.mark.parametrize(
    ("constraints", "there"),
    [
        (Constraints(), set()),
        (Constraints(wished_end=0, cycle_duration=3600), {"wished_end", "cycle_duration"}),
        (Constraints(wished_end=0, charge_left=0), {"wished_end", "charge_left"}),
    ],
)
async def test_there_is_what_the_tables_have(
    hass: HomeAssistant, start: Start, constraints: Constraints, there: set[str]
):
    await start([status_of(1, constraints=constraints)])

    assert keys(hass) == there


async def test_they_come_and_go_with_the_tables(hass: HomeAssistant, start: Start):
    world = await start([status_of(1)])

    await constrain(world, ALL)
    assert keys(hass) == set(PLATFORMS)

    await constrain(world, Constraints(wished_end=0))
    assert keys(hass) == {"wished_end"}

    await world.set_mode(1, Mode.NOT_PILOTED)
    assert keys(hass) == set()


async def test_a_compact_entry_has_none(hass: HomeAssistant, start: Start):
    await start([status_of(1, constraints=ALL)], compact=True)

    assert keys(hass) == set()


async def test_they_are_disabled_until_somebody_wants_them(
    hass: HomeAssistant, start_default: Start
):
    world = await start_default([status_of(1, constraints=ALL)])

    registry = er.async_get(hass)
    for key, platform in PLATFORMS.items():
        registered = registry.async_get(world.entity_id(platform, 1, key))
        assert registered.disabled_by is er.RegistryEntryDisabler.INTEGRATION


async def test_no_end_wished_yet_is_unknown(start: Start):
    world = await start([status_of(1, constraints=Constraints(wished_end=0))])

    assert world.state("time", 1, "wished_end").state == STATE_UNKNOWN


@pytest.mark.parametrize(("mode", "control"), [(Mode.DISABLED, 25), (Mode.PILOTED, 60)])
async def test_what_nobody_may_order_takes_no_wishes(start: Start, mode: int, control: int):
    world = await start([status_of(1, mode, control=control, constraints=ALL)])

    for key, platform in PLATFORMS.items():
        assert world.state(platform, 1, key).state == STATE_UNAVAILABLE


@pytest.mark.parametrize(
    ("time", "end"),
    [("12:30:00", START + 900), ("12:15:00", START + 86_400), ("07:00", 1795068000)],
)
async def test_a_wished_end_is_the_next_time_clocks_show_it(start: Start, time: str, end: int):
    world = await start([status_of(1, constraints=ALL)])

    entity_id = world.entity_id("time", 1, "wished_end")
    await world.act("time", "set_value", entity_id, time=time)

    (wish,) = world.engine.constraints
    assert (wish.equipment_id, wish.origin, wish.user_id) == (1, Origin.DASHBOARD, ANNA)
    assert wish.wishes == Constraints(wished_end=end)


@pytest.mark.parametrize(
    ("key", "value", "wishes"),
    [
        ("cycle_duration", 75, Constraints(cycle_duration=4500)),
        ("charge_left", 55, Constraints(charge_left=55)),
        ("charge_left", 0, Constraints(charge_left=0)),
    ],
)
async def test_numbers_are_written_as_the_tables_have_them(
    start: Start, key: str, value: float, wishes: Constraints
):
    world = await start([status_of(1, constraints=ALL)])

    entity_id = world.entity_id("number", 1, key)
    context = Context(parent_id="cause")
    await world.act("number", "set_value", entity_id, value=value, context=context)

    (wish,) = world.engine.constraints
    assert wish.origin is Origin.AUTOMATION
    assert wish.wishes == wishes


@pytest.mark.parametrize(
    ("refusal", "key", "kind"),
    [
        (NotRunningError(Code.STARTING), "not_running", ServiceValidationError),
        *(
            (WishRefusedError(key, {"equipment": "Machine 1"}), key, kind)
            for key, kind in (
                ("no_such_constraint", ServiceValidationError),
                ("value_refused", ServiceValidationError),
                ("mode_not_driven", ServiceValidationError),
                ("database_unavailable", HomeAssistantError),
            )
        ),
    ],
)
async def test_refusals_are_told_in_the_users_language(
    start: Start, refusal: Exception, key: str, kind: type[Exception]
):
    world = await start([status_of(1, constraints=ALL)])
    world.engine.refusals[ONE] = refusal

    with pytest.raises(kind) as caught:
        await world.act("time", "set_value", world.entity_id("time", 1, "wished_end"), time="07:00")

    assert type(caught.value) is kind
    assert caught.value.translation_key == key
    assert key not in str(caught.value)


# -------------------------------------------------------------------------------- actions


@pytest.mark.parametrize(
    ("action", "data", "wishes", "written"),
    [
        (
            "set_deadline",
            {"time": "07:00"},
            Constraints(wished_end=1795068000),
            {"wished_end": "2026-11-19T06:00:00+00:00"},
        ),
        (
            "set_deadline",
            {"datetime": "2026-11-20 18:30:00"},
            Constraints(wished_end=1795195800),
            {"wished_end": "2026-11-20T17:30:00+00:00"},
        ),
        (
            "set_deadline",
            {"datetime": "2026-11-20T18:30:00+00:00"},
            Constraints(wished_end=1795199400),
            {"wished_end": "2026-11-20T18:30:00+00:00"},
        ),
        (
            "set_cycle_duration",
            {"duration": {"hours": 1, "minutes": 30}},
            Constraints(cycle_duration=5400),
            {"cycle_duration": 5400},
        ),
        (
            "set_cycle_duration",
            {"duration": "00:45:00"},
            Constraints(cycle_duration=2700),
            {"cycle_duration": 2700},
        ),
        ("set_remaining_charge", {"charge": 0}, Constraints(charge_left=0), {"charge_left": 0}),
    ],
)
async def test_actions_answer_with_what_was_written(
    start: Start,
    action: str,
    data: dict[str, Any],
    wishes: Constraints,
    written: dict[str, Any],
):
    world = await start([status_of(1, constraints=ALL)])

    answer = await call(world.hass, action, equipment_id=1, **data)

    assert answer == {
        "equipments": [
            {"equipment_id": 1, "name": "Machine 1", "outcome": "written", "written": written}
        ]
    }
    (wish,) = world.engine.constraints
    assert (wish.wishes, wish.origin, wish.user_id) == (wishes, Origin.ACTION, ANNA)


async def test_an_action_goes_on_where_one_target_is_refused(hass: HomeAssistant, start: Start):
    world = await start([status_of(1), status_of(2)])
    world.engine.refusals[ONE] = WishRefusedError("no_such_constraint", {"equipment": "Machine 1"})
    targets = [world.entity_id("switch", n, "pilot") for n in (1, 2)]

    answer = await call(hass, "set_remaining_charge", entity_id=targets, charge=10)

    assert [(e["outcome"], e.get("reason")) for e in answer["equipments"]] == [
        ("refused", "no_such_constraint"),
        ("written", None),
    ]
    with pytest.raises(ServiceValidationError, match="Machine 1"):
        await call(hass, "set_remaining_charge", equipment_id=1, charge=10)


async def test_a_deadline_that_is_past_is_refused(hass: HomeAssistant, start: Start):
    world = await start([status_of(1)])

    with pytest.raises(ServiceValidationError) as caught:
        await call(hass, "set_deadline", equipment_id=1, datetime="2026-11-18 12:15:00")

    assert caught.value.translation_key == "deadline_past"
    assert not world.engine.constraints


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("set_deadline", {}),
        ("set_deadline", {"time": "07:00", "datetime": "2026-11-20 18:30:00"}),
        ("set_deadline", {"time": "25:00"}),
        ("set_cycle_duration", {"duration": 0}),
        ("set_cycle_duration", {"duration": {"hours": 25}}),
        ("set_cycle_duration", {}),
        ("set_remaining_charge", {"charge": 101}),
        ("set_remaining_charge", {"charge": -1}),
    ],
)
async def test_impossible_values_are_no_wishes(
    hass: HomeAssistant, start: Start, action: str, data: dict[str, Any]
):
    world = await start([status_of(1)])

    with pytest.raises(vol.Invalid):
        await call(hass, action, equipment_id=1, **data)

    assert not world.engine.constraints
