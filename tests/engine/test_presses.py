"""Presses: made once, unless they are known not to have been made."""

from dataclasses import replace

import pytest

from custom_components.elfe_commande.core.outcome import Outcome
from custom_components.elfe_commande.core.wish import Intent, Origin
from custom_components.elfe_commande.engine.ground.events import ModeChanged
from demo.appliances import Behaviour
from demo.specs import finger, plug
from demo.territory import Equipment
from tests.fixtures_engine import World

from .bench import (
    COMMAND,
    CONTROL,
    MODE,
    STARTED,
    events_of,
    furnish,
    impatient,
    status_of,
    until,
    until_row,
    wait_for_end,
)


class TestPresses:
    """A press is made once, unless it is known not to have been made."""

    WASHER = Equipment(7, "R001", "Machine", 112, 130, (plug("V7", 21), finger("H7")))
    PAIR = Equipment(
        8, "R001", "Machine", 112, 150, (plug("V8", 21), finger("H8", 31), finger("I8", 32))
    )

    @pytest.mark.defect("D-32")
    async def test_silence_is_doubtful_and_never_pressed_again(self, world: World) -> None:
        household = await furnish(world, self.WASHER, timing=impatient(0.3))
        household.devices["H7"].behaviour = Behaviour.SILENT
        await world.plan(7, [1])
        await world.start()
        report = await world.engine.run_cycle()
        assert report.doubtful == 1
        await world.engine.run_cycle()
        assert await world.fleet.recorder.quiet(0.5) == 0
        assert len(world.fleet.recorder) == 1
        row = await world.row(7)
        assert (row[MODE], row[COMMAND], row[CONTROL], row[STARTED]) == (20, 13, 15, 0)

    @pytest.mark.defect("D-49")
    async def test_a_press_reported_as_not_made_is_tried_again(self, world: World) -> None:
        household = await furnish(world, self.WASHER, timing=impatient(3.0, order_window=60.0))
        household.devices["H7"].behaviour = Behaviour.ERROR
        await world.plan(7, [1])
        await world.start()
        report = await world.engine.run_cycle()
        assert report.failed == 1
        assert world.ended(7)[0].result.reason == "not_pressed"
        household.devices["H7"].behaviour = Behaviour.ACK
        last = await wait_for_end(world, 7, 2)
        assert last.result.outcome is Outcome.ACKNOWLEDGED
        assert household.devices["H7"].presses == 1  # type: ignore[attr-defined]
        await until_row(world, 7, **{MODE: 20, COMMAND: 13})

    async def test_too_late_for_another_try_it_was_never_made(self, world: World) -> None:
        """Its slot ended while it waited: nothing is pressed, and the row says so."""
        timing = impatient(3.0, retry_first=1.0, order_window=60.0)
        household = await furnish(world, self.WASHER, timing=timing)
        household.devices["H7"].behaviour = Behaviour.ERROR
        await world.plan(7, [1])
        await world.start()
        await world.engine.run_cycle()
        assert world.ended(7)[0].result.will_retry
        world.clock.offset += 900  # type: ignore[attr-defined]
        last = await wait_for_end(world, 7, 2)
        assert (last.result.outcome, last.result.reason) == (Outcome.FAILED, "not_pressed")
        assert not last.result.will_retry
        row = await world.row(7)
        assert (row[MODE], row[CONTROL], row[STARTED]) == (30, 25, 0)

    async def test_never_made_it_stays_piloted(self, world: World) -> None:
        household = await furnish(world, self.WASHER, timing=impatient(3.0))
        household.devices["H7"].behaviour = Behaviour.ERROR
        await world.plan(7, [1])
        await world.start()
        await world.engine.run_cycle()
        await until(lambda: not world.ended(7)[-1].result.will_retry, "the last try")
        row = await world.row(7)
        assert (row[MODE], row[CONTROL], row[STARTED]) == (30, 25, 0)
        # Its row was claimed for each try: nobody was told of a mode that did not last.
        assert world.ended(7)[-1].result.tries > 1
        assert events_of(world, ModeChanged) == []

    async def test_the_mode_is_told_once_with_what_became_of_the_press(self, world: World) -> None:
        household = await furnish(world, self.WASHER, timing=impatient(3.0, order_window=60.0))
        household.devices["H7"].behaviour = Behaviour.ERROR
        await world.plan(7, [1])
        await world.start()
        await world.engine.run_cycle()
        household.devices["H7"].behaviour = Behaviour.ACK
        await wait_for_end(world, 7, 2)
        (changed,) = events_of(world, ModeChanged)
        assert (changed.before, changed.after, changed.origin) == (30, 20, Origin.EMS)

    @pytest.mark.defect("D-39")
    @pytest.mark.parametrize(("behaviour", "mode"), [(Behaviour.ERROR, 30), (Behaviour.SILENT, 20)])
    async def test_start_is_not_pressed_on_a_machine_without_power(
        self, world: World, behaviour: Behaviour, mode: int
    ) -> None:
        ack = 3.0 if behaviour is Behaviour.ERROR else 0.3
        household = await furnish(world, self.PAIR, timing=impatient(ack))
        household.devices["H8"].behaviour = behaviour
        await world.plan(8, [1])
        await world.start()
        await world.engine.run_cycle()
        await until(lambda: not world.ended(8)[-1].result.will_retry, "the last try")
        assert household.devices["I8"].orders == 0
        row = await world.row(8)
        assert row[MODE] == mode
        assert row[STARTED] == 0
        if behaviour is Behaviour.SILENT:
            assert row[COMMAND] == 30
            assert [p.key for p in world.engine.problems] == ["sequence_broken"]
            assert len(world.fleet.recorder) == 1

    @pytest.mark.defect("D-38")
    async def test_a_continuous_plan_presses_once(self, world: World) -> None:
        await furnish(world, replace(self.WASHER, type=131))
        await world.plan(7, [1, 1, 1, 0, 1])
        await world.start()
        pressed = []
        for _ in range(4):
            await world.engine.run_cycle()
            pressed.append(len(world.fleet.recorder))
            world.clock.offset += 900  # type: ignore[attr-defined]
        assert pressed == [1, 1, 1, 1]
        assert status_of(world, 7).decision.reason == "press_cannot_stop"

    @pytest.mark.defect("D-54")
    async def test_a_finger_where_a_relay_should_be_is_never_pressed_for_off(
        self, world: World
    ) -> None:
        odd = Equipment(9, "R001", "Machine", 112, 120, (finger("O9", 11),))
        await furnish(world, odd)
        await world.start()
        result = await world.wish(9, Intent.TO_PILOTED)
        assert (result.outcome, result.reason) == (Outcome.SKIPPED, "unsupported_order")
        await world.engine.run_cycle()
        assert not world.fleet.recorder.messages
        assert "unsupported_order" in [p.key for p in world.engine.problems]
