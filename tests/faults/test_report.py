"""What runs showed is counted and written down."""

from .history import MANUAL, End, Fault, Heard, History, Load, Pressed, Stuck
from .report import Series
from .test_checker import DISHES, DONE, IS_OFF, RUNS, TANK, answer, end, history, wish


def table(series: Series) -> dict[str, dict[str, str]]:
    """Return the table's cells, by row and column."""
    head, _, *rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in series.table().splitlines()
    ]
    return {row[0]: dict(zip(head, row, strict=True)) for row in rows}


def test_runs_are_counted_by_their_trouble() -> None:
    series = Series(0.02, 1)
    wrong = history(
        TANK,
        wishes=[wish(TANK, "forced_off")],
        answers=[answer(**DONE)],
        ends=end(TANK, True, **RUNS),
    )
    wrong.fault, wrong.faults = "broker killed", [Fault(1.0, 2.0, "broker killed")]
    wrong.heard = [Heard(0.0, TANK.id, "Z", "off")] * 3
    right = history(
        TANK,
        wishes=[wish(TANK, "forced_off")],
        answers=[answer(**DONE)],
        ends=end(TANK, False, **IS_OFF),
        recovered=1.25,
    )
    right.fault = "broker killed"
    twice = history(DISHES, presses=[Pressed(1.0, DISHES.id, "F")], ends=end(DISHES, None, **RUNS))
    twice.fault, twice.stuck = "engine frozen", [Stuck("a cycle")]
    for each in (wrong, right, twice):
        series.add(each)

    found = table(series)
    broker, frozen, total = found["broker killed"], found["engine frozen"], found["**all**"]
    assert (broker["runs"], broker["faults"], broker["orders"], broker["wishes"]) == tuple("2132")
    assert (broker["lost wishes"], broker["wrong ends"], broker["double presses"]) == tuple("010")
    assert broker["silent failures"] == "3"
    assert broker["all right again after"] == "1.2 s, at worst 1.2 s; never in 1"
    assert (frozen["double presses"], frozen["hangs, tracebacks"]) == ("1", "1")
    assert (total["runs"], total["double presses"], total["wrong ends"]) == ("3", "1", "1")


def test_a_lost_wish_is_counted() -> None:
    series = Series(0.02, 1)
    series.add(
        history(
            DISHES,
            wishes=[wish(DISHES, "to_piloted")],
            answers=[answer(**DONE)],
            ends=end(DISHES, None, **IS_OFF),
        )
    )
    assert table(series)["**all**"]["lost wishes"] == "1"


def test_the_page_has_the_table_and_how_to_do_it_again() -> None:
    series = Series(0.02, 20)
    series.add(
        History(fault="everything", loads=[Load(1, "tank", MANUAL)], ends=[End(1, True, **RUNS)])
    )
    page = series.page(7)
    assert series.table() in page
    assert "1 runs with 20 appliances each, first seed 7" in page
    assert "{" not in page
