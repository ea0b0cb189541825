"""What a person may send of a UPS holds what helps, and nothing that tells which UPS it is."""

from collections.abc import Mapping
import json
from types import SimpleNamespace
from typing import Any, cast

from homeassistant.components.diagnostics import REDACTED
import pytest

from custom_components.elfe_commande.configuration.redaction import Redactor
from custom_components.elfe_commande.core.supply import Demand
from custom_components.elfe_commande.sources.ups.vocabulary.variables import clean
from custom_components.elfe_commande.sources.ups.watcher import UpsState
from custom_components.elfe_commande.subentries.upses.diagnostics import describe_ups
from custom_components.elfe_commande.subentries.upses.unit import UpsUnit

from .test_dumps import DUMPS, variables_of

NAMING = (
    "battery.date",
    "battery.mfr.date",
    "device.contact",
    "device.location",
    "device.macaddr",
    "device.model",
    "device.part",
    "device.serial",
    "driver.parameter.port",
    "outlet.1.desc",
    "ups.firmware",
    "ups.id",
    "ups.mfr.date",
    "ups.model",
    "ups.serial",
)


def shown(variables: Mapping[str, str], *commands: str) -> dict[str, Any]:
    state = UpsState(variables=clean(variables), commands=frozenset(commands))
    shedding = SimpleNamespace(demand=lambda _: Demand.NOTHING)
    unit = SimpleNamespace(
        state=state,
        subentry=SimpleNamespace(data={}, subentry_id="1"),
        hub=SimpleNamespace(engine=SimpleNamespace(shedding=shedding)),
    )
    return describe_ups(cast("UpsUnit", unit), Redactor())


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("battery.charge", "90", "90"),
        ("input.L1-N.voltage", "230.5", "230.5"),
        ("outlet.2.delay.shutdown", "-1", "-1"),
        ("ups.test.result", "Done and passed", "Done and passed"),
        ("ups.test.result", "Done by Anne", REDACTED),
        ("ups.alarm", "Replace battery! Shutdown imminent!", "Replace battery! Shutdown imminent!"),
        ("ups.alarm", "Call Anne!", REDACTED),
        ("ups.load", "4711081508150", REDACTED),
        ("ups.status", "ol lb anne", f"OL LB {REDACTED}"),
        ("driver.name", "nutdrv_qx", "nutdrv_qx"),
        ("driver.name", "anne", REDACTED),
        ("driver.version", "2.8.0-Windows-alpha", "2.8.0"),
        ("driver.version", "anne", REDACTED),
        ("ups.vendorid", "051d", "051d"),
        ("ups.productid", "00020020", REDACTED),
    ],
)
def test_a_variable_is_told_as_far_as_it_is_harmless(name: str, value: str, told: str) -> None:
    assert shown({name: value})["variables"] == {name: told}


@pytest.mark.parametrize("name", [*NAMING, "anne", "ups.anne", "battery.charge.anne", "ups."])
def test_other_variables_are_counted(name: str) -> None:
    found = shown({name: "4711", "ups.status": "OL"})

    assert found["variables"].keys() == {"ups.status"}
    assert found["other_variables"] == 1


def test_commands_are_told_by_the_words_of_nut() -> None:
    found = shown({}, "outlet.1.shutdown.return", "test.battery.start.quick", "anne.toggle")

    assert found["commands"] == [REDACTED, "outlet.1.shutdown.return", "test.battery.start.quick"]


@pytest.mark.skipif(not DUMPS, reason="ELFE_NUT_CORPUS is not the folder of the UPS descriptions")
def test_of_real_upses_the_measures_are_told_and_not_which_they_are() -> None:
    told = total = 0
    for path in DUMPS:
        variables = clean(variables_of(path))
        found = shown(variables)
        measures = {n for n in variables if n.startswith(("battery.", "input.", "output."))}
        told += len(measures & found["variables"].keys())
        total += len(measures)
        secrets = {variables[n] for n in NAMING if len(variables.get(n, "")) > 7}
        text = json.dumps(found)
        assert not [secret for secret in secrets if json.dumps(secret)[1:-1] in text], path.name

    assert told > 0.95 * total
