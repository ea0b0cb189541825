"""What dashboards load: one file, served under a name that its content gives."""

from pathlib import Path
from typing import Final

from homeassistant.components.frontend import DATA_EXTRA_MODULE_URL, add_extra_js_url
from homeassistant.components.http import StaticPathConfig
from homeassistant.core import HomeAssistant

from .const import DOMAIN, LOGGER
from .core.failing import failing

WWW: Final = Path(__file__).with_name("www")
"""Holds one folder, named after what is in it: browsers keep it for good."""
BUILT: Final = "elfe.js"


async def async_setup_frontend(hass: HomeAssistant) -> None:
    """Serve the file, and have every page of Home Assistant load it.

    Without it dashboards lack our cards, and nothing else is lacking: no failure goes further.
    """
    try:
        folder = await hass.async_add_executor_job(_find, WWW)
        # Where there is no HTTP server, as in a check of the configuration, nobody looks.
        if folder is None or getattr(hass, "http", None) is None:
            return
        address = f"/{DOMAIN}/{folder.name}/{BUILT}"
        await hass.http.async_register_static_paths(
            [StaticPathConfig(address, str(folder / BUILT), cache_headers=True)]
        )
        if DATA_EXTRA_MODULE_URL in hass.data:
            add_extra_js_url(hass, address)
    except Exception as error:  # noqa: BLE001
        LOGGER.warning("Cards for dashboards cannot be served: %s", failing(error))


def _find(www: Path) -> Path | None:
    """Return the folder with the built file; a checkout that was never built has none."""
    return next((path.parent for path in sorted(www.glob(f"*/{BUILT}"))), None)
