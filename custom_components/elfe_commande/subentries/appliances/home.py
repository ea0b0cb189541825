"""The equipments of a local entry, kept in step with its subentries."""

from collections.abc import Collection
import logging

from homeassistant.components import mqtt
from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ...adapters.mqtt import MqttMessenger
from ...adapters.routes import RoutedMessenger
from ...configuration.entry_settings import plates
from ...const import CONF_HOME_NAME, SUBENTRY_EQUIPMENT
from ...core.model import EquipmentId, HomeId
from ...core.plan import DayPlan, Owner
from ...core.screens import Screen
from ...engine.engine import Engine
from ...engine.ground.ports import Clock, StorageError
from ...storage.local import Definition, LocalStorage
from .definition import define, equipment_id_of, needs_broker

_LOGGER = logging.getLogger(__name__)


class LocalHome:
    """What a local entry has in place of a database: its subentries, and a document on disk."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        storage: LocalStorage,
        messenger: RoutedMessenger,
        clock: Clock,
    ) -> None:
        """Know of no equipment before `async_prepare`; `clock` tells when its plans are in force."""
        self._hass = hass
        self._entry = entry
        self._clock = clock
        self._messenger = messenger
        self._subentries: dict[EquipmentId, str] = {}
        self._awaiting = False
        self.storage = storage

    def subentry_of(self, equipment_id: EquipmentId) -> str | None:
        """Return the id of the subentry that an equipment's device and entities belong to."""
        return self._subentries.get(equipment_id)

    async def async_prepare(self) -> None:
        """Tell the storage of all equipments, and wait for the broker that comes up beside us."""
        definitions = self._definitions()
        await self.storage.define(definitions, self._screens(definitions))
        if self._lacks_broker():
            await mqtt.async_wait_for_mqtt_client(self._hass)
        self._take_broker()

    async def async_apply(self, engine: Engine) -> None:
        """Follow subentries that were added, changed or removed; leave the others alone."""
        try:
            definitions = self._definitions()
            await self.storage.define(definitions, self._screens(definitions))
        except StorageError as error:
            _LOGGER.warning("A change of the equipments could not be stored: %s", error)
        self._take_broker()
        await engine.read_inventory()

    def now(self) -> float:
        """Return the unix time that plans of this home go by."""
        return self._clock.now()

    async def async_set_plans(
        self, engine: Engine, plans: list[DayPlan], replacing: Owner | None = None
    ) -> list[DayPlan]:
        """Store days of decisions and have them followed. Raises a `StorageError`.

        `replacing`: what this owner had planned from later on is forgotten.
        """
        added = await self.storage.add_plans(plans, now=self._clock.now(), replacing=replacing)
        await engine.take_plans()
        return added

    async def async_withdraw_plans(
        self, engine: Engine, equipment_ids: Collection[EquipmentId], owner: Owner
    ) -> None:
        """Forget what an owner planned; what it switched on stays on. Raises a `StorageError`."""
        if await self.storage.drop_plans(equipment_ids, owner):
            await engine.take_plans()

    def _definitions(self) -> list[Definition]:
        zone = dt_util.get_default_time_zone()
        found: dict[EquipmentId, str] = {}
        definitions: list[Definition] = []
        for subentry in self.equipments():
            try:
                definitions.append(define(subentry, now=self._clock.now(), zone=zone))
            except KeyError, ValueError:
                _LOGGER.exception("%s cannot be used as it is stored", subentry.title)
                continue
            found[equipment_id_of(subentry)] = subentry.subentry_id
        self._subentries = found
        return definitions

    def _screens(self, definitions: list[Definition]) -> list[Screen]:
        """Return the wall screens: they show what is in the home that gave the entry its name.

        Where all equipments say the same other home, that one is meant: a home was renamed.
        """
        home = HomeId(self._entry.data[CONF_HOME_NAME])
        homes = {definition.equipment.home for definition in definitions}
        if len(homes) == 1:
            home = homes.pop()
        return [Screen.of_plate(plate, home) for plate in plates(self._entry.options)]

    def equipments(self) -> list[ConfigSubentry]:
        """Return the subentries that define equipments."""
        return [
            subentry
            for subentry in self._entry.subentries.values()
            if subentry.subentry_type == SUBENTRY_EQUIPMENT
        ]

    def _lacks_broker(self) -> bool:
        """Whether an equipment or a screen needs the broker, and nothing reaches it yet."""
        if self._messenger.broker is not None:
            return False
        needed = any(needs_broker(subentry.data) for subentry in self.equipments())
        return needed or bool(plates(self._entry.options))

    def _take_broker(self) -> None:
        """Have the broker from now on, if it is needed; nothing else waits for one that is away."""
        lacking = self._lacks_broker()
        client = self._hass.config_entries.async_loaded_entries(mqtt.DOMAIN)
        if lacking and client and mqtt.is_connected(self._hass):
            self._messenger.attach(MqttMessenger(self._hass))
            lacking = False
        self._messenger.miss(lacking)
        if lacking and not self._awaiting:
            _LOGGER.warning("No MQTT broker: MQTT devices stay silent until it is there")
            self._awaiting = True
            self._entry.async_on_unload(
                mqtt.async_subscribe_connection_status(self._hass, self._async_broker_came)
            )

    @callback
    def _async_broker_came(self, connected: bool) -> None:
        """Begin anew with the broker that was needed."""
        if connected and self._lacks_broker():
            self._hass.config_entries.async_schedule_reload(self._entry.entry_id)
