"""Actions are no way around the permissions that users have on entities."""

from collections.abc import Iterable
from typing import Any

from homeassistant.auth.const import GROUP_ID_READ_ONLY, GROUP_ID_USER
from homeassistant.auth.models import User
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import Unauthorized, UnknownUser
from homeassistant.helpers import area_registry as ar, device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from custom_components.elfe_commande.const import DOMAIN
from custom_components.elfe_commande.core.model import Constraints

from .conftest import Start
from .world import START, World, screen_of, status_of

WISHES = Constraints(wished_end=START, cycle_duration=7200, charge_left=40)
CONTROLS: tuple[tuple[str, dict[str, Any], tuple[str, str]], ...] = (
    ("run_typology", {"order": "on"}, ("button", "start")),
    ("init_typology", {"mode": "manual"}, ("select", "mode")),
    ("set_mode", {"mode": "automatic"}, ("select", "mode")),
    ("set_deadline", {"time": "06:30:00"}, ("time", "wished_end")),
    ("set_cycle_duration", {"duration": {"hours": 1}}, ("number", "cycle_duration")),
    ("set_remaining_charge", {"charge": 40}, ("number", "charge_left")),
)
"""Action, its data, and the entity that does the same."""
HUB_WIDE: tuple[str, ...] = ("run_cycle", "refresh_screens")


async def call(hass: HomeAssistant, user: User, action: str, **data: Any) -> Any:
    return await hass.services.async_call(
        DOMAIN,
        action,
        data,
        blocking=True,
        return_response=True,
        context=Context(user_id=user.id),
    )


async def two(start: Start) -> World:
    """Start with two equipments that have every entity."""
    return await start([status_of(n, constraints=WISHES) for n in (1, 2)])


async def user_of(hass: HomeAssistant, group: str) -> User:
    return await hass.auth.async_create_user("Rita", group_ids=[group])


def limited(hass: HomeAssistant, *entity_ids: str) -> User:
    """Return a user who may use these entities and nothing else."""
    user = MockUser(name="Leo").add_to_hass(hass)
    each = {entity_id: {"read": True, "control": True} for entity_id in entity_ids}
    user.mock_policy({"entities": {"entity_ids": each}})
    return user


def asked(world: World) -> Iterable[int]:
    return [wish.equipment_id for wish in (*world.engine.wishes, *world.engine.constraints)]


@pytest.mark.parametrize(("action", "data", "_entity"), CONTROLS)
async def test_who_may_only_read_controls_nothing(
    hass: HomeAssistant, start: Start, action: str, data: dict[str, Any], _entity: tuple[str, str]
):
    world = await two(start)
    rita = await user_of(hass, GROUP_ID_READ_ONLY)

    with pytest.raises(Unauthorized) as caught:
        await call(hass, rita, action, equipment_id=1, **data)

    assert (caught.value.permission, caught.value.user_id) == ("control", rita.id)
    assert not asked(world)
    assert await call(hass, rita, "get_plan", equipment_id=[1, 2])
    assert await call(hass, rita, "get_status")


@pytest.mark.parametrize(("action", "data", "entity"), CONTROLS)
async def test_an_entity_that_does_the_same_is_enough(
    hass: HomeAssistant, start: Start, action: str, data: dict[str, Any], entity: tuple[str, str]
):
    world = await two(start)
    platform, key = entity
    for user in (
        limited(hass, world.entity_id("switch", 1, "pilot")),
        limited(hass, world.entity_id(platform, 1, key)),
    ):
        await call(hass, user, action, equipment_id=1, **data)
        before = list(asked(world))

        # One that is not allowed refuses all.
        for target in ({"equipment_id": [1, 2]}, {"equipment_id": 2}):
            with pytest.raises(Unauthorized):
                await call(hass, user, action, **target, **data)
        assert asked(world) == before == [1] * len(before)
    reader = limited(hass, world.entity_id("sensor", 1, "decision"))
    with pytest.raises(Unauthorized):
        await call(hass, reader, action, equipment_id=1, **data)


async def test_a_place_holds_what_is_not_allowed(hass: HomeAssistant, start: Start):
    world = await two(start)
    area = ar.async_get(hass).async_create("Kitchen").id
    mine, other = (world.entity_id("switch", n, "pilot") for n in (1, 2))
    leo = limited(hass, mine)
    entities, devices = er.async_get(hass), dr.async_get(hass)
    devices.async_update_device(entities.async_get(mine).device_id, area_id=area)

    await call(hass, leo, "set_mode", area_id=area, mode="automatic")
    assert asked(world) == [1]

    devices.async_update_device(entities.async_get(other).device_id, area_id=area)
    with pytest.raises(Unauthorized) as caught:
        await call(hass, leo, "set_mode", area_id=area, mode="automatic")
    assert caught.value.entity_id == other
    assert asked(world) == [1]


async def test_plans_and_lifecycle_are_read_by_who_may_read(hass: HomeAssistant, start: Start):
    world = await two(start)
    leo = limited(hass, world.entity_id("sensor", 1, "decision"))

    assert await call(hass, leo, "get_plan", equipment_id=1)
    for action, data in (("get_plan", {"equipment_id": 2}), ("get_status", {})):
        with pytest.raises(Unauthorized) as caught:
            await call(hass, leo, action, **data)
        assert caught.value.permission == "read"


@pytest.mark.parametrize("action", HUB_WIDE)
async def test_an_entry_as_a_whole_is_asked_by_its_button(
    hass: HomeAssistant, start: Start, action: str
):
    world = await two(start)
    await world.hang(screen_of("plate1"))
    button = world.entity_id("button", None, "run_cycle")

    assert await call(hass, limited(hass, button), action)
    with pytest.raises(Unauthorized):
        await call(hass, limited(hass, world.entity_id("switch", 1, "pilot")), action)
    with pytest.raises(Unauthorized):
        await call(hass, await user_of(hass, GROUP_ID_READ_ONLY), action)


async def test_the_screens_of_one_home_too(hass: HomeAssistant, start: Start):
    world = await two(start)
    await world.hang(screen_of("plate1"))
    switch = world.entity_id("switch", 1, "pilot")

    with pytest.raises(Unauthorized):
        await call(hass, limited(hass, switch), "refresh_screens", entity_id=switch)
    assert not world.engine.refreshed


async def test_users_automations_and_administrators_are_not_in_the_way(
    hass: HomeAssistant, start: Start
):
    world = await two(start)
    user = await user_of(hass, GROUP_ID_USER)

    await call(hass, user, "set_mode", equipment_id=1, mode="automatic")
    # Measured only: it has no switch, so the rights to all entities decide.
    await world.put(status_of(3, mode=1))
    assert await call(hass, user, "get_plan", equipment_id=3)
    await hass.services.async_call(
        DOMAIN, "set_mode", {"equipment_id": 2, "mode": "automatic"}, blocking=True
    )
    assert asked(world) == [1, 2]
    with pytest.raises(Unauthorized):
        await call(hass, user, "restart")


async def test_nobody_is_not_let_in(hass: HomeAssistant, start: Start):
    world = await two(start)

    with pytest.raises(UnknownUser):
        await call(hass, MockUser(id="gone"), "set_mode", equipment_id=1, mode="automatic")
    assert not asked(world)
