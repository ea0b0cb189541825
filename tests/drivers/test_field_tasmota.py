"""Tasmota as people set it: relays, lists, topics, words, periods; and what it warns of."""

import json
from typing import Any

import pytest

from custom_components.elfe_commande.core.model import Device, DeviceId, Usage
from custom_components.elfe_commande.drivers import Message, Reading, Reply
from custom_components.elfe_commande.drivers.tasmota import DRIVER


def plug(
    command: str = "cmnd/p/POWER",
    control: str = "stat/p/RESULT",
    usage: int = Usage.MEASURE_AND_SWITCH,
) -> Device:
    return Device(DeviceId("D1"), DRIVER.type_id, usage, control, command, "tele/p/LWT")


def read(device: Device, topic: str, payload: Any) -> Reading | None:
    text = payload if isinstance(payload, str) else json.dumps(payload)
    return DRIVER.read(device, topic, text.encode())


# ------------------------------------------------------------------------------- channels

TWO = {"Time": "2026-11-28T12:00:00", "ENERGY": {"Total": 3.2, "Power": [23.63, 67.17]}}


@pytest.mark.parametrize(
    ("command", "power"),
    [
        ("cmnd/p/POWER", 23.63),
        ("cmnd/p/POWER1", 23.63),
        ("cmnd/p/Power2", 67.17),
        ("cmnd/p/POWER2", 67.17),
        # A list that is too short says nothing of the third.
        ("cmnd/p/POWER3", None),
        # Both are the load.
        ("cmnd/p/POWER0", pytest.approx(90.8)),
    ],
)
def test_t2_01_of_several_meters_the_channel_s_counts(command: str, power: Any) -> None:
    found = read(plug(command), "tele/p/SENSOR", TWO)
    assert (None if found is None else found.power) == power


@pytest.mark.parametrize("power", [[], [None, None], ["", "x"], [[1], {}], {"1": 5}, None])
def test_a_list_without_numbers_says_nothing(power: Any) -> None:
    for command in ("cmnd/p/POWER", "cmnd/p/POWER2", "cmnd/p/POWER0"):
        assert read(plug(command), "tele/p/SENSOR", {"ENERGY": {"Power": power}}) is None


def test_t2_02_a_second_relay_is_read_by_its_own_name() -> None:
    second = plug("cmnd/p/POWER2")
    assert DRIVER.order(second, on=True, request="1") == Message("cmnd/p/POWER2", "ON")
    assert read(second, "stat/p/RESULT", {"POWER2": "ON"}) == Reading(on=True)
    assert read(second, "stat/p/POWER2", "ON") == Reading(on=True)
    both = {"POWER1": "OFF", "POWER2": "ON"}
    assert read(second, "tele/p/STATE", both) == Reading(on=True)
    # Later, ordered off and silent: the first relay's state is no answer.
    assert read(second, "stat/p/RESULT", {"POWER1": "OFF"}) is None
    assert read(second, "stat/p/RESULT", {"POWER": "OFF"}) is None
    assert read(second, "stat/p/POWER1", "OFF") is None
    assert read(plug("cmnd/p/POWER1"), "tele/p/STATE", both) == Reading(on=False)
    assert read(plug(), "tele/p/STATE", both) == Reading(on=False)


def test_its_other_relay_is_not_listened_to() -> None:
    assert "stat/p/POWER2" in DRIVER.topics(plug("cmnd/p/POWER2"))
    assert not {"stat/p/POWER", "stat/p/POWER1"} & {*DRIVER.topics(plug("cmnd/p/POWER2"))}
    assert "stat/p/POWER2" not in DRIVER.topics(plug())


@pytest.mark.parametrize(
    ("state", "on"),
    [
        ({"POWER1": "ON", "POWER2": "ON"}, True),
        ({"POWER1": "OFF", "POWER2": "OFF"}, False),
        # One of them answers first.
        ({"POWER1": "ON", "POWER2": "OFF"}, None),
    ],
)
def test_all_relays_together_are_what_they_agree_on(state: Any, on: bool | None) -> None:
    found = read(plug("cmnd/p/POWER0"), "tele/p/STATE", state)
    assert (None if found is None else found.on) is on


