"""What people wish: on every typology, against what is under way, and when it is refused."""

import asyncio
from dataclasses import replace
import time
from typing import Any

import pytest

from custom_components.elfe_commande.core.decision import Act, Source
from custom_components.elfe_commande.core.lifecycle import Code, NotRunningError
from custom_components.elfe_commande.core.model import EquipmentId, TypologyId
from custom_components.elfe_commande.core.outcome import Outcome
from custom_components.elfe_commande.core.wish import Intent, Origin, Wish
from custom_components.elfe_commande.engine.errors import WishRefusedError
from custom_components.elfe_commande.engine.events import EquipmentChanged, ModeChanged
from demo.appliances import Behaviour
from demo.specs import channel, finger, plug, relay, tasmota
from demo.territory import MANUAL, PILOTED, Equipment
from tests.fixtures_engine import World

from .bench import (
    COMMAND,
    CONTROL,
    EMS,
    MODE,
    PROGRAMMED,
    STARTED,
    calm,
    events_of,
    furnish,
    impatient,
    set_row,
    status_of,
    stubborn,
    until,
    until_row,
    wait_for_end,
)

# Typology, devices, raw order that powers the load (none where it is pressed).
SWITCHED: dict[int, tuple[Any, ...]] = {
    120: (plug("W120"),),
    140: (relay("W140"),),
    180: (channel("W180", 3, usage=12),),
    190: (tasmota("W190"),),
}
PRESSED: dict[int, tuple[Any, ...]] = {
    130: (plug("W130", 21), finger("F130")),
    150: (plug("W150", 21), finger("F150", 31), finger("G150", 32)),
    160: (plug("W160", 21), finger("F160")),
}
STANDBY = {120: 11, 140: 12, 180: 12, 190: 11}
PRESSES = {130: ["F130"], 150: ["F150", "G150"], 160: ["F160", "F160"]}


def appliance(typology: int, *, mode: int = PILOTED, kind: int = 112) -> Equipment:
    devices = (SWITCHED | PRESSED)[typology]
    return Equipment(7, "R001", "Machine", kind, typology, devices, mode=mode)


async def columns(world: World) -> dict[str, Any]:
    row = await world.row(7)
    return {name: row[name] for name in (MODE, COMMAND, CONTROL, EMS)}


def expected(mode: int, command: int, control: int, ems: bool) -> dict[str, Any]:
    return {MODE: mode, COMMAND: command, CONTROL: control, EMS: ems}


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


