"""The actions: targets, answers, and mistakes told in the user's language."""

from typing import Any

from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import area_registry as ar, device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from custom_components.elfe_commande.const import DOMAIN
from custom_components.elfe_commande.core.lifecycle import Code, NotRunningError
from custom_components.elfe_commande.core.model import EquipmentId, Mode
from custom_components.elfe_commande.core.outcome import Outcome, Result
from custom_components.elfe_commande.core.wish import Intent, Origin
from custom_components.elfe_commande.devices.identifiers import equipment_identifier, hub_identifier
from custom_components.elfe_commande.engine.ground.errors import WishRefusedError

from .conftest import Start
from .world import ANNA, ENTRY_ID, NOW, status_of


async def call(hass: HomeAssistant, name: str, **data: Any) -> Any:
    """Call an action and return its answer."""
    return await hass.services.async_call(
        DOMAIN,
        name,
        data,
        blocking=True,
        return_response=True,
        context=Context(user_id=ANNA),
    )


def device_of(hass: HomeAssistant, identifier: tuple[str, str]) -> str:
    device = dr.async_get(hass).async_get_device_by_identifier(identifier, ENTRY_ID)
    assert device is not None
    return device.id


# ------------------------------------------------------------------------------- answers


async def test_run_typology_answers_with_what_was_done(hass, start: Start):
    world = await start([status_of(1)])

    answer = await call(hass, "run_typology", equipment_id=1, order="on")

    assert answer == {
        "equipments": [
            {
                "equipment_id": 1,
                "name": "Machine 1",
                "outcome": "acknowledged",
                "reason": "acknowledged",
                "ordered": True,
                "acknowledged": True,
                "latency": 0.021,
                "tries": 1,
                "will_retry": False,
                "retry_until": None,
                "detail": None,
                "written": {"mode": 20, "programmed": True},
                "noted": True,
            }
        ]
    }
    (wish,) = world.engine.wishes
    assert (wish.intent, wish.origin, wish.user_id) == (Intent.START, Origin.ACTION, ANNA)
    assert not wish.force
    assert wish.typology_id is None


@pytest.mark.parametrize("typology", ["double_press", 160, "160"])
async def test_run_typology_takes_another_typology_and_force(
    hass, start: Start, typology: str | int
):
    world = await start([status_of(1)])

    await call(hass, "run_typology", equipment_id=[1], order=False, typology=typology, force=True)

    (wish,) = world.engine.wishes
    assert (wish.intent, wish.typology_id, wish.force) == (Intent.STOP, 160, True)


@pytest.mark.parametrize("typology", ["ballista", 999, None])
async def test_a_typology_that_does_not_exist_is_not_accepted(hass, start: Start, typology: Any):
    await start([status_of(1)])

    with pytest.raises(vol.Invalid, match="double_press"):
        await call(hass, "run_typology", equipment_id=1, order="on", typology=typology)


@pytest.mark.parametrize(
    ("name", "mode", "intent"),
    [
        ("init_typology", "manual", Intent.TO_MANUAL),
        ("init_typology", "piloted", Intent.TO_PILOTED),
        ("set_mode", "forced_off", Intent.FORCED_OFF),
        ("set_mode", "automatic", Intent.TO_PILOTED),
        ("set_mode", "forced_on", Intent.FORCED_ON),
    ],
)
async def test_modes_are_asked_for(hass, start: Start, name: str, mode: str, intent: Intent):
    world = await start([status_of(1)])

    await call(hass, name, equipment_id=1, mode=mode)

    assert world.engine.wishes[0].intent is intent


async def test_a_failed_order_is_an_answer_not_an_error(hass, start: Start):
    world = await start([status_of(1)])
    world.engine.result = Result(
        Outcome.FAILED, "silent", on=True, at=NOW, tries=1, will_retry=True
    )

    (answer,) = (await call(hass, "set_mode", equipment_id=1, mode="forced_on"))["equipments"]

    assert (answer["outcome"], answer["acknowledged"], answer["will_retry"]) == (
        "failed",
        False,
        True,
    )
    assert answer["written"] == {}


