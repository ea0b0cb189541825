"""Whether a user may do by an action what Home Assistant lets them do with entities.

An action is no way around the permissions on entities. What it does to an appliance can be done
with one of the appliance's entities: who may use that one, or the switch that stands for the
appliance, may call the action. An entry as a whole is asked by its button, and read by its
lifecycle. As with Home Assistant's own actions, one appliance that is not allowed refuses all,
administrators may do everything, and so may what no user asked for.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from homeassistant.auth.models import User
from homeassistant.auth.permissions.const import CAT_ENTITIES, POLICY_CONTROL, POLICY_READ
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, ServiceCall, callback
from homeassistant.exceptions import Unauthorized, UnknownUser
from homeassistant.helpers import entity_registry as er

from ..const import DOMAIN

type EntityKey = tuple[Platform, str]
"""The platform of an entity, and the end of its unique id."""

_PILOT: Final[EntityKey] = (Platform.SWITCH, "pilot")
_RUN_CYCLE: Final[EntityKey] = (Platform.BUTTON, "run_cycle")


@dataclass(frozen=True, slots=True)
class Access:
    """What a user needs: this policy on one of these entities, of each thing asked."""

    policy: str
    entities: tuple[EntityKey, ...]


def _control(*entities: EntityKey) -> Access:
    return Access(POLICY_CONTROL, entities)


CHOOSE_MODE: Final = _control(_PILOT, (Platform.SELECT, "mode"))
RUN: Final = _control(_PILOT, (Platform.BUTTON, "start"))
SET_DEADLINE: Final = _control(_PILOT, (Platform.TIME, "wished_end"))
SET_CYCLE_DURATION: Final = _control(_PILOT, (Platform.NUMBER, "cycle_duration"))
SET_REMAINING_CHARGE: Final = _control(_PILOT, (Platform.NUMBER, "charge_left"))
PLAN: Final = _control(_PILOT)
READ_PLAN: Final = Access(
    POLICY_READ, (_PILOT, (Platform.SENSOR, "decision"), (Platform.SENSOR, "reason"))
)
ENTRY: Final = _control(_RUN_CYCLE)
READ_ENTRY: Final = Access(POLICY_READ, ((Platform.SENSOR, "lifecycle"),))


@callback
def entities_of(hass: HomeAssistant, access: Access, owner: str) -> list[str]:
    """Return the entities that give access to something; an owner begins their unique ids."""
    registry = er.async_get(hass)
    return [
        entity_id
        for platform, key in access.entities
        if (entity_id := registry.async_get_entity_id(platform, DOMAIN, f"{owner}_{key}"))
    ]


@callback
def is_allowed(user: User, access: Access, entity_ids: Iterable[str]) -> bool:
    """Return whether a user has access through one of these entities, or to everything."""
    permissions = user.permissions
    if user.is_admin or permissions.access_all_entities(access.policy):
        return True
    return any(permissions.check_entity(each, access.policy) for each in entity_ids)


async def async_require(call: ServiceCall, access: Access, owners: Iterable[str]) -> None:
    """Raise `Unauthorized` unless the user has access to each; an owner begins unique ids."""
    if (user := await _async_limited_user(call)) is None:
        return
    for owner in owners:
        entity_ids = entities_of(call.hass, access, owner)
        if not is_allowed(user, access, entity_ids):
            raise _unauthorized(call, access.policy, next(iter(entity_ids), None))


async def async_is_limited(call: ServiceCall) -> bool:
    """Return whether a user called who is no administrator."""
    return await _async_limited_user(call) is not None


async def async_require_admin(call: ServiceCall) -> None:
    """Raise `Unauthorized` unless an administrator called, or nobody did."""
    if await _async_limited_user(call) is not None:
        raise Unauthorized(context=call.context)


async def async_require_entities(call: ServiceCall, policy: str, entity_ids: Iterable[str]) -> None:
    """Raise `Unauthorized` unless the user has this policy on each of these entities."""
    if (user := await _async_limited_user(call)) is None:
        return
    for entity_id in entity_ids:
        if not user.permissions.check_entity(entity_id, policy):
            raise _unauthorized(call, policy, entity_id)


async def _async_limited_user(call: ServiceCall) -> User | None:
    """Return the user who called, `None` if nobody did or they may do everything."""
    if call.context.user_id is None:
        return None
    user = await call.hass.auth.async_get_user(call.context.user_id)
    if user is None:
        raise UnknownUser(context=call.context)
    return None if user.is_admin else user


def _unauthorized(call: ServiceCall, policy: str, entity_id: str | None) -> Unauthorized:
    return Unauthorized(
        context=call.context,
        entity_id=entity_id,
        perm_category=CAT_ENTITIES,
        permission=policy,
    )
