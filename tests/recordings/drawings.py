"""What screens show after a cycle, or a press on the dashboard: the recorded, and the wanted."""

from collections.abc import Iterable, Mapping

from .contract import Home
from .corpus import Moment, Scenario
from .reference import MODE, reference
from .rules import ours
from .situation import DEVICE, EPOM, situations
from .surface_rules import SurfaceRule
from .told import Shown, Told, last_shown, refreshes
from .wired import SCREEN

PILOTED = 30


def recorded_drawings(scenario: Scenario) -> Shown:
    """Return the last refresh of each page that the reference made."""
    return last_shown(line for line in scenario.orders if line[0].startswith("hasp/"))


def wanted_drawings(scenario: Scenario, moment: Moment) -> Shown:
    """Return the last refresh of each page that is wanted."""
    given = moment.rows(scenario.given)
    home = Home(Told(scenario, (), ()), moment, moment.rows(scenario.given))
    expected, _ = ours(scenario, moment)
    for (table, number), columns in expected.rows.items():
        row = next(row for row in home.rows[table] if str(row["id"]) == number)
        row.update({name: moment.resolve(value) for name, value in columns.items()})
    pressed = {s.row["id"] for s in situations(scenario, moment) if s.pressed is not None}
    # As the reference, each quarter-hour what is piloted.
    piloted = {row["id"] for row in given.get(EPOM, ()) if row[MODE] == PILOTED}
    home.shown = pressed if scenario.presses else piloted
    home.draw()
    return home.seen.shown


def counts(lines: list[tuple[str, str]]) -> Mapping[tuple[str, str], int]:
    """Return how often each page was drawn."""
    found: dict[tuple[str, str], int] = {}
    for place, _ in refreshes(lines):
        found[place] = found.get(place, 0) + 1
    return found


def _did_nothing(told: Told, moment: Moment) -> bool:
    """Whether the reference did nothing about a piloted equipment, or failed in the middle."""
    return any(
        s.mode == PILOTED
        and (not (reference(s).orders or reference(s).rows) or any(d.poisonous for d in s.devices))
        for s in situations(told.scenario, moment)
    )


def _written_small(told: Told, moment: Moment) -> bool:
    """Whether a screen's name is in lower case in the tables (rule `plate-name`)."""
    del moment
    rows = told.scenario.given.get(DEVICE, ())
    plates = [str(r["id_materiel"]) for r in rows if r["equipement_domotique_type_id"] == SCREEN]
    return any(plate != plate.upper() for plate in plates)


DRAWN_ANYWAY = SurfaceRule(
    "drawn-anyway",
    "A piloted appliance is drawn at each quarter-hour, whatever becomes of it",
    "D-27, D-76",
    "draws an appliance only after an order of the plan that came to its end: not without a plan"
    " in force, without its devices, or where an answer made it fail.",
    "The screens of the home show every piloted appliance at each quarter-hour, and again when an"
    " order ended.",
    _did_nothing,
    ("shown",),
)
DRAWINGS = (DRAWN_ANYWAY,)
"""Wanted differences of what is drawn in a cycle, beside those about rows and orders."""


def unexplained_drawings(
    scenario: Scenario, moment: Moment, rules: Iterable[SurfaceRule] = DRAWINGS
) -> bool:
    """Whether other drawings than the recorded are wanted, for no reason that a rule gives."""
    told = Told(scenario, (), ())
    wanted, recorded = wanted_drawings(scenario, moment), recorded_drawings(scenario)
    for place in wanted.keys() | recorded.keys():
        if wanted.get(place) == recorded.get(place):
            continue
        if place in recorded:
            # Drawn otherwise: because rows are written otherwise.
            if place not in wanted or not ours(scenario, moment)[1]:
                return True
        elif not _written_small(told, moment) and not any(r.applies(told, moment) for r in rules):
            return True
    return False