ASK = Reading(ask=Message("cmnd/p/STATUS", ""))


@pytest.mark.parametrize(
    ("topic", "payload", "reading"),
    [
        # One of several answers: the device is asked how all of them are.
        ("stat/p/RESULT", {"POWER1": "ON"}, ASK),
        ("stat/p/RESULT", {"POWER2": "OFF"}, ASK),
        ("stat/p/POWER1", "ON", ASK),
        ("stat/p/STATUS", {"Status": {"Power": "01"}}, None),
        ("stat/p/STATUS", {"Status": {"Power": "1"}}, Reading(on=True)),
        # The only one there is.
        ("stat/p/RESULT", {"POWER": "ON"}, Reading(on=True)),
        ("stat/p/POWER", "OFF", Reading(on=False)),
        # Numbers of old firmware, which has a name for each relay.
        ("stat/p/STATUS", {"Status": {"Power": 3, "FriendlyName": ["a", "b"]}}, Reading(on=True)),
        ("stat/p/STATUS", {"Status": {"Power": 1, "FriendlyName": ["a", "b"]}}, None),
        ("stat/p/STATUS", {"Status": {"Power": 0, "FriendlyName": ["a", "b"]}}, Reading(on=False)),
        ("stat/p/STATUS", {"Status": {"Power": 3}}, None),
    ],
)
def test_one_relay_does_not_answer_for_all(
    topic: str, payload: Any, reading: Reading | None
) -> None:
    assert read(plug("cmnd/p/POWER0"), topic, payload) == reading


def test_where_it_cannot_be_asked_the_one_that_answers_counts() -> None:
    unasked = plug("do/p/POWER0", "told/p/STATE")
    assert read(unasked, "told/p/STATE", {"POWER1": "ON"}) == Reading(on=True)


# ------------------------------------------------------------------ answers by other topics


@pytest.mark.parametrize("command", ["cmnd/p/POWER", "cmnd/p/POWER1"])
@pytest.mark.parametrize("answer", ["ON", {"POWER1": "ON"}, {"POWER": "ON"}])
def test_t2_04_an_answer_on_the_topic_of_its_relay_is_heard(command: str, answer: Any) -> None:
    """SetOption4 answers there, SetOption26 gives the only relay a number."""
    device = plug(command)
    assert "stat/p/POWER1" in DRIVER.topics(device)
    assert "stat/p/POWER1" in DRIVER.answers(device)
    assert read(device, "stat/p/POWER1", answer) == Reading(on=True)


@pytest.mark.parametrize(
    ("command", "control", "answers", "reports"),
    [
        ("cmnd/p/POWER", "stat/p/RESULT", "stat/p", "tele/p"),
        ("tasmota/p/cmnd/POWER", "tasmota/p/stat/RESULT", "tasmota/p/stat", "tasmota/p/tele"),
        ("p/cmnd/POWER2", "x", "p/stat", "p/tele"),
        ("cmnd/home/cellar/p/POWER", "x", "stat/home/cellar/p", "tele/home/cellar/p"),
        ("lights/cmnd/p/POWER", "lights/tele/p/STATE", "lights/stat/p", "lights/tele/p"),
        ("cmnd/p/POWER", "tele/p", "stat/p", "tele/p"),
        # Its own topic is called like a prefix.
        ("cmnd/stat/POWER", "x", "stat/stat", "tele/stat"),
        # Prefixes of its own, as far as the topics name them.
        ("befehl/p/POWER", "stat/p/RESULT", "stat/p", "tele/p"),
        ("do/p/POWER", "said/p/RESULT", "said/p", None),
        ("do/p/POWER", "told/p/SENSOR", None, "told/p"),
        ("cmnd/p/POWER", "said/p/RESULT", "said/p", "tele/p"),
    ],
)
def test_it_is_heard_by_any_full_topic(
    command: str, control: str, answers: str | None, reports: str | None
) -> None:
    topics = set(DRIVER.topics(plug(command, control)))
    assert (f"{answers}/RESULT" in topics) is (answers is not None)
    assert (f"{answers}/STATUS8" in topics) is (answers is not None)
    assert (f"{reports}/SENSOR" in topics) is (reports is not None)
    assert control in topics


