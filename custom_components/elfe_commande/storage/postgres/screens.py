"""Wall screens from their rows, and what is wrong with them; pure."""

from ...core.model import DeviceId, HomeId
from ...core.screens import PLATE_NAME, Screen
from ...core.topics import legible
from ...engine.ground.ports import Problem
from .assemble import NO_VALUE, Row, is_topic


class ScreenFinder:
    """Takes rows of screens by their id, as `statements.devices` gives them."""

    def __init__(self) -> None:
        """Begin with none."""
        self.screens: list[Screen] = []
        self.problems: list[Problem] = []
        self._holders: dict[str, DeviceId] = {}

    def add(self, row: Row) -> None:
        """Take one screen, or tell why it is left out; one without a home is nobody's."""
        _, number, _, _, home, plate, _, command, lwt, found = row
        if home is None:
            return

        def tell(key: str, **placeholders: str) -> None:
            shown = {"device": number, "plate": plate or "", "home": home}
            self.problems.append(Problem(key, number, shown | placeholders))

        if plate is None or PLATE_NAME.fullmatch(plate) is None:
            tell("invalid_plate")
            return
        if not found:
            tell("missing_screen_topics")
            return
        if not is_topic(command):
            tell("invalid_screen_topic", which="command", topic=legible(command or ""))
            return
        name = plate.lower()
        holder = self._holders.setdefault(name, DeviceId(number))
        if holder != number:
            tell("duplicate_plate", chosen=holder)
            return
        if lwt in NO_VALUE:
            lwt = None
        elif lwt is not None and not is_topic(lwt):
            tell("invalid_screen_topic", which="lwt", topic=legible(lwt))
            lwt = None
        self.screens.append(Screen(DeviceId(number), name, HomeId(home), command, lwt))
