"""Every end of a wish has its sentence, and only what may have been done has none."""

from datetime import UTC, datetime

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest

from custom_components.elfe_commande.core.model import CommandState, Mode
from custom_components.elfe_commande.core.outcome import NOTHING, Outcome, Result, Writes
from custom_components.elfe_commande.entities.answers import failure_of

from .conftest import Start
from .world import NOW, status_of

KEPT = Writes(mode=Mode.MANUAL, programmed=True)
ERROR = Writes(command=CommandState.ERROR)
UNTIL = NOW + 890
"""12:30:20 in Paris."""


@pytest.fixture(autouse=True)
async def _noon(hass, freezer) -> None:
    await hass.config.async_set_time_zone("Europe/Paris")
    freezer.move_to(datetime.fromtimestamp(NOW, UTC))


def ended(outcome: Outcome, reason: str, written: Writes = NOTHING, **more: object) -> Result:
    return Result(outcome, reason, on=True, at=NOW, written=written, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("reason", "written", "key"),
    [
        ("silent", KEPT, "order_silent_kept"),
        ("silent", ERROR, "order_silent_retry"),
        ("refused", KEPT, "order_refused_kept"),
        ("refused", NOTHING, "order_refused_retry"),
        ("disconnected", KEPT, "order_disconnected_kept"),
        ("disconnected", NOTHING, "order_disconnected_retry"),
        ("device_unavailable", KEPT, "order_unavailable_kept"),
        ("device_unavailable", NOTHING, "order_unavailable_retry"),
        ("not_pressed", NOTHING, "order_not_pressed_retry"),
        ("database_unavailable", NOTHING, "order_database_retry"),
        ("disk_unwritable", NOTHING, "order_disk_retry"),
        # What a driver made known to nobody else.
        ("valve_stuck", KEPT, "order_refused_kept"),
    ],
)
async def test_what_is_tried_again_says_until_when(
    hass, start: Start, reason: str, written: Writes, key: str
):
    await start([])
    for outcome in (Outcome.FAILED, Outcome.SKIPPED):
        result = ended(outcome, reason, written, will_retry=True, retry_until=UNTIL, detail="E 7")
        error = failure_of(hass, result, "Machine 1")

        assert type(error) is HomeAssistantError
        assert error.translation_key == key
        assert "Machine 1" in str(error)
        assert "until 12:30" in str(error)
        assert ("E 7" in str(error)) is ("{detail}" in key or "refused" in key or "pressed" in key)


@pytest.mark.parametrize(("language", "until"), [("en", "until tomorrow at"), ("fr", "à demain à")])
async def test_what_is_tried_until_tomorrow_says_so(hass, start: Start, language: str, until: str):
    hass.config.language = language
    await start([])
    result = ended(Outcome.FAILED, "silent", KEPT, will_retry=True, retry_until=UNTIL + 86_400)

    error = failure_of(hass, result, "Machine 1")

    assert error is not None
    assert error.translation_placeholders is not None
    assert f"{until} 12:30".endswith(error.translation_placeholders["until"])


@pytest.mark.parametrize(
    ("outcome", "reason", "key"),
    [
        (Outcome.FAILED, "sequence_broken", "order_broken"),
        (Outcome.FAILED, "internal_error", "order_crashed"),
        (Outcome.FAILED, "silent", "order_given_up"),
        (Outcome.FAILED, "not_running", "order_interrupted"),
        (Outcome.SKIPPED, "interrupted", "order_interrupted"),
        (Outcome.SKIPPED, "superseded", "order_superseded"),
        (Outcome.SKIPPED, "mode_changed", "order_mode_changed"),
        (Outcome.SKIPPED, "slot_over", "order_given_up"),
        (Outcome.SKIPPED, "already_claimed", "order_given_up"),
        (Outcome.SKIPPED, "missing_device", "missing_device"),
        (Outcome.SKIPPED, "unsupported_order", "act_not_supported"),
        (Outcome.SKIPPED, "removed", "unknown_equipment"),
    ],
)
async def test_what_is_over_says_so(hass, start: Start, outcome: Outcome, reason: str, key: str):
    await start([])
    error = failure_of(hass, ended(outcome, reason), "Machine 1")

    assert type(error) is HomeAssistantError
    assert error.translation_key == key
    assert "Machine 1" in str(error)


@pytest.mark.parametrize("reason", ["machine_running", "recently_pressed"])
async def test_what_would_harm_is_no_failure_of_ours(hass, start: Start, reason: str):
    await start([])
    error = failure_of(hass, ended(Outcome.SKIPPED, reason), "Machine 1")

    assert type(error) is ServiceValidationError
    assert error.translation_key == f"order_{reason}"
    assert "Force" in str(error)


@pytest.mark.parametrize("outcome", [Outcome.ACKNOWLEDGED, Outcome.DOUBTFUL])
def test_what_may_have_been_done_is_no_error_unless_it_was_not_written(hass, outcome: Outcome):
    assert failure_of(hass, ended(outcome, "acknowledged", KEPT), "Machine 1") is None
    error = failure_of(hass, ended(outcome, "acknowledged", unwritten=True), "Machine 1")
    assert error is not None
    assert error.translation_key == "order_not_written"


@pytest.mark.parametrize("outcome", [Outcome.ACKNOWLEDGED, Outcome.DOUBTFUL])
def test_what_a_restart_may_forget_is_told(hass, outcome: Outcome):
    error = failure_of(hass, ended(outcome, "acknowledged", KEPT, unnoted=True), "Machine 1")
    assert error is not None
    assert error.translation_key == "order_not_noted"


@pytest.mark.parametrize(
    ("platform", "service", "key", "data"),
    [
        ("switch", "turn_on", "pilot", {}),
        ("switch", "turn_off", "pilot", {}),
        ("select", "select_option", "mode", {"option": "forced_off"}),
        ("button", "press", "start", {}),
    ],
)
async def test_every_platform_raises(
    start: Start, platform: str, service: str, key: str, data: dict[str, str]
):
    world = await start([status_of(1)])
    world.engine.result = ended(Outcome.FAILED, "silent", KEPT, retry_until=UNTIL, will_retry=True)

    with pytest.raises(HomeAssistantError) as caught:
        await world.act(platform, service, world.entity_id(platform, 1, key), **data)
    assert caught.value.translation_key == "order_silent_kept"

    world.engine.result = ended(Outcome.DOUBTFUL, "unconfirmed", KEPT)
    await world.act(platform, service, world.entity_id(platform, 1, key), **data)
