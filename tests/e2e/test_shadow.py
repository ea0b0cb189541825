"""Shadow mode in a Home Assistant of its own, switched on and off by its options."""

import time

import pytest

from demo.home_assistant.client import ClientError
from tests.e2e.conftest import House, eventually

pytestmark = pytest.mark.e2e

WASHING_MACHINE = 2
MANUAL, PILOTED = 20, 30
DOMAIN = "elfe_commande"


async def test_it_looks_only_and_then_acts(house: House) -> None:
    client, entry_id = house.client, house.entry_id
    await eventually(lambda: house.state("lifecycle"), lambda s: s == "running")
    assert await house.state("shadow") == "off"
    switch = house.entity("pilot", WASHING_MACHINE)
    await eventually(lambda: house.row(WASHING_MACHINE), lambda row: row["mode"] == PILOTED)

    await client.choose(entry_id, {"next_step_id": "shadow"}, {"shadow": True})
    await eventually(lambda: house.state("shadow"), lambda s: s == "on")
    await eventually(lambda: house.state("lifecycle"), lambda s: s == "running")
    told = await house.told("D102")

    with pytest.raises(ClientError, match="Shadow mode"):
        await client.command(
            "call_service",
            domain="switch",
            service="turn_off",
            service_data={"entity_id": switch},
        )
    await house.ask("run_cycle")
    report = await client.command(
        f"{DOMAIN}/shadow/report", config_entry_id=entry_id, **{"from": 0, "to": time.time()}
    )
    assert report["shadow"]
    assert (await house.row(WASHING_MACHINE))["mode"] == PILOTED
    assert await house.told("D102") == told

    await client.choose(entry_id, {"next_step_id": "shadow"}, {"shadow": False})
    await eventually(lambda: house.state("shadow"), lambda s: s == "off")
    await eventually(lambda: house.state("lifecycle"), lambda s: s == "running")
    await client.act("switch.turn_off", entity_id=switch)
    await eventually(lambda: house.row(WASHING_MACHINE), lambda row: row["mode"] == MANUAL)
    await client.act("switch.turn_on", entity_id=switch)
    await eventually(lambda: house.row(WASHING_MACHINE), lambda row: row["mode"] == PILOTED)
