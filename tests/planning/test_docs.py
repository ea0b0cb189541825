"""What docs/planning.md shows is true."""

from pathlib import Path
import re
from typing import Any

import pytest

from custom_components.elfe_commande.planning.result import Reason

PAGE = (Path(__file__).parents[2] / "docs" / "planning.md").read_text(encoding="utf-8")


def test_the_example_runs():
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names: dict[str, Any] = {}
    exec(example, names)
    washing, tank = names["found"].loads
    # The machine has the sun all for itself, the tank waits for the cheap hour.
    assert washing.sun == pytest.approx(1.0)
    assert [run.start - names["noon"] for run in tank.runs] == [4 * 900]
    assert names["found"].saved == pytest.approx(0.05)


def test_every_reason_is_explained():
    assert {reason for reason in Reason if f"`{reason}`" not in PAGE} == set()
