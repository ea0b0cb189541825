"""How many gestures are a person's."""

from custom_components.elfe_commande.core.restraint import MOST, Restraint

A, B = ("g0001", 2), ("g0002", 2)


def test_people_may_change_their_mind() -> None:
    restraint = Restraint(10.0)
    assert all(restraint.admits(A, 100 + n) for n in range(MOST))


def test_a_flood_is_not_admitted_before_it_is_quiet() -> None:
    restraint = Restraint(10.0)
    admitted = [restraint.admits(A, 100 + n / 10) for n in range(600)]
    assert admitted == [True] * MOST + [False] * (600 - MOST)
    restraint.calmed(A)
    assert restraint.admits(A, 161.0)


def test_other_objects_are_not_concerned() -> None:
    restraint = Restraint(10.0)
    for n in range(100):
        restraint.admits(A, 100 + n / 10)
    assert restraint.admits(B, 110.0)


def test_slow_gestures_never_add_up() -> None:
    restraint = Restraint(10.0)
    assert all(restraint.admits(A, 100 + n * 10 / (MOST - 1)) for n in range(1000))