async def test_an_automation_without_interest_in_the_answer_gets_none(hass, start: Start):
    world = await start([status_of(1)])

    await hass.services.async_call(
        DOMAIN,
        "set_mode",
        {"equipment_id": 1, "mode": "automatic"},
        blocking=True,
        context=Context(parent_id="cause"),
    )

    assert world.engine.wishes[0].origin is Origin.AUTOMATION


async def test_run_cycle_answers_with_its_report(hass, start: Start):
    await start([status_of(1)])

    answer = await call(hass, "run_cycle")

    assert answer == {
        "at": "2026-11-18T11:15:30+00:00",
        "duration": 0.123,
        "equipments": 3,
        "ordered": 2,
        "acknowledged": 1,
        "failed": 1,
        "skipped": 1,
        "doubtful": 0,
        "not_ended": 0,
        "degraded": False,
    }


async def test_get_plan_answers_with_the_day(hass, start: Start):
    world = await start([status_of(1), status_of(2)])
    world.engine.statuses[EquipmentId(2)].plan = None
    world.engine.statuses[EquipmentId(2)].decision = None
    world.engine.statuses[EquipmentId(2)].next_start = None

    first, second = (await call(hass, "get_plan", equipment_id=[1, 2]))["equipments"]

    plan = first.pop("plan")
    assert first == {
        "equipment_id": 1,
        "name": "Machine 1",
        "decision": "off",
        "source": "ems",
        "reason": "waiting",
        "next_start": "2026-11-18T11:30:00+00:00",
    }
    assert plan["start"] == "2026-11-18T11:15:00+00:00"
    assert plan["slots"] == [False, True, *[False] * 94]
    assert plan["runs"] == [
        {"start": "2026-11-18T11:30:00+00:00", "end": "2026-11-18T11:45:00+00:00"}
    ]
    assert second["plan"] is None
    assert second["decision"] is None


# ------------------------------------------------------------------------------- targets


async def test_devices_entities_and_areas_are_targets(hass, start: Start):
    world = await start([status_of(n) for n in range(1, 5)])
    area = ar.async_get(hass).async_create("Kitchen").id
    # What else is in the kitchen is no concern of ours.
    other = MockConfigEntry(domain="other")
    other.add_to_hass(hass)
    lamp = dr.async_get(hass).async_get_or_create(
        config_entry_id=other.entry_id, identifiers={("other", "lamp")}
    )
    dr.async_get(hass).async_update_device(lamp.id, area_id=area)
    er.async_get(hass).async_get_or_create(
        "light", "other", "lamp", config_entry=other, device_id=lamp.id
    )
    device = device_of(hass, equipment_identifier(ENTRY_ID, EquipmentId(3)))
    dr.async_get(hass).async_update_device(device, area_id=area)

    await call(
        hass,
        "init_typology",
        mode="manual",
        device_id=[device_of(hass, equipment_identifier(ENTRY_ID, EquipmentId(1)))],
        entity_id=[world.entity_id("sensor", 2, "decision")],
        area_id=[area],
        equipment_id=[1],
    )

    assert sorted(wish.equipment_id for wish in world.engine.wishes) == [1, 2, 3]


@pytest.mark.parametrize(
    ("data", "key"),
    [
        ({}, "no_equipment"),
        ({"equipment_id": 99}, "unknown_equipment"),
        ({"entity_id": ["light.other"]}, "not_an_equipment"),
        ({"entity_id": ["sensor.territory_lifecycle"]}, "not_an_equipment"),
        ({"device_id": ["nowhere"]}, "not_an_equipment"),
        ({"area_id": ["nowhere"]}, "no_equipment"),
    ],
)
async def test_targets_that_are_no_equipment_are_refused(
    hass, start: Start, data: dict[str, Any], key: str
):
    world = await start([status_of(1)])

    with pytest.raises(ServiceValidationError) as caught:
        await call(hass, "set_mode", mode="automatic", **data)

    assert caught.value.translation_key == key
    assert key not in str(caught.value)
    assert not world.engine.wishes


async def test_the_hub_is_no_equipment(hass, start: Start):
    await start([status_of(1)])

    with pytest.raises(ServiceValidationError) as caught:
        await call(hass, "get_plan", device_id=device_of(hass, hub_identifier(ENTRY_ID)))

    assert caught.value.translation_key == "not_an_equipment"


