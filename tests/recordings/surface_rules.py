"""Wanted differences about screens, portal and PLCs: what they are, and where they apply."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
import re

from .contract import Home, contract
from .corpus import Moment
from .reference import MODE
from .situation import EPOM
from .told import Rolled, Told, Turned, panel, portal, presence, seen, touched

DRIVEN = (20, 30)
ASPECTS = ("rows", "orders", "shown")


@dataclass(frozen=True, slots=True)
class SurfaceRule:
    """A wanted difference; what we do instead is what `contract` says."""

    id: str
    title: str
    wanted_by: str
    reference: str
    ours: str
    applies: Callable[[Told, Moment], bool]
    about: tuple[str, ...] = ("rows", "orders", "shown")
    """What may differ because of it."""


def unexplained(told: Told, moment: Moment, rules: Iterable[SurfaceRule]) -> frozenset[str]:
    """Return what is wanted otherwise than it was recorded, for no reason that a rule gives."""
    wanted, by_orders = contract(told, moment)
    recorded = seen(told, moment)
    differing = {a for a in ASPECTS if getattr(wanted, a) != getattr(recorded, a)}
    explained = {"rows", "orders"} if by_orders else set()
    explained |= {a for rule in rules if rule.applies(told, moment) for a in rule.about}
    return frozenset(differing - explained)


def _home(told: Told, moment: Moment) -> Home:
    return Home(told, moment, moment.rows(told.scenario.given))


def _rolled(told: Told) -> Iterator[Rolled]:
    yield from (g for m in told.messages if isinstance(g := touched(m), Rolled))


def _turned(told: Told) -> Iterator[Turned]:
    yield from (g for m in told.messages if isinstance(g := touched(m), Turned))


def _about_updates(told: Told, moment: Moment, *, driven: bool) -> bool:
    for message in told.messages:
        number = portal(message)
        row = None if number is None else _home(told, moment).equipment(number)
        if row is not None:
            return driven is (row[MODE] in DRIVEN and row["etat_controle_id"] != 60)
    return False


def _sloppy_update(told: Told, moment: Moment) -> bool:
    return any(
        re.fullmatch(r"viriya/update/\s*[\d_]+\s*", m.topic) and portal(m) is None
        for m in told.messages
    )


def _unread(told: Told, moment: Moment) -> bool:
    """Whether a roller says its choice as the reference cannot read it."""
    for rolled in _rolled(told):
        text, changed = rolled.raw.get("text"), rolled.raw["event"] == "changed"
        ending = r"\d+%" if rolled.wheel == "charge" else r"\d\d.*|\d"
        if not changed or not isinstance(text, str) or re.fullmatch(ending, text) is None:
            return _wants_other_rows(told, moment)
    return False


def _wants_other_rows(told: Told, moment: Moment) -> bool:
    return contract(told, moment)[0].rows != seen(told, moment).rows


def _out_of_range(told: Told, moment: Moment) -> bool:
    return any(
        isinstance(text := rolled.raw.get("text"), str)
        and (found := re.match(r"\d+", text)) is not None
        and int(found[0]) != rolled.value
        for rolled in _rolled(told)
    ) and _wants_other_rows(told, moment)


def _odd_plate(told: Told, moment: Moment) -> bool:
    """Whether the plate is long, or written otherwise in the tables, and switched something."""
    by_plate = {str(d["id_materiel"]) for d in told.scenario.given.get("equipement_domotique", ())}
    home = _home(told, moment)
    plates = {g.plate for g in _turned(told) if home.on_page(g.plate, g.page)}
    plates |= {p for m in told.messages if (p := presence(m)) is not None}
    said = {m.topic.split("/")[1] for m in told.messages if m.topic.startswith("hasp/")}
    return any(len(p) >= 10 or p.upper() not in by_plate for p in plates) or (
        len(said) > 1 and len(plates) == 1 and not any(_turned(told))
    )


def _nothing_stored(told: Told, moment: Moment) -> bool:
    """Whether a page is shown whose rows of details, or whose end, are not there."""
    home = _home(told, moment)
    for turned in _turned(told):
        row = home.on_page(turned.plate, turned.page)
        if row is not None and turned.page < 6 and home.end(row["id"]) is None:
            return True
    return False


def _nobody_drives(told: Told, moment: Moment) -> bool:
    home = _home(told, moment)
    there = told.scenario.given.get(EPOM, ())
    return any(True for _ in _turned(told)) and any(
        row[MODE] not in (*DRIVEN, 70) for row in there if home.equipment(row["id"])
    )


def _takes_panel(told: Told, moment: Moment) -> bool:
    home = _home(told, moment)
    for message in told.messages:
        if (found := panel(message)) is not None:
            home.panel(found[0], manual=found[1])
    return bool(home.shown)


def _odd_word(told: Told, moment: Moment) -> bool:
    mode = re.compile(r"Socorel/[^/]+/mode", re.IGNORECASE)
    return any(mode.fullmatch(m.topic) and panel(m) is None for m in told.messages)


def _given_back(told: Told, moment: Moment) -> bool:
    found = [panel(m) for m in told.messages]
    return [f[1] for f in found if f] == [True, False]


def _rolls_something(told: Told, moment: Moment) -> bool:
    home = _home(told, moment)
    return any(home.on_page(r.plate, r.page) for r in _rolled(told))


def _odd_value(told: Told, moment: Moment) -> bool:
    return any(turned.value is None for turned in _turned(told))


def _quoted_home(told: Told, moment: Moment) -> bool:
    return any("'" in str(row["utilisateur"]) for row in told.scenario.given.get(EPOM, ()))


def _meanwhile(told: Told, moment: Moment) -> bool:
    return len({g.plate for g in _turned(told)}) > 1


SURFACES: tuple[SurfaceRule, ...] = (
    SurfaceRule(
        "roller-shown",
        "A roller is answered on every screen of the home",
        "D-61; design 5",
        "writes what a roller chose and shows it on no other screen, nor what it made of it.",
        "Every screen of the home shows what is stored afterwards.",
        _rolls_something,
        ("shown",),
    ),
    SurfaceRule(
        "roller-read",
        "What a roller says is read as a number",
        "D-55, D-56; reference 5.5",
        "takes fixed slices of the text: `7h` fails, `70` without its sign is 7, no text fails;"
        " of durations it takes any event.",
        "The number the text begins with counts, else the row of the roller; on `changed`, and"
        " on `up` when it differs from what is stored.",
        _unread,
        ("rows",),
    ),
    SurfaceRule(
        "roller-range",
        "A roller stays within what it can hold",
        "reference 5.5",
        "carries 24 h, 60 min, 99 h or 200 % on into its tables.",
        "The nearest possible value is stored: 23 h, 59 min, 100 %.",
        _out_of_range,
        ("rows",),
    ),
    SurfaceRule(
        "plate-name",
        "Plates may have long names, in any case",
        "D-22, D-62",
        "ignores the events of plates whose names have ten characters or more, and those whose"
        " name is in lower case in the table; it tells `G1` from `g1` when one comes back.",
        "Names of up to 32 letters, digits, `_` and `-` count, in any case.",
        _odd_plate,
    ),
    SurfaceRule(
        "home-name",
        "An apostrophe in the name of a home harms nothing",
        "D-14",
        "builds its statements from text: nothing of such a home is ever found.",
        "Values are parameters.",
        _quoted_home,
    ),
    SurfaceRule(
        "unknown-not-shown",
        "What is not stored is not shown",
        "D-28, D-63",
        "shows the wished end of 1970, 01:00, and an empty cycle or battery, where an appliance"
        " has none.",
        "Such rollers are left as they are.",
        _nothing_stored,
        ("shown",),
    ),
    SurfaceRule(
        "page-of-driven",
        "A page is about an appliance that can be driven",
        "D-21, D-36; design 1",
        "orders and shows appliances without control, being installed or removed.",
        "A page shows the lowest id in modes 20 and 30, else one that is disabled; others are on"
        " no page and get no order.",
        _nobody_drives,
    ),
    SurfaceRule(
        "switch-value",
        "A switch says 0 or 1",
        "reference 5.6",
        "hands a finger's machine to the plan for any value but 0.",
        "Anything else is turned back: the screen shows the mode that is stored.",
        _odd_value,
    ),
    SurfaceRule(
        "nobody-waits",
        "A silent device delays nobody else",
        "D-69; design 5",
        "handles one message at a time: while a PLC is silent, the press of another home waits"
        " half a minute or is lost.",
        "Every press is carried out at once.",
        _meanwhile,
    ),
    SurfaceRule(
        "portal-same-mode",
        "The portal orders only what it changed",
        "D-65; reference 6",
        "carries the mode out again at each update of the portal, whatever was changed: a new"
        " wished end switches a load that is in manual on, and stamps its last start.",
        "Only a mode that is not the one last ordered for is carried out; wishes are shown.",
        lambda told, moment: _about_updates(told, moment, driven=True),
    ),
    SurfaceRule(
        "portal-not-driven",
        "The portal switches nothing on that nobody drives",
        "D-65; reference 6",
        "takes every mode but 30 for manual: an update about a disabled or removed appliance"
        " switches it on, one in communication error is ordered as well.",
        "Only modes 20 and 30 without a communication error are ordered.",
        lambda told, moment: _about_updates(told, moment, driven=False),
    ),
    SurfaceRule(
        "portal-number",
        "The portal's number is digits",
        "reference 6",
        "understands numbers with spaces around them or underscores in them.",
        "Other topics are ignored.",
        _sloppy_update,
    ),
    SurfaceRule(
        "portal-retained",
        "What was retained is not told again",
        "reference 6",
        "follows an update retained by the broker at each of its starts.",
        "Retained updates are ignored.",
        lambda told, moment: bool(told.before),
    ),
    SurfaceRule(
        "panel-shown",
        "What a PLC's panel does is shown",
        "D-67",
        "leaves the screens as they are when a panel takes outputs over or gives them back.",
        "The screens of every home concerned show it.",
        _takes_panel,
        ("shown",),
    ),
    SurfaceRule(
        "panel-word",
        "A PLC gives back in words",
        "D-67",
        "takes anything but `manuel` for the outputs being given back, and orders loads on.",
        "`connecte`, `connecté`, `auto`, `automatique` do; other words are ignored.",
        _odd_word,
    ),
    SurfaceRule(
        "panel-restores",
        "What a panel gives back has its mode again",
        "D-67",
        "puts every output in manual and orders it on, also what was piloted.",
        "The mode of before is restored, also after a restart; manual if it is not known.",
        _given_back,
    ),
)
