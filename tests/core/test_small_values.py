"""Small values of the core, case by case: the four modes, the speed of the database."""

import pytest

from custom_components.elfe_commande.core.relay_mode import RelayMode, intent_of, relay_mode
from custom_components.elfe_commande.core.speed import Speed, SpeedClass
from custom_components.elfe_commande.core.wish import Intent

OFF, AUTO_OFF, AUTO_ON, ON = RelayMode


@pytest.mark.parametrize("wanted", [None, False, True])
@pytest.mark.parametrize("forced_off", [False, True])
@pytest.mark.parametrize("mode", [1, 10, 20, 30, 70, 80, 99])
def test_the_mode_and_what_it_leads_to(mode: int, forced_off: bool, wanted: bool | None) -> None:
    expected = {20: OFF if forced_off else ON, 30: AUTO_ON if wanted else AUTO_OFF}
    assert relay_mode(mode, forced_off=forced_off, wanted_on=wanted) is expected.get(mode)


@pytest.mark.parametrize(
    ("mode", "automatic", "intent"),
    [
        (OFF, False, Intent.FORCED_OFF),
        (AUTO_OFF, True, Intent.TO_PILOTED),
        (AUTO_ON, True, Intent.TO_PILOTED),
        (ON, False, Intent.FORCED_ON),
    ],
)
def test_what_a_person_wishes_who_chooses_it(
    mode: RelayMode, automatic: bool, intent: Intent
) -> None:
    assert (mode.automatic, intent_of(mode)) == (automatic, intent)


def test_automatic_is_one_choice() -> None:
    same = {(one, other) for one in RelayMode for other in RelayMode if one.same_choice(other)}
    assert same == {(mode, mode) for mode in RelayMode} | {(AUTO_OFF, AUTO_ON), (AUTO_ON, AUTO_OFF)}


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0.0, SpeedClass.FAST),
        (0.02, SpeedClass.FAST),
        (0.021, SpeedClass.MEDIUM),
        (0.1, SpeedClass.MEDIUM),
        (0.101, SpeedClass.SLOW),
    ],
)
def test_how_fast_the_database_is(seconds: float, expected: SpeedClass) -> None:
    assert Speed(seconds, "here").speed_class is expected
