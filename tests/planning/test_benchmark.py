"""The bench of the planner: what it reads, computes and says."""

import json
import sys

import pytest

from benchmarks import __main__ as command, planner, planner_report
from benchmarks.planner_homes import cost_of, faults, random_home

HOME = {
    "name": "small",
    "price_import": [0.3, 0.3, 0.1, 0.1, 0.2, 0.2],
    "price_export": [0.05] * 6,
    "pv_w": [0, 0, 0, 0, 1200, 1200],
    "base_w": [200] * 6,
    "loads": [
        {"name": "a", "power_w": 1000, "steps": 2, "earliest": 0, "latest": 6, "splittable": False},
        {"name": "b", "power_w": 1000, "steps": 2, "earliest": 0, "latest": 4, "splittable": True},
    ],
}
OPTIMUM = [[4, 5], [2, 3]]


def test_costs_are_computed_from_the_places_alone():
    # 200 W of base in four quarter-hours, 1 kW at 0.1 in two of them; the sun does the rest.
    assert cost_of(HOME, OPTIMUM) == pytest.approx(0.05 * (0.6 + 0.2) + 0.5 * 0.1)
    assert cost_of(HOME, [[0, 1], [0, 1]]) == pytest.approx(0.05 * 0.8 + 1.0 * 0.3 - 0.5 * 0.05)


def test_faults_are_found():
    assert faults(HOME, OPTIMUM) == []
    assert faults(HOME, [[4], [2, 3]]) == ["steps", "in one piece"]
    assert faults(HOME, [[1, 3], [2, 3]]) == ["in one piece"]
    assert faults(HOME, [[4, 5], [3, 4]]) == ["window"]
    assert faults(HOME | {"limit_w": 1000}, OPTIMUM) == ["limit"]


def test_naive_plans_are_what_they_say():
    assert [list(place) for place in planner.at_once(HOME)] == [[0, 1], [0, 1]]
    assert [list(place) for place in planner.cheapest_hours(HOME)] == [[2, 3], [2, 3]]
    assert [list(place) for place in planner.surplus_alone(HOME)] == [[4, 5], [0, 1]]


def test_a_file_is_measured(tmp_path):
    path = tmp_path / "homes.json"
    best = cost_of(HOME, OPTIMUM)
    limited = {"max_import_w": 1200, "cost_eur": best}
    home = HOME | {"optimum": {"cost_eur": best}, "optimum_with_import_limit": limited}
    path.write_text(json.dumps({"homes": [home]}))
    results = list(planner.of_file(path))
    assert [result.name for result in results] == ["small", "small, 1200 W"]
    assert [result.excess for result in results] == pytest.approx([0, 0])
    text, met = planner_report.report(results)
    assert met, text
    assert "| small | 2 | 0.0900 | 0.0900 |" in text
    worse = [planner.Result("bad", 1, 2.0, 3.0, 3.0, 3.0, 1.0, 0.01)]
    assert planner_report.report(worse)[1] is False
    assert worse[0].share(2.0) == 0.5


def test_emhass_stands_beside_it_where_its_answer_was_recorded(tmp_path):
    path = tmp_path / "homes.json"
    best = cost_of(HOME, OPTIMUM)
    # The block in the sun, the other load's quarter-hours where a kWh is dearest.
    schedule = [[[4, 6]], [[0, 2]]]
    call = {"mip_rel_gap": 0.01, "call": 1, "schedule": schedule, "duration_total_seconds": 0.2}
    calls = [call | {"call": 2, "schedule": []}, call | {"mip_rel_gap": 0}, call]
    known = HOME | {"optimum": {"cost_eur": best}}
    path.write_text(json.dumps({"homes": [known | {"emhass": calls}, known]}))
    answered, other = planner.of_file(path)
    assert answered.emhass == pytest.approx(cost_of(HOME, [[4, 5], [0, 1]]))
    assert answered.emhass_seconds == 0.2
    assert (other.emhass, other.emhass_seconds) == (None, None)
    text, _ = planner_report.report([answered, other])
    emhass = next(line for line in text.splitlines() if line.startswith("| EMHASS"))
    assert emhass.startswith("| EMHASS | 1 | ")
    assert "mean 200 ms" in text
    alone, _ = planner_report.report([other])
    assert "| EMHASS |" not in alone.replace(planner_report.HEAD, "")


def test_the_figures_are_put_into_the_document_and_stay(tmp_path):
    document = tmp_path / "performance.md"
    document.write_text("# Performance\n\nOther figures.\n")
    assert planner_report.kept(document) == ""
    path = tmp_path / "homes.json"
    path.write_text(json.dumps({"homes": [HOME | {"optimum": {"cost_eur": 0.09}}]}))
    for _ in range(2):
        assert planner_report.main(path, 0, 0, document)
    text = document.read_text()
    assert text.startswith("# Performance\n\nOther figures.\n\n## The planner\n\n")
    assert text.count("| small | 2 | 0.0900 | 0.0900 |") == 1
    document.write_text("# Newer figures\n" + planner_report.kept(document))
    assert "| small | 2 |" in document.read_text()


def test_the_command_needs_no_servers(tmp_path, monkeypatch, capsys):
    path = tmp_path / "homes.json"
    path.write_text(json.dumps({"homes": [HOME | {"optimum": {"cost_eur": 0.09}}]}))
    monkeypatch.setattr(sys, "argv", ["scripts/bench", "--planner", str(path)])
    with pytest.raises(SystemExit) as done:
        command.main()
    assert done.value.code == 0
    assert "met." in capsys.readouterr().out


@pytest.mark.parametrize("seed", range(30))
def test_homes_made_by_chance_can_be_planned_at_once(seed):
    home = random_home(seed)
    assert home == random_home(seed)
    kept = [fault for fault in faults(home, planner.at_once(home)) if fault != "limit"]
    assert kept == []
