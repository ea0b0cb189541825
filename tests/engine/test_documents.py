"""What the present version leaves on disk is read again, word for word, by those to come."""

from dataclasses import replace
import json
from typing import Any

import pytest

from custom_components.elfe_commande.core.lifecycle import Code, Transition
from custom_components.elfe_commande.core.model import (
    Constraints,
    Device,
    DeviceId,
    DeviceTypeId,
    Equipment,
    EquipmentId,
    EquipmentTypeId,
    HomeId,
    State,
    TypologyId,
)
from custom_components.elfe_commande.core.plan import DayPlan, Owner
from custom_components.elfe_commande.core.rules import History, Other
from custom_components.elfe_commande.core.speed import Speed
from custom_components.elfe_commande.engine.local import rule_memory
from custom_components.elfe_commande.engine.local.rule_memory import Remembered, RuleMemory
from custom_components.elfe_commande.engine.rows import memory
from custom_components.elfe_commande.engine.rows.followed import Processed
from custom_components.elfe_commande.engine.rows.memory import Heard, Memory
from demo.engine_host import MemoryDocument

PULSE = "0" * 95 + "1"
MEMORY: dict[str, Any] = {
    "version": 1,
    "equipments": [
        [
            *(4, 130, 111, "Lave-vaisselle", "R001", False),
            [30, 25, 11, True, 1799990000, 1799980000],
            [1800030000, 5400, None],
            [
                ["D104", 111, 21, "plug/D104", "plug/D104/command", "plug/D104/online", "0A1B"],
                ["C104", 311, 32, "bot/C104/status", "bot/C104/set", None, None],
            ],
        ],
        [7, 140, 151, "Chauffage", "R002", True, [20, 15, 13, False, 0, 0], [None, None, 40], []],
    ],
    "plans": [[4, 1800000000, 12, PULSE, 1799999000]],
    "processed": [[4, 1800000000, True, False], [7, 1799999100, None, None]],
    "at": 1800000123.5,
    "code": 20,
    "speed": [0.004, "here"],
    "history": [[0, 1799999000.0, ""], [20, 1799999030.5, "ready"]],
    "plan_source": "server:5432/elfe/public.result",
    "unheard": [[7, 30, 1799998000.5]],
}
RULES: dict[str, Any] = {
    "version": 1,
    "rules": {
        "rule-1": {
            "equipment": 7,
            "on": True,
            "since": 1800000000.5,
            "runs": [[1799990000.0, 1799993600.0]],
            "holds": {"surplus_on": 1799999000.0, "regulator": 1799999500.0},
            "heard": {"surplus": 1800000100.0},
            "planned": True,
            "ran_since": 1800000010.0,
        }
    },
    "others": {"4": [False, 1799999000.0, 1799999000.0], "5": [None, 0.0, None]},
}


def document(content: object) -> MemoryDocument:
    found = MemoryDocument()
    found.text = json.dumps(content)
    return found


