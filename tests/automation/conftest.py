"""An entry whose engine is a stand-in, heard by automations as a real one is."""

from collections.abc import Awaitable, Callable, Iterator
from typing import Any, override
from unittest.mock import patch

from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import async_mock_service

from custom_components.elfe_commande.automations.signals import async_forward
from tests.entities.conftest import Start, start_default  # noqa: F401
from tests.entities.world import FakeHub

type Automate = Callable[..., Awaitable[list[ServiceCall]]]


class HeardHub(FakeHub):
    """A hub that automations hear."""

    @override
    async def async_start(self) -> None:
        await super().async_start()
        async_forward(self.coordinator.hass, self.entry, self.coordinator)


@pytest.fixture
def start(start_default: Start) -> Iterator[Start]:  # noqa: F811
    """Start an entry."""
    with patch("tests.entities.conftest.FakeHub", HeardHub):
        yield start_default


@pytest.fixture
def automate(hass: HomeAssistant) -> Automate:
    """Set an automation up; return the list of its runs."""

    async def automate(triggers: Any = None, *conditions: dict[str, Any]) -> list[ServiceCall]:
        calls = async_mock_service(hass, "test", "run")
        assert await async_setup_component(
            hass,
            "automation",
            {
                "automation": {
                    "alias": "Told",
                    "triggers": triggers or {"trigger": "event", "event_type": "ask"},
                    "conditions": list(conditions),
                    "actions": [{"action": "test.run", "data": {"trigger": "{{ trigger }}"}}],
                }
            },
        )
        await hass.async_block_till_done()
        return calls

    return automate
