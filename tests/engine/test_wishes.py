"""What people wish, on every typology."""

import time

import pytest

from custom_components.elfe_commande.core.outcome import Outcome
from custom_components.elfe_commande.core.wish import Intent
from custom_components.elfe_commande.engine.ground.errors import WishRefusedError
from demo.territory import MANUAL, PILOTED
from tests.fixtures_engine import World

from .bench import CONTROL, PROGRAMMED, STARTED, furnish, status_of
from .wiring import PRESSED, PRESSES, STANDBY, SWITCHED, appliance, columns, expected


@pytest.mark.parametrize("typology", SWITCHED)
class TestSwitchedLoads:
    """A plug or a relay powers the load."""

    @pytest.mark.defect("D-33")
    async def test_to_manual_powers_it(self, world: World, typology: int) -> None:
        household = await furnish(world, appliance(typology))
        await world.start()
        before = int(world.clock.now())
        result = await world.wish(7, Intent.TO_MANUAL)
        row = await world.row(7)
        assert await columns(world) == expected(20, 13, 15, True)
        assert row[PROGRAMMED] >= before
        assert row[STARTED] >= before
        assert (result.outcome, result.reason, result.on) == (
            Outcome.ACKNOWLEDGED,
            "acknowledged",
            True,
        )
        assert (result.tries, result.will_retry) == (1, False)
        assert result.latency is not None
        assert 0 < result.latency < 3
        assert (result.written.mode, result.written.started) == (20, True)
        (device,) = household.devices.values()
        assert device.on is (typology != 190)

    @pytest.mark.defect("D-29", "D-33")
    async def test_to_piloted_cuts_it(self, world: World, typology: int) -> None:
        household = await furnish(world, appliance(typology, mode=MANUAL))
        await world.start()
        before = int(world.clock.now())
        result = await world.wish(7, Intent.TO_PILOTED)
        row = await world.row(7)
        assert await columns(world) == expected(30, STANDBY[typology], 25, False)
        assert row[PROGRAMMED] >= before
        assert row[STARTED] == 0
        assert (result.outcome, result.on) == (Outcome.ACKNOWLEDGED, False)
        (device,) = household.devices.values()
        assert device.on is (typology == 190)

    async def test_forced_off_cuts_it_in_manual_and_is_kept_alive(
        self, world: World, typology: int
    ) -> None:
        household = await furnish(world, appliance(typology))
        await world.start()
        result = await world.wish(7, Intent.FORCED_OFF)
        assert await columns(world) == expected(20, 1, 25, False)
        assert (result.outcome, result.on) == (Outcome.ACKNOWLEDGED, False)
        assert status_of(world, 7).forced_off
        (device,) = household.devices.values()
        count = device.orders
        await world.engine.run_cycle()
        assert device.orders == count + 1
        assert device.on is (typology == 190)

        await world.wish(7, Intent.TO_MANUAL)
        await world.engine.run_cycle()
        assert device.orders == count + 2
        assert device.on is (typology != 190)

    async def test_start_powers_it_and_ends_the_piloting(self, world: World, typology: int) -> None:
        await furnish(world, appliance(typology))
        await world.start()
        programmed = (await world.row(7))[PROGRAMMED]
        result = await world.wish(7, Intent.START)
        row = await world.row(7)
        assert await columns(world) == expected(20, 13, 15, True)
        assert row[PROGRAMMED] == programmed
        assert row[STARTED] >= int(time.time()) - 3600
        assert result.outcome is Outcome.ACKNOWLEDGED

    async def test_a_one_shot_load_cannot_be_stopped(self, world: World, typology: int) -> None:
        await furnish(world, appliance(typology))
        await world.start()
        with pytest.raises(WishRefusedError) as refusal:
            await world.wish(7, Intent.STOP)
        assert refusal.value.key == "act_not_supported"
        assert not world.fleet.recorder.messages

    async def test_a_continuous_load_starts_and_stops_and_stays_piloted(
        self, world: World, typology: int
    ) -> None:
        await furnish(world, appliance(typology, kind=131))
        await world.start()
        assert (await world.wish(7, Intent.START)).outcome is Outcome.ACKNOWLEDGED
        assert await columns(world) == expected(30, 13, 15, True)
        assert (await world.wish(7, Intent.STOP)).outcome is Outcome.ACKNOWLEDGED
        assert await columns(world) == expected(30, 12, 25, False)


@pytest.mark.parametrize("typology", PRESSED)
class TestPressedMachines:
    """Finger robots press its buttons."""

    @pytest.mark.defect("D-37")
    @pytest.mark.parametrize(
        ("intent", "mode", "command"), [(Intent.TO_MANUAL, 20, 13), (Intent.TO_PILOTED, 30, 11)]
    )
    async def test_handing_it_over_presses_nothing(
        self, world: World, typology: int, intent: Intent, mode: int, command: int
    ) -> None:
        await furnish(world, appliance(typology, mode=50 - mode))
        await world.start()
        control = (await world.row(7))[CONTROL]
        before = int(world.clock.now())
        result = await world.wish(7, intent)
        assert await columns(world) == expected(mode, command, control, False)
        assert (await world.row(7))[PROGRAMMED] >= before
        assert (result.outcome, result.reason) == (Outcome.ACKNOWLEDGED, "no_order_needed")
        assert result.latency is None
        assert not world.fleet.recorder.messages

    @pytest.mark.parametrize("mode", [MANUAL, PILOTED])
    async def test_start_presses_its_buttons_in_turn(
        self, world: World, typology: int, mode: int
    ) -> None:
        household = await furnish(world, appliance(typology, mode=mode))
        household.machine(7).load()
        await world.start()
        result = await world.wish(7, Intent.START)
        assert (result.outcome, result.reason) == (Outcome.ACKNOWLEDGED, "acknowledged")
        assert result.tries == 1
        assert await columns(world) == expected(20, 13, 15, True)
        assert [m.topic.split("/")[3] for m in world.fleet.recorder] == PRESSES[typology]
        assert {m.payload for m in world.fleet.recorder} == {b"ON"}
        machine = household.machine(7)
        assert machine.running
        assert not machine.harmful_presses

    @pytest.mark.parametrize("intent", [Intent.FORCED_OFF, Intent.STOP])
    async def test_nothing_can_stop_it(self, world: World, typology: int, intent: Intent) -> None:
        await furnish(world, appliance(typology))
        await world.start()
        before = await world.row(7)
        with pytest.raises(WishRefusedError) as refusal:
            await world.wish(7, intent)
        assert refusal.value.key == "act_not_supported"
        assert await world.row(7) == before
