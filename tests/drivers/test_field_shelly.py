"""Shelly devices as they are in the field: old states, reports switched off, reasons."""

import json
from typing import Any

import pytest

from custom_components.elfe_commande.core.model import Device, DeviceId, Usage
from custom_components.elfe_commande.core.news import Known, Word
from custom_components.elfe_commande.drivers import Message, Reading, Reply
from custom_components.elfe_commande.drivers.shelly_plug import DRIVER as GEN1
from custom_components.elfe_commande.drivers.shelly_plus import DRIVER

STATUS, RPC, EVENTS = "x/status/switch:0", "x/status/switch:0/rpc", "x/events/rpc"


def relay(
    control: str = STATUS, command: str = "x/rpc", usage: int = Usage.MEASURE_AND_SWITCH
) -> Device:
    return Device(DeviceId("D1"), DRIVER.type_id, usage, control, command, "x/online")


def read(topic: str, payload: Any, device: Device | None = None) -> Reading | None:
    text = payload if isinstance(payload, str) else json.dumps(payload)
    return DRIVER.read(device or relay(), topic, text.encode())


def notify(method: str = "NotifyStatus", **components: Any) -> dict[str, Any]:
    params = {"ts": 1764331200.5} | {name.replace("_", ":"): c for name, c in components.items()}
    return {"src": "x", "dst": "x/events", "method": method, "params": params}


# ---------------------------------------------------------------- old states after a change


def test_t2_11_what_is_notified_counts_and_an_old_status_does_not() -> None:
    """Firmware 1.7 publishes the output of before, once, right after it notified the new one."""
    known = Known()
    known.note(True, 100.0)
    told = read(EVENTS, notify(switch_0={"id": 0, "output": True, "source": "MQTT"}))
    assert told == Reading(on=True)
    old = read(STATUS, {"id": 0, "source": "MQTT", "output": False, "apower": 0.0})
    assert old is not None
    assert (old.on, old.certain) == (False, False)
    assert known.judge(False, 100.3, certain=old.certain, lag=DRIVER.lag) is Word.OLD
    # It is asked, and what it answers is how it is.
    question = DRIVER.question(relay())
    assert json.loads(question.payload)["method"] == "Switch.GetStatus"
    answer = {"id": "elfe-state", "src": "x", "result": {"id": 0, "output": True, "apower": 9.0}}
    assert read(RPC, answer) == Reading(on=True, power=9.0)


def test_t2_11_a_load_that_was_forced_off_is_not_shown_on() -> None:
    known = Known()
    known.note(False, 100.0)
    old = read(STATUS, {"id": 0, "source": "MQTT", "output": True, "apower": 812.0})
    assert old is not None
    assert known.judge(True, 100.3, certain=old.certain, lag=DRIVER.lag) is Word.OLD


def test_who_presses_its_button_is_believed() -> None:
    known = Known()
    known.note(True, 100.0)
    pressed = read(EVENTS, notify(switch_0={"id": 0, "output": False, "source": "button"}))
    assert pressed is not None
    assert known.judge(False, 102.0, certain=pressed.certain, lag=DRIVER.lag) is Word.NEWS
    # Without notifications, its status is believed a moment later.
    assert known.judge(False, 110.5, certain=False, lag=DRIVER.lag) is Word.NEWS


# ----------------------------------------------------------------- reports that are switched off


def test_t2_12_without_a_status_it_is_heard_by_its_notifications_and_asked() -> None:
    device = relay()
    assert EVENTS in DRIVER.topics(device)
    reply = read(RPC, {"id": "elfe-1", "src": "x", "dst": STATUS, "result": {"was_on": False}})
    assert reply == Reading(reply=Reply(ok=True, request="elfe-1"))
    assert read(EVENTS, notify(switch_0={"id": 0, "apower": 1834.2})) == Reading(power=1834.2)
    assert [json.loads(m.payload)["method"] for m in DRIVER.questions(device)] == [
        "Switch.GetStatus"
    ]


