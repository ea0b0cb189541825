"""A line with names has an end."""

from custom_components.elfe_commande.core.naming import some_of


def test_few_are_named_all_in_order() -> None:
    assert some_of({10, 9, 1}) == "1, 9, 10"
    assert some_of(["b", "a"]) == "a, b"
    assert some_of(()) == ""


def test_of_many_the_first_and_how_many_there_are() -> None:
    assert some_of(range(1, 21)).endswith("19, 20")
    assert some_of(range(1, 1001)).endswith("19, 20, … (1000)")
