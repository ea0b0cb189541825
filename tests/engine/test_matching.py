"""Which answer belongs to which order: typed, newer than it, and about it."""

import asyncio

import pytest

from custom_components.elfe_commande.core.model import DeviceTypeId
from custom_components.elfe_commande.drivers import DRIVERS, Reading, Reply
from custom_components.elfe_commande.engine.orders.acks import Answer, PendingOrder

PLUG, TASMOTA, FINGER = (DRIVERS[DeviceTypeId(number)] for number in (111, 112, 311))
SENT = 100.0


def pending(*, on: bool = True, press: bool = False, **more: object) -> PendingOrder:
    """Return an order that was sent at 100 s, with the request `7`."""
    answer = asyncio.get_running_loop().create_future()
    order = PendingOrder(FINGER if press else PLUG, on, answer, sent_at=SENT, **more)  # type: ignore[arg-type]
    order.command = "ON"
    order.requests.add("7")
    return order


def said(order: PendingOrder, reading: Reading, at: float = SENT + 1) -> Answer | None:
    order.consider(reading, at)
    return order.answer.result() if order.answer.done() else None


async def test_a_report_of_the_wanted_state_is_an_answer() -> None:
    assert said(pending(on=True), Reading(on=True)) is Answer.ACKNOWLEDGED
    assert said(pending(on=False), Reading(on=False)) is Answer.ACKNOWLEDGED


async def test_a_report_of_the_other_state_is_none() -> None:
    assert said(pending(on=True), Reading(on=False)) is None
    assert said(pending(on=False), Reading(on=True)) is None


async def test_what_says_nothing_of_the_state_is_none() -> None:
    assert said(pending(), Reading(power=2000.0)) is None
    assert said(pending(), Reading(online=True)) is None


async def test_what_was_said_before_the_order_is_none() -> None:
    order = pending()
    assert said(order, Reading(on=True), SENT - 0.1) is None
    assert said(order, Reading(reply=Reply(ok=True)), SENT - 0.1) is None
    assert said(order, Reading(on=True), SENT) is Answer.ACKNOWLEDGED


async def test_before_it_is_sent_nothing_answers_it() -> None:
    answer = asyncio.get_running_loop().create_future()
    assert said(PendingOrder(PLUG, on=True, answer=answer), Reading(on=True), 1e12) is None


async def test_a_state_does_not_answer_a_press() -> None:
    assert said(pending(press=True), Reading(on=True)) is None
    assert said(pending(press=True), Reading(reply=Reply(ok=True))) is Answer.ACKNOWLEDGED


async def test_a_reply_answers_the_request_that_it_names() -> None:
    assert said(pending(), Reading(reply=Reply(ok=True, request="6"))) is None
    assert said(pending(), Reading(reply=Reply(ok=True, request="7"))) is Answer.ACKNOWLEDGED
    # Each try has a request of its own; an answer to the first is one as well.
    order = pending()
    order.requests.add("8")
    assert said(order, Reading(reply=Reply(ok=True, request="7"))) is Answer.ACKNOWLEDGED


async def test_a_reply_answers_the_command_that_it_names() -> None:
    assert said(pending(), Reading(reply=Reply(ok=True, command="OFF"))) is None
    assert said(pending(), Reading(reply=Reply(ok=True, command="on"))) is Answer.ACKNOWLEDGED


async def test_a_refusal_says_why() -> None:
    order = pending()
    assert said(order, Reading(reply=Reply(ok=False, reason="jammed"))) is Answer.REFUSED
    assert order.reason == "jammed"


async def test_the_first_answer_holds() -> None:
    order = pending()
    said(order, Reading(reply=Reply(ok=False)))
    assert said(order, Reading(on=True)) is Answer.REFUSED


class TestTaken:
    """The device took the order and cannot tell what became of it."""

    TAKEN = Reading(reply=Reply(ok=True, sure=False))

    async def test_without_a_meter_that_is_all_there_is(self) -> None:
        assert said(pending(), self.TAKEN) is Answer.DOUBTFUL

    @pytest.mark.parametrize(
        ("load_on", "watts", "answer"),
        [
            (True, 2000.0, Answer.ACKNOWLEDGED),
            (True, 10.0, Answer.ACKNOWLEDGED),
            (True, 9.9, None),
            (False, 2000.0, None),
            (False, 9.9, Answer.ACKNOWLEDGED),
        ],
    )
    async def test_a_meter_tells(self, load_on: bool, watts: float, answer: Answer | None) -> None:
        order = pending(measured=True, load_on=load_on)
        assert said(order, self.TAKEN) is None
        order.consider_power(watts, SENT + 2)
        assert (order.answer.result() if order.answer.done() else None) is answer

    async def test_a_meter_says_nothing_of_an_order_that_was_not_taken(self) -> None:
        order = pending(measured=True)
        order.consider_power(2000.0, SENT + 1)
        assert not order.answer.done()

    async def test_nor_what_it_said_before(self) -> None:
        order = pending(measured=True)
        said(order, self.TAKEN)
        order.consider_power(2000.0, SENT - 1)
        assert not order.answer.done()
        order.consider_power(2000.0, SENT)
        assert order.answer.done()

    async def test_power_after_an_answer_changes_nothing(self) -> None:
        order = pending(measured=True)
        said(order, Reading(reply=Reply(ok=False)))
        order.consider_power(2000.0, SENT + 1)
        assert order.answer.result() is Answer.REFUSED