def test_t2_13_its_state_can_be_asked_at_any_time() -> None:
    assert DRIVER.questions(relay()) == (DRIVER.question(relay()),)
    asked = json.loads(DRIVER.question(relay()).payload)
    assert (asked["src"], asked["params"]) == (STATUS, {"id": 0})
    found = read(RPC, {"id": asked["id"], "result": {"id": 0, "output": False, "apower": 0.0}})
    assert found == Reading(on=False, power=0.0)


def test_t2_15_the_answer_comes_to_the_source_whatever_its_levels() -> None:
    device = relay("house/shelly/x/status/switch:0", "house/shelly/x/rpc")
    order = DRIVER.order(device, on=True, request="elfe-9")
    assert json.loads(order.payload)["src"] == "house/shelly/x/status/switch:0"
    answered = "house/shelly/x/status/switch:0/rpc"
    assert DRIVER.answers(device) == (answered,)
    found = read(answered, {"id": "elfe-9", "result": {"was_on": False}}, device)
    assert found == Reading(reply=Reply(ok=True, request="elfe-9"))
    assert "house/shelly/x/events/rpc" in DRIVER.topics(device)


@pytest.mark.parametrize(
    ("params", "reading"),
    [
        ({"switch_0": {"id": 0, "output": True}}, Reading(on=True)),
        ({"switch_0": {"id": 0, "aenergy": {"total": 4.2, "minute_ts": 1}}}, None),
        ({"switch_1": {"id": 1, "output": True}}, None),
        ({"wifi": {"rssi": -60}}, None),
        ({"switch_0": None}, None),
        ({"switch_0": [True]}, None),
    ],
)
def test_notifications_tell_what_changed(params: Any, reading: Reading | None) -> None:
    assert read(EVENTS, notify(**params)) == reading
    assert read(EVENTS, notify("NotifyFullStatus", **params)) == reading


@pytest.mark.parametrize(
    "payload",
    [
        {"method": "NotifyEvent", "params": {"events": [{"component": "input:0"}]}},
        {"method": "NotifyStatus"},
        {"method": "NotifyStatus", "params": 5},
        {"id": 0, "output": True},
        "x",
    ],
)
def test_other_events_say_nothing_of_the_relay(payload: Any) -> None:
    assert read(EVENTS, payload) is None


# --------------------------------------------------------------------------------- channels


def test_the_second_switch_of_a_device_is_ordered_asked_and_heard_as_such() -> None:
    second = relay("x/status/switch:1")
    assert json.loads(DRIVER.order(second, on=True, request="1").payload)["params"] == {
        "id": 1,
        "on": True,
    }
    assert json.loads(DRIVER.question(second).payload)["params"] == {"id": 1}
    both = notify(switch_0={"id": 0, "output": False}, switch_1={"id": 1, "output": True})
    assert read(EVENTS, both, second) == Reading(on=True)
    assert read("x/status/switch:1", {"id": 0, "output": True}, second) is None


def test_where_its_topics_tell_nothing_that_is_said() -> None:
    assert DRIVER.unheard(relay()) == ()
    assert DRIVER.unheard(relay("x", "x/rpc")) == ()
    assert "x/status/switch:0" in DRIVER.topics(relay("x", "x/rpc"))
    assert DRIVER.unheard(relay("x/answers", "x/do")) == ("power",)
    assert DRIVER.unheard(relay("x/answers", "x/do", Usage.SWITCH)) == ()


# ------------------------------------------------------------------------------ its reasons