class TestRefusals:
    """Wishes that nothing is done about."""

    @pytest.mark.defect("D-30")
    @pytest.mark.parametrize("mode", [1, 10, 70, 80])
    async def test_other_modes(self, world: World, mode: int) -> None:
        await furnish(world, appliance(120, mode=mode, kind=131))
        await world.start()
        before = await world.row(7)
        for intent in Intent:
            with pytest.raises(WishRefusedError) as refusal:
                await world.wish(7, intent)
            assert refusal.value.key == "mode_not_driven"
            assert refusal.value.placeholders == {"equipment": "Machine"}
        assert await world.row(7) == before
        assert not world.fleet.recorder.messages

    @pytest.mark.defect("D-30")
    async def test_a_mode_that_somebody_changed_since_the_last_read(self, world: World) -> None:
        """What is known is old; the row is read anew before the order."""
        await furnish(world, appliance(120), timing=calm(fresh_for=0.0))
        await world.start()
        await set_row(world, 7, **{MODE: 70})
        result = await world.wish(7, Intent.TO_MANUAL)
        assert (result.outcome, result.reason) == (Outcome.SKIPPED, "mode_changed")
        assert (await world.row(7))[MODE] == 70
        assert not world.fleet.recorder.messages

    @pytest.mark.defect("D-36")
    async def test_a_communication_error(self, world: World) -> None:
        await furnish(world, appliance(120))
        await set_row(world, 7, **{CONTROL: 60})
        await world.plan(7, [1])
        await world.start()
        before = await world.row(7)
        with pytest.raises(WishRefusedError) as refusal:
            await world.wish(7, Intent.TO_MANUAL)
        assert refusal.value.key == "communication_error"
        for _ in range(2):
            await world.engine.run_cycle()
        assert not world.fleet.recorder.messages
        assert await world.row(7) == before
        assert status_of(world, 7).decision.reason == "communication_error"

    @pytest.mark.defect("D-40")
    @pytest.mark.parametrize("typology", [110, 170, 200])
    async def test_a_typology_without_scenario(self, world: World, typology: int) -> None:
        await furnish(world, Equipment(7, "R001", "Machine", 112, typology, (plug("W1"),)))
        await world.plan(7, [1])
        await world.start()
        with pytest.raises(WishRefusedError) as refusal:
            await world.wish(7, Intent.TO_MANUAL)
        assert refusal.value.key == "unsupported_typology"
        await world.engine.run_cycle()
        assert not world.fleet.recorder.messages
        (problem,) = world.engine.problems
        assert (problem.key, problem.equipment_id) == ("unsupported_typology", 7)

    async def test_another_typology_may_be_asked_for(self, world: World) -> None:
        await furnish(world, Equipment(7, "R001", "Machine", 112, 170, (plug("W1"),)))
        await world.start()
        result = await world.wish(7, Intent.START, typology_id=TypologyId(120))
        assert result.outcome is Outcome.ACKNOWLEDGED
        assert [m.payload for m in world.fleet.recorder] == [b"on"]

    @pytest.mark.defect("D-42")
    async def test_no_device_to_order(self, world: World) -> None:
        await furnish(world, Equipment(7, "R001", "Machine", 112, 120, (plug("W1", 21),)))
        await world.plan(7, [1])
        await world.start()
        with pytest.raises(WishRefusedError) as refusal:
            await world.wish(7, Intent.TO_MANUAL)
        assert refusal.value.key == "missing_device"
        await world.engine.run_cycle()
        assert (await world.row(7))[MODE] == 30
        assert [p.key for p in world.engine.problems] == ["missing_device"]
        assert world.ended(7)[-1].result.reason == "missing_device"

    async def test_an_equipment_nobody_knows(self, world: World) -> None:
        await furnish(world, appliance(120))
        await world.start()
        with pytest.raises(WishRefusedError) as refusal:
            await world.wish(99, Intent.TO_MANUAL)
        assert refusal.value.key == "unknown_equipment"

    @pytest.mark.defect("D-75")
    async def test_nothing_is_done_before_it_runs_nor_after_it_stopped(self, world: World) -> None:
        await furnish(world, appliance(120))
        engine = await world.start(run=False)
        with pytest.raises(NotRunningError):
            await world.wish(7, Intent.TO_MANUAL)
        with pytest.raises(NotRunningError):
            await engine.run_cycle()

        held = asyncio.Event()
        starting = asyncio.create_task(engine.start(held.wait()))
        await until(lambda: engine.lifecycle.code is Code.CONNECTED, "code 16")
        with pytest.raises(NotRunningError) as refusal:
            await world.wish(7, Intent.TO_MANUAL)
        assert refusal.value.code is Code.CONNECTED
        held.set()
        await starting
        assert (await world.wish(7, Intent.TO_MANUAL)).outcome is Outcome.ACKNOWLEDGED

        await engine.stop()
        with pytest.raises(NotRunningError):
            await world.wish(7, Intent.TO_PILOTED)
        assert len(world.fleet.recorder) == 1


