"""An appliance that misbehaves, in the demonstration."""

from collections.abc import Callable

import pytest

from tests.e2e.conftest import Demo, enter, eventually

pytestmark = [pytest.mark.e2e, pytest.mark.thorough]

DISHWASHER = 1
MANUAL = 20


async def test_an_appliance_that_does_not_answer(
    start_demo: Callable[..., Demo], socket_enabled: None
) -> None:
    """A silent finger may have pressed: it is not told again, and the dishwasher counts as started."""
    demo = start_demo("--misbehave", "silent", "--device", "C101")
    async with enter(demo) as house:
        await eventually(lambda: house.row(DISHWASHER), lambda row: row["mode"] == MANUAL, 300)
        # The row is written a moment before it is shown.
        await eventually(
            lambda: house.client.state(house.entity("activity", DISHWASHER)),
            lambda shown: shown["attributes"]["event_type"] in {"doubtful", "mode_changed"},
        )
        assert await house.told("C101") == ["ON"]
    assert demo.stop() == 0
