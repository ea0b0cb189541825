"""What a source says, fetched: its questions are put to the network and to Home Assistant."""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
import json
from typing import Any, Final, Protocol, override

from aiohttp import ClientError, ClientTimeout
from homeassistant.components.calendar import DOMAIN as CALENDAR, SERVICE_GET_EVENTS
from homeassistant.const import ATTR_ENTITY_ID, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, entity_registry as er, label_registry as lr
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.util import dt as dt_util

from ...core.model import EquipmentId
from ...devices.identifiers import equipment_identifier
from ...hub import Hub
from ...sources.plans import Answer, Ask, Events, Followed, Page, PlanSource, Question, Reading
from .source_settings import CONF_SETTINGS, Data, loads_of, source_of

_MOST_BYTES: Final = 4_000_000
"""Of an answer; a plan of two days in steps of five minutes is a tenth of it."""


class Fetcher(Protocol):
    """Where the readings of one source come from."""

    async def fetch(self) -> Reading:
        """Return what the source says now; a plan per appliance, or why there is none."""


class Asked(Fetcher):
    """A source that is asked questions."""

    def __init__(self, hub: Hub, data: Data) -> None:
        """Ask nothing yet; raises `KeyError` for a source that is not there."""
        self._hub = hub
        self._data = data
        self._source = source_of(data)

    @override
    async def fetch(self) -> Reading:
        """Put every question at the same time, and read the answers."""
        ask = ask_of(self._hub, self._data)
        answers = await async_ask(self._hub, self._source, ask)
        return self._source.read(ask, answers)


def fetcher_for(hub: Hub, data: Data) -> Fetcher:
    """Return what fetches a source: one that only asks needs none of its own."""
    return Asked(hub, data)


def ask_of(hub: Hub, data: Data) -> Ask:
    """Return what a source goes by now."""
    return Ask(
        settings=data[CONF_SETTINGS],
        loads=tuple(
            Followed(equipment_id, given, names_of(hub, equipment_id))
            for equipment_id, given in loads_of(data).items()
            if equipment_id in hub.engine.statuses
        ),
        now=hub.engine.clock.now(),
        zone=dt_util.get_default_time_zone(),
    )


async def async_ask(hub: Hub, source: PlanSource, ask: Ask) -> list[Answer]:
    """Put the questions of a source; one that is not answered is an answer of its own."""
    limit = hub.engine.timing.plan_source_answer
    return await asyncio.gather(
        *(_async_answer(hub.hass, question, limit) for question in source.questions(ask))
    )


def names_of(hub: Hub, equipment_id: EquipmentId) -> tuple[str, ...]:
    """Return what people call an appliance: its name, and the labels of its device."""
    hass, entry_id = hub.hass, hub.entry.entry_id
    name = hub.engine.statuses[equipment_id].equipment.name
    device = dr.async_get(hass).async_get_device_by_identifier(
        equipment_identifier(entry_id, equipment_id), entry_id
    )
    if device is None:
        return (name,)
    known = lr.async_get(hass)
    labels = (known.async_get_label(label_id) for label_id in sorted(device.labels))
    given = (device.name_by_user,) if device.name_by_user else ()
    return (name, *given, *(label.name for label in labels if label is not None))


async def _async_answer(hass: HomeAssistant, question: Question, limit: float) -> Answer:
    match question:
        case Page():
            return await _async_page(hass, question, limit)
        case Events():
            return await _async_events(hass, question, limit)


# ----------------------------------------------------------------------------------- questions


async def _async_page(hass: HomeAssistant, page: Page, limit: float) -> Answer:
    """Return the JSON of a page; whoever redirects is not who was asked."""
    try:
        async with async_get_clientsession(hass).get(
            page.url, timeout=ClientTimeout(total=limit), allow_redirects=False
        ) as response:
            content = b""
            async for chunk in response.content.iter_any():
                content += chunk
                if len(content) > _MOST_BYTES:
                    return Answer(response.status, detail="an endless answer")
    except (ClientError, TimeoutError, OSError, ValueError) as error:
        return Answer(None, detail=str(error) or type(error).__name__)
    detail = "" if response.status == HTTPStatus.OK else f"HTTP {response.status}"
    try:
        return Answer(response.status, json.loads(content), detail)
    except ValueError, RecursionError:
        # Not JSON at all: a source says itself that this is nothing it can read.
        return Answer(response.status, None, detail)


async def _async_events(hass: HomeAssistant, events: Events, limit: float) -> Answer:
    """Return the events of a calendar; statuses are those that HTTP would have."""
    state = hass.states.get(events.entity_id)
    if state is None:
        gone = er.async_get(hass).async_get(events.entity_id) is None
        return Answer(HTTPStatus.NOT_FOUND if gone else None, detail=events.entity_id)
    if state.state == STATE_UNAVAILABLE:
        # An action would leave it out without a word.
        return Answer(None, detail=events.entity_id)
    try:
        async with asyncio.timeout(limit):
            answer = await hass.services.async_call(
                CALENDAR,
                SERVICE_GET_EVENTS,
                {
                    ATTR_ENTITY_ID: events.entity_id,
                    "start_date_time": dt_util.utc_from_timestamp(events.start),
                    "end_date_time": dt_util.utc_from_timestamp(events.end),
                },
                blocking=True,
                return_response=True,
            )
    except TimeoutError:
        return Answer(None, detail=events.entity_id)
    except HomeAssistantError as error:
        return Answer(HTTPStatus.INTERNAL_SERVER_ERROR, detail=str(error) or events.entity_id)
    return Answer(HTTPStatus.OK, _events_in(answer, events.entity_id))


def _events_in(answer: Any, entity_id: str) -> Any:
    found = answer.get(entity_id) if isinstance(answer, Mapping) else None
    return found.get("events") if isinstance(found, Mapping) else None