class TestMemory:
    """The last inventory and plans."""

    EXPECTED = Memory(
        [
            Equipment(
                EquipmentId(4),
                TypologyId(130),
                EquipmentTypeId(111),
                "Lave-vaisselle",
                HomeId("R001"),
                State(30, 25, 11, True, 1799990000, 1799980000),
                False,
                (
                    Device(
                        DeviceId("D104"),
                        DeviceTypeId(111),
                        21,
                        "plug/D104",
                        "plug/D104/command",
                        "plug/D104/online",
                        "0A1B",
                    ),
                    Device(
                        DeviceId("C104"), DeviceTypeId(311), 32, "bot/C104/status", "bot/C104/set"
                    ),
                ),
                Constraints(1800030000, 5400),
            ),
            Equipment(
                EquipmentId(7),
                TypologyId(140),
                EquipmentTypeId(151),
                "Chauffage",
                HomeId("R002"),
                State(20, 15, 13, False),
                True,
                (),
                Constraints(charge_left=40),
            ),
        ],
        [DayPlan(EquipmentId(4), 1800000000, bytes([0] * 95 + [1]), 12, 1799999000)],
        {
            EquipmentId(4): Processed(1800000000, True, False),
            EquipmentId(7): Processed(1799999100, None),
        },
        1800000123.5,
        20,
        Speed(0.004, "here"),
        [
            Transition(Code.INITIALISING, 1799999000.0),
            Transition(Code.RUNNING, 1799999030.5, "ready"),
        ],
        "server:5432/elfe/public.result",
        {EquipmentId(7): Heard(30, 1799998000.5)},
    )

    async def test_it_is_read(self) -> None:
        assert await memory.load(document(MEMORY)) == self.EXPECTED

    async def test_it_is_written_likewise(self) -> None:
        written = MemoryDocument()
        await memory.save(written, self.EXPECTED)
        assert json.loads(written.text or "") == MEMORY

    async def test_without_a_speed(self) -> None:
        written = MemoryDocument()
        await memory.save(written, replace(self.EXPECTED, speed=None))
        assert json.loads(written.text or "") == MEMORY | {"speed": None}
        found = await memory.load(written)
        assert found is not None
        assert found.speed is None

    async def test_what_earlier_versions_left_out_is_not_missed(self) -> None:
        new = ("history", "plan_source", "unheard", "version")
        early = {name: value for name, value in MEMORY.items() if name not in new}
        early["processed"] = [row[:3] for row in MEMORY["processed"]]
        early["plans"] = [MEMORY["plans"][0][:4]]
        early["speed"] = 0.004
        found = await memory.load(document(early))
        assert found is not None
        assert (found.history, found.speed, found.plans[0].known_at) == ([], None, 0)
        assert (found.plan_source, found.unheard) == (None, {})
        assert found.processed[EquipmentId(4)] == Processed(1800000000, True)

    @pytest.mark.parametrize("name", ["equipments", "plans", "processed", "at", "code", "speed"])
    async def test_a_document_without_one_of_its_parts_is_none(self, name: str) -> None:
        assert await memory.load(document({k: v for k, v in MEMORY.items() if k != name})) is None

    async def test_nothing_was_kept_at_first(self) -> None:
        assert await memory.load(MemoryDocument()) is None


class TestRules:
    """What surplus rules remember."""

    EXPECTED = RuleMemory(
        {
            "rule-1": Remembered(
                EquipmentId(7),
                History(
                    on=True,
                    since=1800000000.5,
                    runs=((1799990000.0, 1799993600.0),),
                    # A threshold may have been left meanwhile: its delay begins anew.
                    holds={"regulator": 1799999500.0},
                    heard={"surplus": 1800000100.0},
                    planned=True,
                    ran_since=1800000010.0,
                ),
            )
        },
        {
            EquipmentId(4): Other(False, 1799999000.0, 1799999000.0),
            EquipmentId(5): Other(None, 0.0, None),
        },
    )

    async def test_they_are_read(self) -> None:
        assert await rule_memory.load(document(RULES)) == self.EXPECTED

    async def test_they_are_written_likewise(self) -> None:
        written = MemoryDocument()
        await rule_memory.save(written, self.EXPECTED)
        expected = json.loads(json.dumps(RULES))
        del expected["rules"]["rule-1"]["holds"]["surplus_on"]
        expected["rules"]["rule-1"]["signed"] = None
        assert json.loads(written.text or "") == expected

    @pytest.mark.parametrize("content", [[], {}, {"rules": {}}, {"others": {}}, {"rules": 3}])
    async def test_what_cannot_be_used_is_replaced(self, content: object) -> None:
        assert await rule_memory.load(document(content)) == RuleMemory()

    async def test_nothing_was_kept_at_first(self) -> None:
        assert await rule_memory.load(MemoryDocument()) == RuleMemory()


@pytest.mark.parametrize(
    ("row", "owner"),
    [
        ([4, 1800000000, 12, PULSE], Owner.EMS),
        ([4, 1800000000, 12, PULSE, 1799999000], Owner.EMS),
        ([4, 1800000000, 12, PULSE, 1799999000, "emhass"], Owner.EMHASS),
        # A version to come knows others.
        ([4, 1800000000, 12, PULSE, 1799999000, "oracle"], Owner.ACTION),
    ],
)
async def test_whose_a_remembered_plan_is(row: list[Any], owner: Owner) -> None:
    document = MemoryDocument()
    await document.save(MEMORY | {"plans": [row]})

    found = await memory.load(document)

    assert found is not None
    (plan,) = found.plans
    assert (plan.owner, plan.decisions[-1]) == (owner, 1)
    await memory.save(document, found)
    again = await memory.load(document)
    assert again is not None
    assert list(again.plans) == [plan]
