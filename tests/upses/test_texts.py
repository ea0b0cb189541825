"""What errors, choices and events of a UPS say, in every language."""

import json
from pathlib import Path

import pytest

from custom_components.elfe_commande.core.supply import Policy
from custom_components.elfe_commande.sources.ups.profiles import PROFILES
from custom_components.elfe_commande.sources.ups.vocabulary.events import UpsEvent
from custom_components.elfe_commande.subentries.upses import flow
from custom_components.elfe_commande.subentries.upses.ups_settings import TESTS

PACKAGE = Path(flow.__file__).parents[2]


@pytest.fixture(params=["en", "fr"])
def words(request):
    return json.loads((PACKAGE / "translations" / f"{request.param}.json").read_text("utf-8"))


def test_every_error_has_a_text(words):
    errors = words["config_subentries"]["ups"]["error"]

    assert set(errors) == {*flow.TROUBLES.values(), "no_ups", "another_ups", "not_ascii"}


def test_every_choice_has_a_text(words):
    selectors = words["selector"]

    assert set(selectors["ups_profile"]["options"]) == {"automatic", *PROFILES}
    assert set(selectors["shedding_policy"]["options"]) == set(Policy)
    assert set(selectors["battery_test"]["options"]) == set(TESTS)


def test_every_event_has_a_text(words):
    event = words["entity"]["event"]["ups_event"]["state_attributes"]["event_type"]["state"]

    assert list(event) == list(words["selector"]["ups_event"]["options"]) == list(UpsEvent)
