"""An equipment that goes while its screens wait to be drawn holds up nobody else's."""

from tests.fixtures_engine import World

from .bench import set_row, until
from .wall import NEIGHBOUR, WASHER, Wall, dryer, together, washer

DRAWN = f"hasp/{NEIGHBOUR}/command/jsonl"


async def test_the_others_are_drawn(world: World) -> None:
    await Wall.of(world, washer(), dryer(), timing=together(refresh_window=0.5))
    await world.engine.run_cycle()
    await set_row(world, WASHER, utilisateur=None)
    await world.engine.run_cycle()
    assert WASHER not in world.engine.statuses
    world.fleet.recorder.clear()

    await until(lambda: world.fleet.recorder.on(DRAWN), "the neighbour's screen")
