"""People take a load over, and give it back: it stays as it is unless they said otherwise."""

from dataclasses import replace

from homeassistant.core import ServiceCall
from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.elfe_commande.core.model import CommandState, ControlState, Mode
from tests.engine.bench import until
from tests.fixtures_engine import is_busy

from .homes import LocalInstalled

RELAY = "input_boolean.relay"


async def tank(home: LocalInstalled, **advanced: str) -> int:
    return await home.add(
        "Ballon", RELAY, kind="water_heater", operation="continuous", advanced=advanced
    )


def mode(home: LocalInstalled, number: int) -> str:
    return home.state("select", number, "mode").state


async def let(home: LocalInstalled, number: int, option: str) -> None:
    await home.act("select", "select_option", number, "mode", option=option)


@pytest.mark.parametrize("powered", ["on", "off"])
@pytest.mark.parametrize(
    ("hand_over", "after"), [(None, None), ("leave", None), ("on", "on"), ("off", "off")]
)
async def test_it_is_left_as_it_is_unless_its_form_says_otherwise(
    home: LocalInstalled, powered: str, hand_over: str | None, after: str | None
) -> None:
    number = await tank(home, **({} if hand_over is None else {"hand_over": hand_over}))
    await home.use(f"input_boolean.turn_{powered}", RELAY)
    await home.act("switch", "turn_on", number, "pilot")
    # A plan would have switched it: here a hand does, which is not ours to tell.
    home.hass.states.async_set(RELAY, powered)

    await home.act("switch", "turn_off", number, "pilot")

    assert home.hass.states.is_state(RELAY, after or powered)
    assert home.status(number).equipment.state.mode == Mode.MANUAL
    assert mode(home, number) == "by_hand"
    assert home.state("switch", number, "pilot").state == "off"
    assert home.state("sensor", number, "reason").state.startswith("By hand")


async def test_what_is_left_says_nothing_of_the_load_in_its_row(home: LocalInstalled) -> None:
    number = await tank(home)
    await let(home, number, "forced_on")
    await let(home, number, "by_hand")

    state = home.status(number).equipment.state
    assert (state.control, state.command) == (ControlState.ON, CommandState.NOT_COMMANDED)
    assert home.hass.states.is_state(RELAY, "on")


async def test_forced_is_shown_where_somebody_forced_it_across_a_restart(
    home: LocalInstalled,
) -> None:
    number = await tank(home)
    for option in ("forced_on", "forced_off", "forced_on"):
        await let(home, number, option)
        assert mode(home, number) == option
    assert home.state("sensor", number, "reason").state == "Forced on by a person"

    await home.reload()
    assert mode(home, number) == "forced_on"

    # Somebody at the appliance itself: theirs is the newer word.
    await home.use("input_boolean.turn_off", RELAY)
    await home.use("input_boolean.turn_on", RELAY)
    await home.until("select", number, "mode", "by_hand")
    await home.reload()
    assert mode(home, number) == "by_hand"


async def test_a_new_appliance_is_forced_by_nobody(home: LocalInstalled) -> None:
    number = await home.add("Lave-linge", RELAY)

    assert mode(home, number) == "by_hand"


async def test_what_the_mode_shows_does_not_flip_when_nothing_answers(
    home: LocalInstalled,
) -> None:
    """The row says off until a device confirms on; what was chosen is shown meanwhile."""
    await home.reload(replace(home.timing, retry_first=0.3, retry_max=0.3, order_window=5.0))
    number = await tank(home)
    await let(home, number, "forced_off")
    seen: list[str] = []
    home.hass.bus.async_listen(
        "state_changed",
        lambda event: (
            seen.append(event.data["new_state"].state)
            if event.data["entity_id"] == home.find("select", number, "mode")
            else None
        ),
    )

    jammed = True

    async def turn_on(call: ServiceCall) -> None:
        if jammed:
            raise HomeAssistantError("the radio is jammed")
        home.hass.states.async_set(RELAY, "on", context=call.context)

    home.hass.services.async_register("input_boolean", "turn_on", turn_on)
    with pytest.raises(HomeAssistantError, match="jammed"):
        await let(home, number, "forced_on")
    await home.hass.async_block_till_done()
    assert mode(home, number) == "forced_on"

    jammed = False
    await until(lambda: not is_busy(), "the end of the tries")
    await home.hass.async_block_till_done()
    assert mode(home, number) == "forced_on"
    assert home.hass.states.is_state(RELAY, "on")
    assert set(seen) == {"forced_on"}
