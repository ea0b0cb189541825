"""What of an entity's topic may be shown to others."""

from homeassistant.components import climate, humidifier, water_heater
import pytest

from custom_components.elfe_commande.core.entity_topics import shown_topic

WORDS = sorted(
    {
        *climate.HVACMode,
        climate.PRESET_AWAY,
        climate.PRESET_BOOST,
        climate.PRESET_COMFORT,
        climate.PRESET_ECO,
        climate.PRESET_HOME,
        climate.PRESET_NONE,
        climate.PRESET_SLEEP,
        humidifier.MODE_AUTO,
        water_heater.STATE_ECO,
        water_heater.STATE_ELECTRIC,
        water_heater.STATE_HEAT_PUMP,
        water_heater.STATE_HIGH_DEMAND,
        water_heater.STATE_PERFORMANCE,
    }
)


@pytest.mark.parametrize("word", WORDS)
def test_words_of_home_assistant_name_nobody(word: str) -> None:
    topic = f"entity/climate.x?by=preset_mode&on={word}&off=Anne"
    assert shown_topic(topic, lambda _: "climate.1") == (
        f"entity/climate.1?by=preset_mode&on={word}&off=**REDACTED**"
    )