@pytest.mark.parametrize(
    ("error", "detail", "final"),
    [
        ({"code": -109, "message": "Overpower condition"}, "Overpower condition (-109)", True),
        ({"code": -105, "message": "Bad id=7"}, "Bad id=7 (-105)", True),
        ({"code": -103, "message": "Missing required 'id'"}, "Missing required 'id' (-103)", True),
        ({"code": 404, "message": "No handler for X"}, "No handler for X (404)", True),
        ({"code": -114, "message": "Resource unavailable"}, "Resource unavailable (-114)", False),
        ({"code": -104, "message": "Timed out"}, "Timed out (-104)", False),
        ({"code": -103}, "-103", True),
        ({"message": "tripped"}, "tripped", False),
        # The beginning of a login is nothing to show.
        ({"code": 401, "message": '{"auth_type":"digest","nonce":1}'}, "Unauthorized (401)", True),
        ("off", '"off"', False),
        (None, "null", False),
    ],
)
def test_its_own_words_and_its_code_say_why_it_refused(
    error: Any, detail: str, final: bool
) -> None:
    found = read(RPC, {"id": "elfe-1", "src": "x", "dst": STATUS, "error": error})
    assert found == Reading(reply=Reply(ok=False, request="elfe-1", detail=detail, final=final))


def test_words_are_kept_short() -> None:
    found = read(RPC, {"id": "elfe-1", "error": {"code": -1, "message": "no " * 500}})
    assert found is not None
    assert found.reply is not None
    assert len(found.reply.detail) == 200


@pytest.mark.parametrize(
    ("errors", "fault"),
    [
        (["overpower"], "overpower"),
        (["overtemp", "overvoltage"], "overtemp, overvoltage"),
        ([], None),
        ("overpower", None),
        ([5], None),
    ],
)
def test_what_made_it_switch_off_is_told(errors: Any, fault: str | None) -> None:
    status = {"id": 0, "output": False, "source": "overpower", "errors": errors}
    assert read(EVENTS, notify(switch_0=status)) == Reading(on=False, fault=fault)
    assert read(STATUS, status) == Reading(on=False, fault=fault, certain=False)


def test_a_question_that_is_refused_is_a_refusal() -> None:
    found = read(RPC, {"id": "elfe-state", "error": {"code": -105, "message": "Bad id=0"}})
    # Of no order: its id is the question's.
    assert found == Reading(
        reply=Reply(ok=False, request="elfe-state", detail="Bad id=0 (-105)", final=True)
    )


# ------------------------------------------------------------------------- first generation


def plug(control: str, command: str) -> Device:
    return Device(DeviceId("D1"), GEN1.type_id, Usage.MEASURE_AND_SWITCH, control, command, None)


def test_overpower_is_a_fault_and_the_load_is_off() -> None:
    device = plug("shellies/p/relay/0", "shellies/p/relay/0/command")
    found = GEN1.read(device, "shellies/p/relay/0", b"overpower")
    assert found == Reading(on=False, fault="overpower")


@pytest.mark.parametrize("relay", ["0", "1"])
def test_too_hot_is_a_fault_of_each_relay(relay: str) -> None:
    """It says so of itself, one level above; no order waits for a broker to allow that topic."""
    device = plug(f"shellies/p/relay/{relay}", f"shellies/p/relay/{relay}/command")
    heat = "shellies/p/overtemperature"
    assert heat in GEN1.topics(device)
    assert heat not in GEN1.answers(device)
    assert GEN1.read(device, heat, b"1") == Reading(on=False, fault="overtemperature")
    for payload in (b"0", b"", b"hot", b"\xff"):
        assert GEN1.read(device, heat, payload) == Reading()


def test_the_relay_that_is_ordered_is_the_one_that_is_heard() -> None:
    """A row that names the state of the other relay is not believed."""
    device = plug("shellies/p/relay/0", "shellies/p/relay/1/command")
    assert GEN1.answers(device) == ("shellies/p/relay/1", "shellies/p/relay/1/power")
    assert GEN1.read(device, "shellies/p/relay/0", b"on") is None
    assert GEN1.read(device, "shellies/p/relay/1", b"on") == Reading(on=True)
    assert GEN1.read(device, "shellies/p/relay/1/power", b"42.5") == Reading(power=42.5)
    assert GEN1.question(device) == Message("shellies/p/command", "update")


def test_a_topic_of_somebody_s_own_is_used_as_it_is() -> None:
    device = plug("home/plug", "home/plug/set")
    assert GEN1.topics(device) == ("home/plug", "home/plug/power")
    assert GEN1.read(device, "home/plug", b"off") == Reading(on=False)
