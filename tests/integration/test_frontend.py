"""Dashboards are served our cards; what hinders that hinders nothing else."""

from collections.abc import Awaitable, Callable
import hashlib
from pathlib import Path
from typing import Any

from homeassistant.components.frontend import DATA_EXTRA_MODULE_URL, UrlManager
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest

from custom_components.elfe_commande import async_setup, frontend
from custom_components.elfe_commande.frontend import async_setup_frontend

pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.fixture
def pages(hass: HomeAssistant) -> set[str]:
    """What every page loads; Home Assistant's frontend itself is no part of these tests."""
    added: set[str] = set()

    def changed(change: str, address: str) -> None:
        assert change == "added"
        added.add(address)

    hass.data[DATA_EXTRA_MODULE_URL] = UrlManager(changed, [])
    return added


async def test_pages_load_what_was_built(
    hass: HomeAssistant, pages: set[str], hass_client_no_auth: Callable[[], Awaitable[Any]]
) -> None:
    assert await async_setup_component(hass, "http", {})

    await async_setup_frontend(hass)

    (address,) = pages
    client = await hass_client_no_auth()
    answer = await client.get(address)
    content = await answer.read()
    assert answer.status == 200
    assert answer.content_type in {"text/javascript", "application/javascript"}
    assert "max-age" in answer.headers["Cache-Control"]
    assert hashlib.sha256(content).hexdigest().startswith(address.split("/")[2])
    assert b"elfe-plan-card" in content


async def test_without_dashboards_there_is_nothing_to_load(hass: HomeAssistant) -> None:
    assert await async_setup_component(hass, "http", {})
    await async_setup_frontend(hass)
    assert DATA_EXTRA_MODULE_URL not in hass.data


async def test_a_checkout_without_the_built_file_does_without(
    hass: HomeAssistant,
    pages: set[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert await async_setup_component(hass, "http", {})
    monkeypatch.setattr(frontend, "WWW", tmp_path / "none")
    await async_setup_frontend(hass)
    assert not pages
    assert not [r for r in caplog.records if r.name.startswith("custom_components")]


async def test_what_cannot_be_served_stops_nothing(
    hass: HomeAssistant, pages: set[str], caplog: pytest.LogCaptureFixture
) -> None:
    """The address is taken, or the server refuses: it is said once, and that is all."""
    assert await async_setup_component(hass, "http", {})
    hass.http.app.router.freeze()

    def refuse(*_: Any) -> None:
        raise RuntimeError("no more routes")

    hass.http.app.router.add_route = refuse  # type: ignore[method-assign]

    await async_setup_frontend(hass)

    assert not pages
    (record,) = [r for r in caplog.records if r.name.startswith("custom_components")]
    assert record.getMessage() == "Cards for dashboards cannot be served: no more routes"


async def test_they_are_there_whether_or_not_an_entry_is(
    hass: HomeAssistant, pages: set[str]
) -> None:
    assert await async_setup_component(hass, "http", {})
    assert await async_setup(hass, {})
    assert len(pages) == 1
