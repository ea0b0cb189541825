"""Waits are one value, and scale together."""

from dataclasses import fields

import pytest

from custom_components.elfe_commande.core.timing import Timing


@pytest.mark.defect("D-09")
def test_the_first_cycle_and_the_settling_of_the_plan() -> None:
    assert (Timing().first_cycle, Timing().settle) == (30, 5)


@pytest.mark.defect("D-48", "D-52")
def test_acknowledgement_timeouts_per_type_of_device() -> None:
    """One setting per type, whatever the order; a finger's gateway gets 30 s."""
    timing = Timing()
    assert {kind: timing.ack_for(kind) for kind in (111, 112, 311, 411, 811)} == {
        111: 5,
        112: 5,
        311: 30,
        411: 5,
        811: 15,
    }
    assert timing.ack_for(999) == timing.ack_timeout


def test_every_wait_is_scaled() -> None:
    whole, scaled = Timing(), Timing().scaled(0.5)
    waits = [f.name for f in fields(Timing) if f.name != "ack_timeouts"]
    assert {n: getattr(scaled, n) * 2 for n in waits} == {n: getattr(whole, n) for n in waits}
    assert {k: v * 2 for k, v in scaled.ack_timeouts.items()} == dict(whole.ack_timeouts)


def test_a_keep_alive_each_quarter_is_sooner_than_the_timer_of_the_relays() -> None:
    """Relays that were provisioned to come back on do so after 1,800 s."""
    assert 900 + Timing().settle + Timing().meter_wait < 1800


def test_an_order_is_tried_within_its_slot_and_soon_enough() -> None:
    """A device that is back is ordered within two minutes; the last try ends before the next slot."""
    timing = Timing()
    assert timing.order_window + timing.settle < 900
    assert timing.order_window > 800
    assert timing.retry_first <= timing.retry_max <= 120
    assert max(timing.ack_timeouts.values()) < timing.order_window


def test_what_people_wait_for_is_short() -> None:
    timing = Timing()
    assert timing.write_window <= 0.05
    assert timing.read_window <= 0.01
    assert timing.refresh_window <= 0.02
    assert timing.stop_allowance <= 1


def test_what_was_read_or_measured_is_fresh_for_a_while_only() -> None:
    """A press is made on a row of two seconds, a machine is idle by its meter of two minutes."""
    timing = Timing()
    assert timing.fresh_for <= 2 < timing.batch_fresh_for <= 30
    assert timing.meter_fresh_for <= 150 < timing.idle_confirm <= 180
    assert timing.meter_wait <= 65
    assert timing.input_max_age <= 500 < timing.input_silence <= 600
    assert timing.clock_look <= 30 < timing.clock_jump <= 60
    assert timing.min_off >= 60
    assert timing.shed_step >= 5