class TestPeopleAndThePlan:
    """A person's wish overtakes what the plan has under way."""

    @pytest.mark.defect("D-41")
    async def test_a_wish_ends_the_wait_of_an_order_of_the_plan(self, world: World) -> None:
        household = await furnish(world, appliance(120), timing=calm(ack=8.0))
        household.devices["W120"].behaviour = Behaviour.SILENT
        await world.plan(7, [1])
        await world.start()
        cycle = asyncio.create_task(world.engine.run_cycle())
        await world.fleet.recorder.wait(1)
        household.devices["W120"].behaviour = Behaviour.ACK
        began = time.monotonic()
        result = await world.wish(7, Intent.FORCED_OFF)
        report = await cycle
        assert time.monotonic() - began < 4
        assert result.outcome is Outcome.ACKNOWLEDGED
        assert world.orders("shellies/shellyplug-s-W120/relay/0/command") == ["on", "off"]
        assert await columns(world) == expected(20, 1, 25, False)
        assert report.skipped == 1
        assert world.ended(7)[0].result.reason == "superseded"

    @pytest.mark.defect("D-41")
    async def test_a_wish_ends_the_retries_of_an_order_of_the_plan(self, world: World) -> None:
        household = await furnish(world, appliance(120), timing=impatient(order_window=60.0))
        household.devices["W120"].behaviour = Behaviour.SILENT
        await world.plan(7, [1])
        await world.start()
        await world.engine.run_cycle()
        await world.fleet.recorder.wait(2)
        household.devices["W120"].behaviour = Behaviour.ACK
        await world.wish(7, Intent.FORCED_OFF)
        count = len(world.fleet.recorder)
        assert await world.fleet.recorder.quiet(0.6) == 0
        assert world.fleet.recorder.messages[count - 1].payload == b"off"
        assert await columns(world) == expected(20, 1, 25, False)

    async def test_a_wish_waits_for_presses_already_begun(self, world: World) -> None:
        household = await furnish(world, appliance(150))
        household.machine(7).load()
        await world.plan(7, [1])
        await world.start()
        cycle = asyncio.create_task(world.engine.run_cycle())
        await world.fleet.recorder.wait(1)
        result = await world.wish(7, Intent.TO_PILOTED)
        await cycle
        assert [m.topic.split("/")[3] for m in world.fleet.recorder] == PRESSES[150]
        assert world.ended(7)[0].result.outcome is Outcome.ACKNOWLEDGED
        assert result.outcome is Outcome.ACKNOWLEDGED
        # The person's choice came last, and holds.
        assert await columns(world) == expected(30, 11, 15, False)

    async def test_a_cycle_in_between_does_not_undo_a_wish(self, world: World) -> None:
        household = await furnish(world, appliance(120))
        household.devices["W120"].delay = 10.0
        await world.plan(7, [1])
        await world.start()
        wish = asyncio.create_task(world.wish(7, Intent.FORCED_OFF))
        await world.fleet.recorder.wait(1)
        assert status_of(world, 7).mode == 20
        assert status_of(world, 7).forced_off
        await world.engine.run_cycle()
        assert (await wish).outcome is Outcome.ACKNOWLEDGED
        assert {m.payload for m in world.fleet.recorder} == {b"off"}
        assert await columns(world) == expected(20, 1, 25, False)

    @pytest.mark.defect("D-73")
    async def test_of_two_wishes_at_once_the_last_holds(self, world: World) -> None:
        await furnish(world, appliance(120))
        await world.start()
        first = asyncio.create_task(world.wish(7, Intent.TO_MANUAL))
        last = asyncio.create_task(world.wish(7, Intent.TO_PILOTED))
        results = await asyncio.gather(first, last)
        assert results[1].outcome is Outcome.ACKNOWLEDGED
        assert results[0].outcome in (Outcome.SKIPPED, Outcome.ACKNOWLEDGED)
        assert await columns(world) == expected(30, 11, 25, False)
        assert world.fleet.recorder.messages[-1].payload == b"off"

    @pytest.mark.defect("D-32", "D-34", "D-43")
    async def test_a_person_wins_at_once_though_the_device_is_silent(self, world: World) -> None:
        """The mode is theirs, the state is not claimed; a later answer completes the row."""
        household = await furnish(world, appliance(120), timing=impatient(order_window=60.0))
        household.devices["W120"].behaviour = Behaviour.SILENT
        await world.start()
        before = await world.row(7)
        result = await world.wish(7, Intent.TO_MANUAL)
        assert (result.outcome, result.reason, result.will_retry) == (
            Outcome.FAILED,
            "silent",
            True,
        )
        assert await columns(world) == expected(20, 30, before[CONTROL], before[EMS])
        row = await world.row(7)
        assert row[PROGRAMMED] > before[PROGRAMMED]
        assert row[STARTED] == before[STARTED]

        household.devices["W120"].behaviour = Behaviour.ACK
        await until_row(world, 7, **expected(20, 13, 15, True))
        assert (await world.row(7))[PROGRAMMED] == row[PROGRAMMED]
        await wait_for_end(world, 7, 2)
        ends = [e.result.outcome for e in world.ended(7)]
        assert ends == [Outcome.FAILED, Outcome.ACKNOWLEDGED]
        assert world.ended(7)[-1].result.tries > 1

    async def test_a_person_is_not_overtaken_by_the_plan(self, world: World) -> None:
        """A row put back in mode 30 by someone else is not written over by the plan's order."""
        household = await furnish(world, appliance(120), timing=calm())
        household.devices["W120"].delay = 20.0
        await world.plan(7, [1])
        await world.start()
        cycle = asyncio.create_task(world.engine.run_cycle())
        await world.fleet.recorder.wait(1)
        await set_row(world, 7, **{MODE: 20, COMMAND: 21})
        await cycle
        assert (await columns(world))[COMMAND] == 21


