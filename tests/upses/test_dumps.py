"""What hundreds of real UPSs say, and counts made by a second, independent reading."""

from collections import Counter
import os
from pathlib import Path

import pytest

from custom_components.elfe_commande.sources.ups.profiles import PROFILES, profile_of
from custom_components.elfe_commande.sources.ups.values import values_of
from custom_components.elfe_commande.sources.ups.vocabulary.events import UpsEvent
from custom_components.elfe_commande.sources.ups.vocabulary.status import Supply
from custom_components.elfe_commande.sources.ups.vocabulary.variables import clean

from .readings import Follower

FOLDER = os.environ.get("ELFE_NUT_CORPUS", "")
DUMPS = sorted(Path(FOLDER).glob("*.dev")) if FOLDER else []

pytestmark = pytest.mark.skipif(
    not DUMPS, reason="ELFE_NUT_CORPUS is not the folder of the UPS descriptions"
)


def variables_of(path: Path) -> dict[str, str]:
    """Return what a description gives for the variables."""
    found = {}
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        name, colon, value = line.partition(":")
        if colon and not name.startswith("#"):
            found[name.strip()] = value.split("\t#")[0].strip()
    return found


def looked_up(text: str, name: str) -> str:
    """Read a variable a second time, in another way: the count is not made by what it counts."""
    for line in text.split("\n"):
        if line[: len(name) + 1] == f"{name}:":
            return line[len(name) + 1 :].split("#")[0].strip()
    return ""


def amount(variables: dict[str, str], name: str) -> float:
    """Return a variable as a number, 0 if it is none."""
    try:
        return float(variables.get(name, "0"))
    except ValueError:
        return 0.0


@pytest.mark.parametrize("path", [pytest.param(p, id=p.stem) for p in DUMPS] or [None])
def test_a_real_ups_is_understood(path):
    variables = variables_of(path)
    words = looked_up(path.read_text(errors="replace"), "ups.status").split()
    for profile in ("automatic", *PROFILES):
        ups = Follower(profile)
        first = ups.read(variables)
        again = ups.read(variables)

        assert again == [], "the same reading is no news"
        assert set(first) <= {event.value for event in UpsEvent}
        expected = "battery" if "OB" in words else "mains" if "OL" in words else "unknown"
        assert ups.watch.supply.value == expected
        values = values_of(clean(variables), profile_of(profile, variables))
        assert values.charge is None or 0 <= values.charge <= 100
        for volts in (values.input_voltage, values.output_voltage, values.battery_voltage):
            assert volts is None or 0 <= volts <= 1000
        if "OL" in words and "OB" not in words:
            nominal = amount(variables, "input.voltage.nominal")
            shown = values.input_voltage
            assert shown is None or shown > 0
            assert not nominal or shown is None or 0.4 < shown / nominal < 1.6
            assert ups.state.mains is True
        assert not {"input_voltage_low", "output_voltage_low"} & set(first) or any(
            0.5 <= amount(variables, name) / (amount(variables, f"{name}.nominal") or 230) < 1
            for name in ("input.voltage", "output.voltage")
        )


def test_counts_agree_with_a_second_reading():
    ours, theirs = Counter[str](), Counter[str]()
    for path in DUMPS:
        text = path.read_text(errors="replace")
        variables = variables_of(path)
        ups = Follower("standard")
        told = ups.read(variables)
        ours["on battery"] += ups.watch.supply is Supply.BATTERY
        ours["on mains"] += ups.watch.supply is Supply.MAINS
        ours["input high"] += "input_voltage_high" in told
        ours["input low"] += "input_voltage_low" in told
        ours["too warm"] += "temp_high" in told
        ours["overload"] += "output_overload" in told
        words = looked_up(text, "ups.status").split()
        theirs["on battery"] += "OB" in words
        theirs["on mains"] += "OL" in words and "OB" not in words
        try:
            share = float(looked_up(text, "input.voltage")) / float(
                looked_up(text, "input.voltage.nominal")
            )
        except ValueError, ZeroDivisionError:
            share = 1.0
        if not 0.5 <= share <= 1.5:
            # No mains are like that, and no UPS on mains.
            share = 1.0
        theirs["input high"] += round(share, 6) >= 1.06
        theirs["input low"] += round(share, 6) <= 0.94
        warm = looked_up(text, "ups.temperature")
        theirs["too warm"] += warm.replace(".", "", 1).isdigit() and 40 <= float(warm) <= 100
        load = looked_up(text, "ups.load")
        theirs["overload"] += "OVER" in words or (
            load.replace(".", "", 1).isdigit() and 100 <= float(load) <= 200
        )

    assert ours == theirs
    assert ours["on mains"] > len(DUMPS) // 2