@pytest.mark.parametrize(
    ("command", "control", "usage", "unheard"),
    [
        ("cmnd/p/POWER", "x", Usage.MEASURE_AND_SWITCH, ()),
        ("do/p/POWER", "said/p/RESULT", Usage.MEASURE_AND_SWITCH, ()),
        ("do/p/POWER", "told/p/SENSOR", Usage.MEASURE_AND_SWITCH, ("answer",)),
        ("do/p/POWER", "home/p", Usage.MEASURE_AND_SWITCH, ("answer", "power")),
        ("do/p/POWER", "home/p", Usage.SWITCH, ("answer",)),
    ],
)
def test_what_cannot_be_derived_is_said(
    command: str, control: str, usage: int, unheard: tuple[str, ...]
) -> None:
    assert DRIVER.unheard(plug(command, control, usage)) == unheard


# ----------------------------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("stat/p/RESULT", {"POWER": "AN"}),
        ("stat/p/POWER", "AN"),
        ("stat/p/POWER1", "Marche"),
        ("tele/p/STATE", {"Time": "2026-11-28T12:00:00", "POWER": "EIN"}),
    ],
)
def test_words_of_somebody_s_own_have_it_asked_for_its_status(topic: str, payload: Any) -> None:
    """StateText1 and StateText2 can be anything; in the status, relays are bits."""
    assert read(plug(), topic, payload) == Reading(ask=Message("cmnd/p/STATUS", ""))


@pytest.mark.parametrize(("word", "on"), [("1", True), ("0", False), ("on", True), ("Off", False)])
def test_digits_are_words_too(word: str, on: bool) -> None:
    assert read(plug(), "stat/p/RESULT", {"POWER": word}) == Reading(on=on)
    assert read(plug(), "stat/p/POWER", word) == Reading(on=on)


@pytest.mark.parametrize("payload", [{"POWER": "TOGGLE"}, {"POWER": "HOLD"}, {"POWER": True}])
def test_what_is_no_state_asks_nothing(payload: Any) -> None:
    assert read(plug(), "stat/p/RESULT", payload) is None


@pytest.mark.parametrize(
    ("command", "power", "on"),
    [
        # As many digits as relays, the last one is the first relay.
        ("cmnd/p/POWER", "1", True),
        ("cmnd/p/POWER", "0", False),
        ("cmnd/p/POWER1", "10", False),
        ("cmnd/p/POWER2", "10", True),
        ("cmnd/p/POWER2", "01", False),
        ("cmnd/p/POWER3", "01", None),
        ("cmnd/p/POWER0", "11", True),
        ("cmnd/p/POWER0", "10", None),
        ("cmnd/p/POWER0", "00", False),
        # A number, before version 11.
        ("cmnd/p/POWER", 1, True),
        ("cmnd/p/POWER2", 1, False),
        ("cmnd/p/POWER2", 2, True),
        ("cmnd/p/POWER", -1, None),
        ("cmnd/p/POWER", "AN", None),
        ("cmnd/p/POWER", True, None),
        ("cmnd/p/POWER", None, None),
    ],
)
def test_its_status_tells_each_relay(command: str, power: Any, on: bool | None) -> None:
    status = {"Status": {"Module": 1, "FriendlyName": ["p"], "Power": power, "PowerOnState": 3}}
    found = read(plug(command), "stat/p/STATUS", status)
    assert found == (None if on is None else Reading(on=on))


@pytest.mark.parametrize("status", ["x", [], {"Status": 1}, {"Status": {}}, {"Status": ["1"]}])
def test_a_status_without_relays_says_nothing(status: Any) -> None:
    assert read(plug(), "stat/p/STATUS", status) is None


# --------------------------------------------------------------------------------- periods


def test_t2_06_its_power_counts_until_its_next_report_and_can_be_asked_for() -> None:
    assert DRIVER.period == 300.0
    assert DRIVER.questions(plug()) == (
        Message("cmnd/p/POWER", ""),
        Message("cmnd/p/STATUS", "8"),
        Message("cmnd/p/STATUS", "3"),
    )
    sensors = {"StatusSNS": {"Time": "2026-11-28T12:00:00", "ENERGY": {"Power": 2000}}}
    assert read(plug(), "stat/p/STATUS8", sensors) == Reading(power=2000.0)
    second = read(
        plug("cmnd/p/POWER2"), "stat/p/STATUS8", {"StatusSNS": {"ENERGY": {"Power": [1, 2]}}}
    )
    assert second == Reading(power=2.0)


