"""What is not heard of for less than a quarter of an hour cuts no run."""

import pytest

from custom_components.elfe_commande.core.model import Mode
from custom_components.elfe_commande.engine.ground.status import Observation

from .test_book import NUMBER, PLUG, Life, at, load


def by_hand() -> Life:
    """Return a machine with a meter that somebody switched on at ten o'clock."""
    life = Life(load(continuous=False, metered=True, mode=Mode.MANUAL))
    life.draw(at(9), 0)
    life.draw(at(10), 800)
    return life


def test_a_meter_that_is_silent_for_a_moment_cuts_no_run() -> None:
    life = by_hand()
    life.draw(at(10, 10), None)
    assert life.book.next_look({NUMBER: life.status}) == at(10, 25)
    life.look(at(10, 20))
    assert not life.made
    life.draw(at(10, 24), 800)
    life.draw(at(10, 40), 0)
    life.look(at(10, 55))

    (run,) = life.made
    assert (run.start, run.end) == (at(10), at(10, 40))


def test_a_meter_that_stays_silent_ends_the_run_when_it_fell_silent() -> None:
    life = by_hand()
    life.draw(at(10, 10), None)
    life.look(at(10, 25))

    (run,) = life.made
    assert (run.start, run.end) == (at(10), at(10, 10))
    life.look(at(10, 40))
    assert not life.book.under_way


def test_a_meter_that_falls_silent_after_a_run_makes_no_other_of_it() -> None:
    life = Life(load(continuous=False, metered=True, last_programmed=int(at(1))))
    life.draw(at(1, 50), 1)
    life.start(at(2))
    life.draw(at(2, 1), 2000)
    life.draw(at(3, 10), 2)
    life.look(at(3, 25))
    assert len(life.made) == 1
    # Its duration of two hours is not over.
    life.draw(at(3, 30), None)
    life.draw(at(3, 31), 2)
    life.look(at(4, 10))
    assert len(life.made) == 1
    assert life.minutes(at(0), at(5)) == (70, 0)


@pytest.mark.parametrize("first", [None, 0.0], ids=["silent", "pauses"])
def test_a_restart_cuts_no_run_of_a_machine_that_is_not_heard_at_once(first: float | None) -> None:
    life = by_hand()
    after = life.restarted(at(10, 20))
    after.status.observations.clear()
    after.look(at(10, 21))
    after.draw(at(10, 22), first)
    after.look(at(10, 30))
    assert not after.made
    after.draw(at(10, 34), 800)
    after.draw(at(10, 50), 0)
    after.look(at(11, 5))

    (run,) = after.made
    assert (run.start, run.end) == (at(10), at(10, 50))
    assert after.minutes(at(9), at(12)) == (50, 0)


def test_a_restart_after_which_nothing_is_heard_ends_the_run_before_it() -> None:
    after = by_hand().restarted(at(10, 20))
    after.status.observations.clear()
    after.look(at(10, 21))
    assert after.book.next_look({NUMBER: after.status}) == at(10, 35)
    after.look(at(10, 35))

    (run,) = after.made
    assert (run.start, run.end) == (at(10), at(10, 20))
    after.draw(at(10, 36), 800)
    assert after.book.on_time.since(NUMBER) == at(10, 36)


def test_a_restart_cuts_no_run_of_a_device_that_is_not_there_at_once() -> None:
    life = Life(load(metered=True))
    life.switch(at(2), on=True)
    after = life.restarted(at(2, 20))
    after.status.observations[PLUG] = Observation(available=False)
    after.look(at(2, 21))
    assert not after.made
    after.status.observations[PLUG] = Observation(available=True, heard_at=1.0)
    after.look(at(2, 30))
    after.switch(at(2, 45), on=False)

    (run,) = after.made
    assert (run.start, run.end) == (at(2), at(2, 45))


def test_what_is_known_to_be_off_after_a_restart_is_over_at_once() -> None:
    life = Life(load())
    life.switch(at(2), on=True)
    life.status.equipment = load().equipment
    after = life.restarted(at(2, 20))
    after.look(at(2, 21))

    (run,) = after.made
    assert (run.start, run.end) == (at(2), at(2, 20))