async def test_an_entry_may_be_named_and_must_exist(hass, start: Start):
    await start([status_of(1)])

    answer = await call(hass, "get_plan", equipment_id=1, config_entry_id=ENTRY_ID)
    assert len(answer["equipments"]) == 1

    with pytest.raises(ServiceValidationError):
        await call(hass, "get_plan", equipment_id=1, config_entry_id="other")


async def test_an_unloaded_entry_takes_no_orders(hass, start: Start):
    world = await start([status_of(1)])
    device = device_of(hass, equipment_identifier(ENTRY_ID, EquipmentId(1)))
    await hass.config_entries.async_unload(ENTRY_ID)

    for data, key in (
        ({"device_id": [device]}, "entry_not_loaded"),
        ({"equipment_id": [1]}, "unknown_equipment"),
    ):
        with pytest.raises(ServiceValidationError) as caught:
            await call(hass, "set_mode", mode="automatic", **data)
        assert caught.value.translation_key == key
    assert not world.engine.wishes


async def test_an_equipment_that_just_left_is_unknown(hass, start: Start):
    world = await start([status_of(1)])
    device = device_of(hass, equipment_identifier(ENTRY_ID, EquipmentId(1)))
    world.engine.statuses.clear()

    with pytest.raises(ServiceValidationError) as caught:
        await call(hass, "get_plan", device_id=device)

    assert caught.value.translation_key == "unknown_equipment"


async def test_the_same_number_in_two_entries_needs_the_entry(hass, start: Start):
    await start([status_of(1)])
    await start([status_of(1)], entry_id="second")

    with pytest.raises(ServiceValidationError) as caught:
        await call(hass, "get_plan", equipment_id=1)
    assert caught.value.translation_key == "ambiguous_equipment"

    answer = await call(hass, "get_plan", equipment_id=1, config_entry_id="second")
    assert len(answer["equipments"]) == 1


# ------------------------------------------------------------------------------ refusals


async def test_the_state_of_the_engine_is_told(hass, start: Start):
    world = await start([status_of(1)])
    world.engine.refusals[EquipmentId(1)] = NotRunningError(Code.PREPARED)

    with pytest.raises(ServiceValidationError) as caught:
        await call(hass, "set_mode", equipment_id=1, mode="automatic")

    assert caught.value.translation_key == "not_running"
    assert caught.value.translation_placeholders == {"code": "14", "state": "prepared"}


async def test_one_refusal_among_several_is_part_of_the_answer(hass, start: Start):
    world = await start([status_of(1), status_of(2, Mode.DISABLED)])
    refused = WishRefusedError("mode_not_driven", {"equipment": "Machine 2"})
    world.engine.refusals[EquipmentId(2)] = refused

    first, second = (await call(hass, "set_mode", equipment_id=[1, 2], mode="automatic"))[
        "equipments"
    ]

    assert first["outcome"] == "acknowledged"
    assert (second["outcome"], second["reason"]) == ("refused", "mode_not_driven")
    assert "Machine 2" in second["message"]


async def test_without_an_answer_a_refusal_is_raised_after_all_were_tried(hass, start: Start):
    world = await start([status_of(1), status_of(2)])
    world.engine.refusals[EquipmentId(1)] = WishRefusedError(
        "database_unavailable", {"equipment": "Machine 1"}
    )

    with pytest.raises(HomeAssistantError) as caught:
        await hass.services.async_call(
            DOMAIN, "set_mode", {"equipment_id": [1, 2], "mode": "automatic"}, blocking=True
        )

    assert not isinstance(caught.value, ServiceValidationError)
    assert [wish.equipment_id for wish in world.engine.wishes] == [1, 2]


async def test_a_mistake_of_the_program_is_not_hidden_in_an_answer(hass, start: Start):
    world = await start([status_of(1), status_of(2)])
    world.engine.refusals[EquipmentId(1)] = ZeroDivisionError()

    with pytest.raises(ZeroDivisionError):
        await call(hass, "set_mode", equipment_id=[1, 2], mode="automatic")


async def test_a_cycle_that_may_not_run_is_refused(hass, start: Start):
    world = await start([])
    world.engine.cycle_refusal = WishRefusedError("database_unavailable", {"equipment": ""})

    with pytest.raises(HomeAssistantError):
        await call(hass, "run_cycle")