@pytest.mark.parametrize("period", [10, 300, 3600, 0])
def test_the_period_that_was_set_is_its_own(period: int) -> None:
    settings = {"StatusLOG": {"SerialLog": 2, "TelePeriod": period, "SSId": ["x", ""]}}
    assert read(plug(), "stat/p/STATUS3", settings) == Reading(period=float(period))


def test_a_period_that_somebody_sets_counts_at_once() -> None:
    assert read(plug(), "stat/p/RESULT", {"TelePeriod": 60}) == Reading(period=60.0)
    assert read(plug(usage=Usage.SWITCH), "stat/p/RESULT", {"TelePeriod": 60}) is None


@pytest.mark.parametrize("period", [-1, "soon", None, [300]])
def test_a_period_that_is_none_is_not(period: Any) -> None:
    assert read(plug(), "stat/p/STATUS3", {"StatusLOG": {"TelePeriod": period}}) is None


def test_a_plug_that_only_switches_is_not_asked_what_it_measures() -> None:
    only = plug(usage=Usage.SWITCH)
    assert DRIVER.questions(only) == (Message("cmnd/p/POWER", ""),)
    assert not any("STATUS8" in topic for topic in DRIVER.topics(only))
    assert DRIVER.questions(plug("do/p/POWER", "home/p")) == (Message("do/p/POWER", ""),)


# ------------------------------------------------------------------------- broken and odd


@pytest.mark.parametrize(
    "payload",
    [
        '{"Time":"2026-11-28T12:00:00","ENERGY":{"Total":1.9,"Power":10,"Current":0.096}',
        '{"Time":"2026-11-28T12:00:00","ENERGY":{"Power":10,"Vol',
        '{"Time":"2026-11-28T12:00:00","ENERGY":{"Power":nan}}x',
        "",
    ],
)
def test_t2_07_telemetry_that_is_cut_is_ignored(payload: str) -> None:
    assert read(plug(), "tele/p/SENSOR", payload) is None


@pytest.mark.parametrize("word", ["Aktywny", "Nieaktywny", "Verbunden", "Connecté", "Desconectado"])
def test_t2_10_a_translated_last_will_says_nothing(word: str) -> None:
    assert DRIVER.read_online(word.encode()) is None
    assert DRIVER.order(plug(), on=True, request="1") == Message("cmnd/p/POWER", "ON")


# ------------------------------------------------------------------------------ its reasons


@pytest.mark.parametrize(
    ("payload", "fault"),
    [
        ({"Time": "x", "MaxPowerReached": 2310}, "MaxPowerReached: 2310"),
        ({"MaxPowerReached": "2310 W"}, "MaxPowerReached: 2310 W"),
        ({"MaxEnergyReached": "5.000"}, "MaxEnergyReached: 5.000"),
    ],
)
def test_why_it_switches_its_load_off_is_told(payload: Any, fault: str) -> None:
    assert "stat/p/WARNING" in DRIVER.topics(plug())
    assert read(plug(), "stat/p/WARNING", payload) == Reading(fault=fault)
    assert read(plug(), "stat/p/WARNING", {"Other": 1}) is None


@pytest.mark.parametrize(
    ("payload", "detail"),
    [
        ({"Command": "Unknown"}, "Command: Unknown"),
        ({"Command": "Error", "Input": "POWER"}, "Command: Error"),
        ({"Command": "Error", "Input": "Power1"}, "Command: Error"),
        ({"Command": "Error", "Input": "POWER2"}, None),
        # Somebody else's mistake.
        ({"Command": "Unknown", "Input": "BLINK"}, None),
        ({"Command": 5}, None),
    ],
)
def test_a_command_it_does_not_know_is_a_refusal(payload: Any, detail: str | None) -> None:
    found = read(plug(), "stat/p/RESULT", payload)
    reply = None if detail is None else Reply(ok=False, detail=detail)
    assert found == (None if reply is None else Reading(reply=reply))
