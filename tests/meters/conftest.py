"""Fixtures: a line to read, and meters of the installed entry."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from custom_components.elfe_commande.sources.sml import MeterTiming
from custom_components.elfe_commande.subentries.meters import meter_settings as settings
from demo.sml import SerialLine

_timing = settings.timing


def quick(data: dict[str, Any]) -> MeterTiming:
    """Return the usual waits, but those that nobody chooses."""
    return replace(
        _timing(data),
        retry_first=0.02,
        retry_max=0.1,
        unpowered_after=data.get("unpowered_after", 600.0),
    )


@pytest.fixture(autouse=True)
def _quick_lines() -> Iterator[None]:
    module = "custom_components.elfe_commande.subentries.meters"
    with patch(f"{module}.meter_settings.timing", quick):
        yield


@pytest.fixture
async def line(tmp_path: Path) -> AsyncIterator[SerialLine]:
    """A serial line, plugged in."""
    async with SerialLine(tmp_path / "meter") as line:
        yield line