class TestWhatIsTold:
    """Events and results say who did what."""

    @pytest.mark.defect("D-76")
    async def test_who_wished_is_told(self, world: World) -> None:
        await furnish(world, appliance(120))
        await world.start()
        wish = Wish(EquipmentId(7), Intent.TO_MANUAL, Origin.ACTION, user_id="user-1")
        result = await world.engine.wish(wish)
        (ended,) = world.ended(7)
        assert (ended.act, ended.source, ended.origin, ended.user_id, ended.result) == (
            Act.TO_MANUAL,
            Source.USER,
            Origin.ACTION,
            "user-1",
            result,
        )
        (changed,) = events_of(world, ModeChanged)
        assert (changed.before, changed.after, changed.origin, changed.user_id) == (
            30,
            20,
            Origin.ACTION,
            "user-1",
        )
        assert status_of(world, 7).last_result == result
        assert status_of(world, 7).last_act is Act.TO_MANUAL
        assert any(7 in e.ids for e in events_of(world, EquipmentChanged))

    async def test_the_plan_is_told_apart_from_people(self, world: World) -> None:
        await furnish(world, appliance(120))
        await world.plan(7, [1])
        await world.start()
        await world.engine.run_cycle()
        (ended,) = world.ended(7)
        assert (ended.act, ended.source, ended.origin) == (Act.START, Source.EMS, Origin.EMS)
        (changed,) = events_of(world, ModeChanged)
        assert (changed.after, changed.origin) == (20, Origin.EMS)

    async def test_a_wish_is_shown_before_it_is_done(self, world: World) -> None:
        household = await furnish(world, appliance(120))
        household.devices["W120"].delay = 15.0
        await world.start()
        wish = asyncio.create_task(world.wish(7, Intent.TO_MANUAL))
        await world.fleet.recorder.wait(1)
        assert status_of(world, 7).mode == 20
        assert status_of(world, 7).equipment.state.mode == 30
        await wish
        assert status_of(world, 7).wished_mode is None
        assert status_of(world, 7).equipment.state.mode == 20


class TestWishedEnd:
    """A past wished end moves to its next occurrence, after success."""

    @pytest.mark.parametrize("behaviour", [Behaviour.ACK, Behaviour.SILENT])
    async def test_it_moves_when_the_mode_did(self, world: World, behaviour: Behaviour) -> None:
        equipment = replace(appliance(120, mode=MANUAL), hours_ahead=-2)
        household = await furnish(
            world, equipment, timing=impatient(3.0 if behaviour is Behaviour.ACK else 0.1)
        )
        household.devices["W120"].behaviour = behaviour
        storage = stubborn(world)
        await world.start()
        await world.wish(7, Intent.TO_PILOTED, advance_end=True)
        ((_, moved),) = storage.ends
        assert world.clock.now() < moved <= world.clock.now() + 25 * 3600
        assert moved % 900 == 0
        assert status_of(world, 7).equipment.constraints.wished_end == moved
        assert await self.stored(world) == moved

    async def test_it_stays_when_not_asked_for_or_refused(self, world: World) -> None:
        await furnish(world, replace(appliance(120), hours_ahead=-2))
        storage = stubborn(world)
        await world.start()
        end = await self.stored(world)
        await world.wish(7, Intent.TO_MANUAL)
        await set_row(world, 7, **{MODE: 70})
        await world.engine.run_cycle()
        with pytest.raises(WishRefusedError):
            await world.wish(7, Intent.TO_PILOTED, advance_end=True)
        assert storage.ends == []
        assert await self.stored(world) == end

    @pytest.mark.defect("D-18")
    async def test_it_is_not_written_in_other_modes(self, world: World) -> None:
        await furnish(world, appliance(120, mode=70))
        await world.start()
        end = await self.stored(world)
        storage = world.engine.context.storage
        assert not await storage.write_wished_end(EquipmentId(7), end + 900)
        await set_row(world, 7, **{MODE: 30, CONTROL: 60})
        assert not await storage.write_wished_end(EquipmentId(7), end + 900)
        assert await self.stored(world) == end

    @staticmethod
    async def stored(world: World) -> int:
        return await world.owner.fetchval(
            "SELECT timestamp_de_fin_souhaite"
            " FROM bdd_coordination_schema.equipement_pilote_machine_generique"
            " WHERE equipement_pilote_ou_mesure_id = 7"
        )


async def test_a_retry_ends_with_its_deadline(world: World) -> None:
    household = await furnish(world, appliance(120), timing=impatient())
    household.devices["W120"].behaviour = Behaviour.SILENT
    await world.start()
    await world.wish(7, Intent.TO_MANUAL)
    last = await wait_for_end(world, 7, 2)
    assert (last.result.outcome, last.result.will_retry) == (Outcome.FAILED, False)
    assert last.result.tries > 2
    assert await world.fleet.recorder.quiet(0.5) == 0
