"""Steps of any length become quarter-hours."""

import pytest

from custom_components.elfe_commande.core.plan import SLOT
from custom_components.elfe_commande.sources.plans.resampling import step_of, to_slots

NOON = 1_780_000_200 // SLOT * SLOT


@pytest.mark.parametrize(
    ("step", "watts", "means"),
    [
        (5, [300, 0, 0, 300, 300, 300], [100, 300]),
        # A slot of which a third is another step's.
        (10, [300, 0, 0], [200, 0]),
        (20, [300, 0, 300], [300, 100, 100, 300]),
        (15, [1, 2, 3], [1, 2, 3]),
        (30, [4, 5], [4, 4, 5, 5]),
        (60, [6], [6, 6, 6, 6]),
    ],
)
def test_a_slot_has_the_mean_of_the_steps_in_it(step, watts, means):
    assert to_slots(NOON, step * 60, watts) == (NOON, pytest.approx(means))


def test_what_is_covered_by_less_than_half_is_left_out():
    # Twelve to thirteen: the first slot is covered by a third, the last by two.
    begin = NOON + 600
    start, means = to_slots(begin, 300, [1, 9, 9, 9, 5, 5])
    assert (start, means) == (NOON + SLOT, pytest.approx([9, 5]))
    # By half: it counts.
    assert to_slots(NOON + 450, 900, [7]) == (NOON, [7, 7])


def test_the_length_of_steps_is_what_lies_between_them():
    assert step_of([0, 1800, 3600]) == 1800
    assert step_of([0]) == SLOT
    for moments in ([0, 900, 1800, 3600], [0, 0], [0, 900, 600], [0, 7200], [0, 30]):
        with pytest.raises(ValueError, match="steps"):
            step_of(moments)
