"""The file of modes: what a text says, and whose choice it is."""

import json

import pytest

from custom_components.elfe_commande.core.model import EquipmentId
from custom_components.elfe_commande.core.relay_mode import RelayMode
from custom_components.elfe_commande.interfaces.mode_file import (
    HalfWrittenError,
    Negotiation,
    modes_text,
    read_modes,
    states_text,
)

OFF, AUTO_OFF, AUTO_ON, ON = RelayMode
ONE, TWO = EquipmentId(1), EquipmentId(2)
KNOWN = frozenset({ONE, TWO})


def test_a_text_says_modes_and_what_means_nothing():
    found = read_modes('{"1": 0, "2": 7, "9": 1, "fan": 3, "02": 1}', KNOWN)

    assert found.modes == {ONE: OFF}
    assert found.refused == {"2": 7}
    assert found.unknown == {"9": 1, "fan": 3, "02": 1}


@pytest.mark.parametrize("value", [True, -1, 4, 1.5, "1", None, [], {}])
def test_what_is_no_mode_is_refused(value):
    assert read_modes(json.dumps({"1": value}), KNOWN).refused == {"1": value}


@pytest.mark.parametrize("text", ["", '{"1": 3', "[]", "3", '{"1": 3}}', "\x00", "[" * 100_000])
def test_what_is_half_written_says_nothing(text):
    with pytest.raises(HalfWrittenError):
        read_modes(text, KNOWN)


def test_what_is_written_is_read_again_with_the_entries_of_others():
    text = modes_text({TWO: ON, ONE: AUTO_ON}, {"fan": [1]})

    assert read_modes(text, KNOWN).modes == {ONE: AUTO_ON, TWO: ON}
    assert read_modes(text, KNOWN).unknown == {"fan": [1]}
    assert json.loads(states_text({TWO: True, ONE: False})) == {"1": 0, "2": 1}


def test_a_change_of_the_file_is_a_choice_once():
    negotiation = Negotiation(6.0)
    negotiation.wrote({ONE: AUTO_OFF, TWO: AUTO_ON}, 0.0)
    present = {ONE: AUTO_OFF, TWO: AUTO_ON}

    assert negotiation.choices({ONE: ON, TWO: AUTO_OFF}, present, 1.0) == {ONE: ON}
    assert negotiation.choices({ONE: ON, TWO: AUTO_OFF}, present, 2.0) == {}


def test_what_was_in_the_file_before_us_is_no_choice():
    assert Negotiation(6.0).choices({ONE: ON}, {ONE: AUTO_OFF}, 0.0) == {}


def test_a_copy_of_our_old_value_is_no_choice_until_it_is_repeated_for_long():
    """A program reads the file, a person forces a load off, the program writes the file back."""
    negotiation = Negotiation(6.0)
    negotiation.wrote({ONE: AUTO_OFF}, 0.0)
    present = {ONE: OFF}
    negotiation.wrote(present, 100.0)

    assert negotiation.choices({ONE: AUTO_OFF}, present, 101.0) == {}
    negotiation.wrote(present, 102.0)
    assert negotiation.choices({ONE: ON}, present, 103.0) == {ONE: ON}
    negotiation.wrote(present, 104.0)
    assert negotiation.choices({ONE: AUTO_OFF}, present, 107.0) == {ONE: AUTO_OFF}
