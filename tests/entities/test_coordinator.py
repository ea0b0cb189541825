"""When what changed is shown: after the orders of a cycle, or at once to whoever waits."""

import asyncio
from dataclasses import dataclass, field

from homeassistant.core import HomeAssistant
import pytest

from custom_components.elfe_commande.coordinator import ElfeCoordinator
from custom_components.elfe_commande.core.model import EquipmentId
from custom_components.elfe_commande.core.timing import Timing
from custom_components.elfe_commande.engine.ground.events import EquipmentChanged
from custom_components.elfe_commande.engine.ground.traffic import Traffic
from tests.fixtures_home_assistant import wait_for

ONE, OTHER = EquipmentId(1), EquipmentId(2)


@dataclass
class Cycle:
    """What the coordinator asks of an engine: here, whether orders are under way."""

    busy: bool = True
    statuses: dict[EquipmentId, object] = field(default_factory=dict)
    traffic: Traffic = field(default_factory=Traffic)


@dataclass
class Shown:
    """Two entities, and the order in which they were written."""

    coordinator: ElfeCoordinator
    cycle: Cycle
    written: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.coordinator.watch_equipment(ONE, self.write_one)
        self.coordinator.watch_equipment(OTHER, self.write_other)

    def write_one(self) -> None:
        self.written.append("one")

    def write_other(self) -> None:
        self.written.append("other")

    def change(self, equipment_id: EquipmentId, *, at_once: bool = False) -> None:
        self.coordinator.handle(EquipmentChanged(frozenset({equipment_id}), at_once=at_once))


@pytest.fixture
async def shown(hass: HomeAssistant) -> Shown:
    cycle = Cycle()
    return Shown(ElfeCoordinator(hass, cycle, Timing()), cycle)  # type: ignore[arg-type]


async def turns(count: int = 5) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_states_wait_for_the_orders_of_a_cycle(shown: Shown) -> None:
    shown.change(ONE)
    shown.change(OTHER)
    shown.change(ONE)
    await turns()
    assert shown.written == []
    assert not shown.coordinator.settled

    shown.cycle.busy = False
    await wait_for(lambda: shown.coordinator.settled)
    assert shown.written == ["one", "other"]


async def test_they_do_not_wait_for_ever(shown: Shown) -> None:
    began = asyncio.get_running_loop().time()
    shown.change(ONE)
    await wait_for(lambda: shown.coordinator.settled)
    assert shown.written == ["one"]
    assert asyncio.get_running_loop().time() - began < 2


async def test_whoever_waits_sees_it_at_once_and_once(shown: Shown) -> None:
    shown.change(OTHER)
    shown.change(ONE)
    await turns()
    shown.change(ONE, at_once=True)
    await turns()
    assert shown.written == ["one"]

    shown.cycle.busy = False
    await wait_for(lambda: shown.coordinator.settled)
    assert shown.written == ["one", "other"]


async def test_what_is_told_of_an_event_goes_the_same_two_ways(shown: Shown) -> None:
    shown.coordinator.write_soon(shown.write_one)
    shown.coordinator.write_soon(shown.write_other, at_once=True)
    await turns()
    assert shown.written == ["other"]

    shown.cycle.busy = False
    await wait_for(lambda: shown.coordinator.settled)
    assert shown.written == ["other", "one"]


@pytest.mark.no_fail_on_log_exception
async def test_an_entity_that_fails_keeps_no_other_from_being_shown(
    shown: Shown, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise ValueError

    shown.cycle.busy = False
    shown.coordinator.write_soon(fail)
    shown.change(ONE)
    await wait_for(lambda: shown.coordinator.settled)
    assert shown.written == ["one"]
    assert "fail fails when it is told" in caplog.text
