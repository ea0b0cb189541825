"""JSON written by hand: commas are mended, the rest is placed."""

import json

import pytest

from custom_components.elfe_commande.configuration.json_repair import MAX_REPAIRS, read_json

FILE = {
    "mqtt": {"host": "192.0.2.1", "port": 1883, "keepalive": 15},
    "pgsql": {"host": "database.test", "port": "8432", "database": "coordination"},
}
TEXT = json.dumps(FILE, indent=2)


def test_valid_text_is_read_as_it_is():
    reading = read_json("\ufeff" + TEXT)

    assert reading.clean
    assert reading.value == FILE


def test_missing_commas_are_all_found_and_put_in():
    broken = TEXT.replace('"192.0.2.1",', '"192.0.2.1"').replace('"8432",', '"8432"   ')

    reading = read_json(broken)

    assert reading.value == FILE
    assert json.loads(reading.text) == FILE
    assert [str(place) for place in reading.missing_commas] == [
        '3:23 ("host": "192.0.2.1")',
        '9:18 ("port": "8432")',
    ]
    assert not reading.clean


@pytest.mark.parametrize(
    ("broken", "places"),
    [
        ('{"a": 1,\n}', ["1:8"]),
        ('{"a": [1,\n2,\n],\n"b": 2,}', ["2:2", "4:7"]),
        ('{"a": 1,, "b": 2}', ["1:9"]),
        ('{"a": 1\n"b": 2,}', ["2:7"]),
    ],
)
def test_superfluous_commas_are_taken_out(broken, places):
    reading = read_json(broken)

    assert [f"{place.line}:{place.column}" for place in reading.superfluous_commas] == places
    assert json.loads(reading.text) == reading.value


@pytest.mark.parametrize(
    ("broken", "line", "column"),
    [
        ("", 1, 1),
        ("{", 1, 2),
        ('{"a": 1\n"b": }', 2, 6),
        ('{"a": 1', 1, 8),
        ("{'a': 1}", 1, 2),
        ('{"a" 1}', 1, 6),
        ('{"a": "b\n"c": 1}', 1, 9),
        ('{"a": [1, 2}', 1, 12),
        ('{"a": 1} {', 1, 10),
        ("[" * 100_000, 1, 1),
        ("[" + " 1" * (MAX_REPAIRS + 2) + "]", 1, 1),
    ],
)
def test_what_cannot_be_mended_is_placed(broken, line, column):
    reading = read_json(broken)

    assert reading.broken is not None
    assert (reading.broken.line, reading.broken.column) == (line, column)
    assert len(reading.broken.near) <= 61
