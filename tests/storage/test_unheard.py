"""A device that is set otherwise than its topics tell is named; one that can be heard is not."""

from dataclasses import replace

import pytest

from custom_components.elfe_commande.core.model import (
    Device,
    DeviceId,
    DeviceTypeId,
    EquipmentId,
    Usage,
)
from custom_components.elfe_commande.storage.postgres import PostgresStorage
from custom_components.elfe_commande.storage.unheard import unheard
from tests.interfaces.homes import equipment

from .rows import Rows

ODD = ("home/p", "do/p/POWER", "home/p/LWT")
USUAL = ("stat/p/RESULT", "cmnd/p/POWER", "tele/p/LWT")


@pytest.mark.parametrize(
    ("kind", "topics", "told"),
    [
        (112, ODD, True),
        (112, USUAL, False),
        # Its own prefix, and an answer that is named.
        (112, ("said/p/RESULT", "do/p/POWER", None), False),
        (411, ("x/answers", "x/do", None), True),
        (411, ("x/answers", "x/rpc", None), False),
        (111, ("home/plug", "home/plug/set", None), False),
    ],
)
def test_where_nothing_tells_the_answer_that_is_said(
    kind: int, topics: tuple[str, str, str | None], told: bool
) -> None:
    device = Device(DeviceId("1-11"), DeviceTypeId(kind), Usage.MEASURE_AND_SWITCH, *topics)
    found = list(unheard([replace(equipment(112), devices=(device,))]))
    assert [(p.key, p.subject) for p in found] == ([("unheard_device", "1-11")] if told else [])
    if told:
        assert found[0].placeholders == {"equipment": "appliance", "topic": topics[1]}


async def test_a_row_with_such_topics_is_named(rows: Rows, storage: PostgresStorage) -> None:
    await rows.equipment(1)
    await rows.device("D1", 1, kind=112, topics=ODD)
    await rows.equipment(2)
    await rows.device("D2", 2, kind=112, topics=USUAL)
    read = await storage.read_inventory()
    assert [(p.key, p.subject) for p in read.problems] == [("unheard_device", "D1")]
    assert read.problems[0].placeholders["topic"] == "do/p/POWER"
    # It is driven all the same.
    assert read.equipments[EquipmentId(1)].devices[0].command_topic == "do/p/POWER"
