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
