"""Lines of the logbook: who did what, and why, in the language of the house."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from homeassistant.components.logbook.processor import EventProcessor
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)

from custom_components.elfe_commande.automations.chronicle import (
    EVENT_DRIFTED,
    EVENT_MODE_CHANGED,
    EVENT_ORDER_ENDED,
    EVENT_RUN_FINISHED,
    EVENT_UNCLEAN_STOP,
)
from custom_components.elfe_commande.core.decision import Act, Source
from custom_components.elfe_commande.core.lifecycle import Code
from custom_components.elfe_commande.core.model import EquipmentId, Mode
from custom_components.elfe_commande.core.outcome import Outcome
from custom_components.elfe_commande.core.plan import Owner
from custom_components.elfe_commande.core.wish import Origin
from custom_components.elfe_commande.engine.ground.events import LifecycleChanged, LoadDrifted
from tests.entities.conftest import Start
from tests.entities.world import World, status_of

from .told import mode_changed, order_ended, tell

DONE = Outcome.ACKNOWLEDGED
# Home Assistant's logbook does not start without it.
pytest.importorskip(
    "hass_frontend", reason="needs Home Assistant's frontend (scripts/setup oldest)"
)

SOMEBODY = "3f1b8a0c6f0e4f8f9a53cf0d5c7b2f11"
"""The recorder keeps ids of this form only."""


async def lines(
    hass: HomeAssistant, world: World, entity_id: str | None = None
) -> list[dict[str, Any]]:
    """Return what the logbook says of an entity, machine 1 if none is named."""
    await async_wait_recording_done(hass)
    entity_id = entity_id or world.entity_id("switch", 1, "pilot")
    kinds = (
        EVENT_ORDER_ENDED,
        EVENT_MODE_CHANGED,
        EVENT_DRIFTED,
        EVENT_RUN_FINISHED,
        EVENT_UNCLEAN_STOP,
    )
    processor = EventProcessor(hass, kinds, [entity_id], None, None)
    now = dt_util.utcnow()
    found = await hass.async_add_executor_job(
        processor.get_events, now - timedelta(hours=1), now + timedelta(hours=1)
    )
    return [line for line in found if "message" in line]


STORIES = [
    (
        order_ended(outcome=DONE),
        "started by the plan",
        "démarré par le plan",
    ),
    (
        order_ended(outcome=DONE, origin=Origin.DASHBOARD, user_id=SOMEBODY),
        "started from a dashboard",
        "démarré depuis un tableau de bord",
    ),
    (
        order_ended(outcome=DONE, act=Act.FORCED_OFF, origin=Origin.SCREEN),
        "forced off at the wall screen",
        "arrêt forcé à l’écran mural",
    ),
    (
        order_ended(outcome=DONE, act=Act.OFF, source=Source.DEFAULT),
        "switched off because there is no plan",
        "éteint car il n’y a pas de plan",
    ),
    (
        order_ended(),
        "did not carry out “Start” (requested by the plan): the device did not answer",
        "n’a pas exécuté «\xa0Démarrer\xa0» (demandé par le plan)\xa0: le module n’a pas répondu",
    ),
    (
        order_ended(outcome=Outcome.DOUBTFUL, reason="unconfirmed", origin=Origin.AUTOMATION),
        "may not have carried out “Start” (requested by an automation): not confirmed",
        "n’a peut-être pas exécuté «\xa0Démarrer\xa0» (demandé par une automatisation)\xa0: non confirmé",
    ),
    (
        order_ended(outcome=Outcome.SKIPPED, reason="disconnected"),
        "was not sent “Start” (requested by the plan): MQTT broker not connected",
        "n’a pas reçu «\xa0Démarrer\xa0» (demandé par le plan)\xa0: broker MQTT non connecté",
    ),
    (
        mode_changed(),
        "set to manual at the wall screen",
        "passé en mode manuel à l’écran mural",
    ),
    (
        LoadDrifted(EquipmentId(1), on=False),
        "is off, which was not ordered: switched by hand, or by its device",
        "est éteint, ce qui n’a pas été commandé\xa0: à la main ou par son relais",
    ),
    (
        LoadDrifted(EquipmentId(1), on=True),
        "is on, which was not ordered: switched by hand, or by its device",
        "est allumé, ce qui n’a pas été commandé\xa0: à la main ou par son relais",
    ),
    (
        mode_changed(origin=Origin.ELSEWHERE, modes=(Mode.MANUAL, 42)),
        "set to 42 from elsewhere, according to the database",
        "passé en mode 42 ailleurs, d’après la base de données",
    ),
    (
        order_ended(act=Act.FORCED_ON, origin=Origin.DASHBOARD, will_retry=True),
        (
            "has not confirmed “Force on” (requested from a dashboard): the device did not answer;"
            " it is tried again"
        ),
        (
            "n’a pas confirmé «\xa0Forcer la marche\xa0» (demandé depuis un tableau de bord)\xa0: le"
            " module n’a pas répondu\xa0; nouvel essai à suivre"
        ),
    ),
]


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_lines_say_who_and_why(recorder_mock, hass, start: Start, language):
    hass.config.language = language
    assert await async_setup_component(hass, "logbook", {})
    world = await start([status_of(1)])

    await tell(world, *(event for event, *_ in STORIES))
    found = await lines(hass, world)

    assert [line["message"] for line in found] == [
        {"en": english, "fr": french}[language] for _, english, french in STORIES
    ]
    assert {line["name"] for line in found} == {"Machine 1"}
    assert {line["domain"] for line in found} == {"elfe_commande"}
    assert found[1]["context_user_id"] == SOMEBODY
    assert all(line["icon"].startswith("mdi:") for line in found)


@pytest.mark.parametrize(
    ("typology", "named"), [(120, ("select", 1, "mode")), (130, ("event", 1, "activity"))]
)
async def test_a_line_is_shown_at_what_bears_the_name_of_its_appliance(
    recorder_mock, hass, start: Start, typology: int, named: tuple[str, int, str]
):
    assert await async_setup_component(hass, "logbook", {})
    world = await start([status_of(1, typology=typology)])
    await tell(world, order_ended(outcome=DONE))

    (line,) = await lines(hass, world)
    assert line["entity_id"] == world.entity_id(*named)


async def test_there_are_words_for_all(recorder_mock, hass, start: Start):
    assert await async_setup_component(hass, "logbook", {})
    world = await start([status_of(1)])

    for act in Act:
        for outcome in Outcome:
            await tell(world, order_ended(outcome=outcome, act=act, origin=Origin.SCREEN))
    await tell(
        world,
        *(order_ended(origin=origin, reason=origin) for origin in Origin),
        *(order_ended(source=source, reason=source) for source in Source),
        *(mode_changed(origin=origin) for origin in Origin),
    )
    found = await lines(hass, world)

    assert len(found) > 50
    for line in found:
        assert "logbook" not in line["message"]
        assert "_" not in line["message"]


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "ran for 95 min and drew 0.84 kWh"), ("fr", "a tourné 95 min et consommé 0,84 kWh")],
)
async def test_numbers_are_written_as_people_do(recorder_mock, hass, start: Start, language, said):
    hass.config.language = language
    assert await async_setup_component(hass, "logbook", {})
    world = await start([status_of(1)])
    about = {"entity_id": world.entity_id("switch", 1, "pilot"), "confirmed": True}
    hass.bus.async_fire(EVENT_RUN_FINISHED, about | {"minutes": 95.2, "energy": 0.84})
    (line,) = await lines(hass, world)
    assert line["message"] == said


@pytest.mark.parametrize(("language", "word"), [("en", "not clean"), ("fr", "brutal")])
async def test_a_stop_that_was_not_clean_is_told(recorder_mock, hass, start: Start, language, word):
    hass.config.language = language
    assert await async_setup_component(hass, "logbook", {})
    world = await start([status_of(1)])
    world.engine.unclean_stop = True

    await tell(world, LifecycleChanged(Code.RUNNING))
    lifecycle = world.entity_id("sensor", None, "lifecycle")
    (line,) = await lines(hass, world, lifecycle)

    assert word in line["message"]
    assert line["name"] == "Territory"
    assert line["entity_id"] == lifecycle


# ------------------------------------------------------------------------- what is not told


async def test_repetitions_are_not_told(hass, start: Start):
    world = await start([status_of(1), status_of(2)])
    told = async_capture_events(hass, EVENT_ORDER_ENDED)

    await tell(
        world,
        order_ended(outcome=DONE, act=Act.ON),
        order_ended(outcome=DONE, act=Act.ON),
        order_ended(2, outcome=DONE, act=Act.ON),
        order_ended(outcome=DONE, act=Act.OFF),
        order_ended(outcome=DONE, act=Act.ON),
        # A person did it twice.
        order_ended(outcome=DONE, act=Act.ON, origin=Origin.SCREEN),
    )

    assert [(e.data["equipment_id"], e.data["act"]) for e in told] == [
        (1, "on"),
        (2, "on"),
        (1, "off"),
        (1, "on"),
        (1, "on"),
    ]


async def test_what_is_said_elsewhere_is_not_told(hass, start: Start):
    world = await start([status_of(1)])
    told = async_capture_events(hass, EVENT_ORDER_ENDED)

    await tell(
        world,
        order_ended(will_retry=True),
        order_ended(outcome=DONE, act=Act.KEEP_OFF),
        order_ended(outcome=Outcome.SKIPPED, act=Act.KEEP_OFF),
        order_ended(outcome=DONE, act=Act.TO_MANUAL, origin=Origin.SCREEN),
        order_ended(outcome=DONE, act=Act.TO_PILOTED, origin=Origin.SCREEN),
        order_ended(9),
    )

    assert not told


async def test_a_change_of_mode_has_one_line(hass, start: Start):
    """What an order or the switch itself tells is not told again."""
    world = await start([status_of(1)])
    told = async_capture_events(hass, EVENT_MODE_CHANGED)

    await tell(
        world,
        # The plan started the machine: the order says so.
        mode_changed(origin=Origin.EMS),
        mode_changed(origin=Origin.RULE),
        # The switch was turned, and shows by whom.
        mode_changed(origin=Origin.DASHBOARD, user_id=SOMEBODY),
        mode_changed(origin=Origin.AUTOMATION, modes=(Mode.MANUAL, Mode.PILOTED)),
        # Nothing else tells where this came from, or what it is now.
        mode_changed(origin=Origin.SCREEN),
        mode_changed(origin=Origin.EMS, modes=(Mode.MANUAL, Mode.PILOTED)),
        mode_changed(origin=Origin.ACTION, modes=(Mode.PILOTED, Mode.DISABLED)),
    )

    assert [e.data["origin"] for e in told] == ["screen", "ems", "action"]


async def test_what_was_not_confirmed_is_told_and_so_is_its_end(hass, start: Start):
    world = await start([status_of(1)])
    told = async_capture_events(hass, EVENT_ORDER_ENDED)

    await tell(
        world,
        order_ended(act=Act.TO_MANUAL, origin=Origin.DASHBOARD, will_retry=True),
        order_ended(outcome=DONE, act=Act.TO_MANUAL, origin=Origin.DASHBOARD),
        # The next one tells of itself by the change of mode, as ever.
        order_ended(outcome=DONE, act=Act.TO_MANUAL, origin=Origin.DASHBOARD),
    )

    assert [(e.data["outcome"], e.data["will_retry"]) for e in told] == [
        ("failed", True),
        ("acknowledged", False),
    ]


async def test_a_plan_of_ones_own_is_not_credited_to_the_ems(recorder_mock, hass, start: Start):
    assert await async_setup_component(hass, "logbook", {})
    status = status_of(1)
    status.plan = replace(status.plan, owner=Owner.ACTION)
    world = await start([status])

    await tell(world, order_ended(outcome=DONE))

    (line,) = await lines(hass, world)
    assert line["message"] == "started by the plan set by an action"


async def test_a_failure_that_comes_back_is_told_again(hass, start: Start):
    world = await start([status_of(1)])
    told = async_capture_events(hass, EVENT_ORDER_ENDED)

    await tell(
        world,
        order_ended(act=Act.KEEP_OFF),
        order_ended(act=Act.KEEP_OFF),
        order_ended(outcome=DONE, act=Act.KEEP_OFF),
        order_ended(act=Act.KEEP_OFF),
    )
    await world.drop(1)
    await world.put(status_of(1))
    await tell(world, order_ended(act=Act.KEEP_OFF))

    assert [e.data["outcome"] for e in told] == ["failed"] * 3
