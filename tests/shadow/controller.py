"""A controller that really drives the loads, in the manner of the reference: table, order, answer, row."""

from collections.abc import Collection
from dataclasses import dataclass, field

import aiomqtt
import asyncpg

from custom_components.elfe_commande.core.plan import SLOT, slot_start
from demo.database import SCHEMA
from demo.specs import DeviceSpec
from demo.territory import Equipment
from tests.fixtures_engine import World

EPOM = f"{SCHEMA}.equipement_pilote_ou_mesure"
CONTINUOUS = {131, 151, 155}


@dataclass
class Controller:
    """Drives equipments one after the other, once in a quarter-hour."""

    world: World
    equipments: tuple[Equipment, ...]
    sent: list[tuple[str, str]] = field(default_factory=list)
    """(topic, payload) of all it published."""

    async def drive(
        self, *, skip: Collection[int] = (), extra: Collection[int] = (), silent: bool = False
    ) -> None:
        """Follow the plan of this quarter-hour; leave some out, start others for nothing.

        `silent`: orders are sent, and no row tells of it.
        """
        slot = slot_start(self.world.clock.now())
        broker = self.world.broker
        async with aiomqtt.Client(broker.host, broker.port) as client:
            for each in self.equipments:
                row = await self.world.row(each.id)
                if row["equipement_pilote_ou_mesure_mode_id"] != 30 or each.id in skip:
                    continue
                planned = await self._decision(each.id, slot)
                if planned is None and each.type in CONTINUOUS:
                    continue
                on = each.id in extra or bool(planned)
                await self._order(client, each, on=on)
                if not silent:
                    await self._write(each, on=on)

    async def start(self, equipment: Equipment) -> None:
        """Order a load on that somebody asked for, whatever the plan says; no row tells of it."""
        broker = self.world.broker
        async with aiomqtt.Client(broker.host, broker.port) as client:
            await self._order(client, equipment, on=True)

    async def _decision(self, number: int, slot: int) -> bool | None:
        plans = await self.world.owner.fetch(
            f"SELECT * FROM {SCHEMA}.result WHERE machine_id = $1 AND first_valid_timestamp <= $2"
            " ORDER BY first_valid_timestamp DESC, id DESC LIMIT 1",
            number,
            slot,
        )
        if not plans:
            return None
        index = (slot - plans[0]["first_valid_timestamp"]) // SLOT
        return bool(plans[0][f"decisions_{index}"]) if 0 <= index < 96 else None

    async def _order(self, client: aiomqtt.Client, equipment: Equipment, *, on: bool) -> None:
        device = _switch(equipment)
        payload = _payload(device, on=on is not equipment.inverted)
        if payload is None:
            return
        self.sent.append((device.topics.command, payload))
        told = len(self.world.told(device.id))
        await client.publish(device.topics.command, payload, qos=2)
        await self.world.until_told(device.id, told + 1)
        await self.world.fleet.settle()

    async def _write(self, equipment: Equipment, *, on: bool) -> None:
        now = int(self.world.clock.now())
        owner: asyncpg.Connection = self.world.owner
        if equipment.type in CONTINUOUS:
            await owner.execute(
                f"UPDATE {EPOM} SET etat_commande_id = $2, etat_controle_id = $3,"
                " ems_consigne_marche = $4 WHERE id = $1",
                equipment.id,
                13 if on else 12,
                15 if on else 25,
                on,
            )
        elif on:
            await owner.execute(
                f"UPDATE {EPOM} SET equipement_pilote_ou_mesure_mode_id = 20,"
                " etat_commande_id = 13, etat_controle_id = 15, ems_consigne_marche = true,"
                " timestamp_derniere_mise_en_marche = $2 WHERE id = $1",
                equipment.id,
                now,
            )


def _switch(equipment: Equipment) -> DeviceSpec:
    """Return the device that the load is started with."""
    return next(device for device in equipment.devices if device.usage in (11, 12, 32))


def _payload(device: DeviceSpec, *, on: bool) -> str | None:
    """Return an order as the reference words it."""
    if device.type == 311:
        return "ON" if on else None
    if device.type == 112:
        return "ON" if on else "OFF"
    if device.type == 411:
        state = "true" if on else "false"
        return f'{{"id":7,"src":"commande","method":"Switch.Set","params":{{"id":0,"on":{state}}}}}'
    return "on" if on else "off"
