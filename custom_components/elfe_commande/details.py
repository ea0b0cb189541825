"""Why something outside failed, in the language of Home Assistant."""

from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.translation import async_get_cached_translations, async_get_translations

from .const import DOMAIN
from .core.failing import Failing

_CATEGORY: Final = "common"
_NAMES: Final = {each.value: each.name.lower() for each in Failing}


async def async_load_details(hass: HomeAssistant) -> None:
    """Have the words at hand, before any entry is set up too."""
    await async_get_translations(hass, hass.config.language, _CATEGORY, [DOMAIN])


@callback
def detail_text(hass: HomeAssistant, detail: str) -> str:
    """Return what there are words for in those words, all else as it is."""
    if detail not in _NAMES:
        return detail
    texts = async_get_cached_translations(hass, hass.config.language, _CATEGORY, DOMAIN)
    return texts.get(f"component.{DOMAIN}.{_CATEGORY}.failing_{_NAMES[detail]}", detail)
