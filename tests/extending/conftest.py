"""The examples, each in its room while a test lasts."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from demo import appliances
from demo.database.enumerations import DEVICE_TABLES

from .examples import KNOB, PLANNER, RELAY, TYPOLOGY, added
from .simulated import SimulatedRelay


@pytest.fixture
def relay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[set[Any]]:
    """The driver of the page, and its device among the simulated ones."""
    monkeypatch.setitem(appliances.DEVICES, 412, SimulatedRelay)
    monkeypatch.setitem(DEVICE_TABLES, 412, "equipement_domotique_example_relay_v1")
    yield from added(RELAY, tmp_path, monkeypatch)


@pytest.fixture
def typology(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[set[Any]]:
    yield from added(TYPOLOGY, tmp_path, monkeypatch)


@pytest.fixture
def knob(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[set[Any]]:
    yield from added(KNOB, tmp_path, monkeypatch)


@pytest.fixture
def planner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[set[Any]]:
    folder = tmp_path / "planner"
    folder.mkdir()
    yield from added(PLANNER, folder, monkeypatch)
