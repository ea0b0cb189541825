"""A touch screen under openHASP (type 711): people press it, the controller draws on it."""

from collections.abc import Callable, Iterator
import json
from typing import Any

from .device import NO_TOPIC, Message, Topics


class Screen:
    """A plate: what is drawn on it, and the messages of a finger on it."""

    type_id = 711

    def __init__(self, plate: str, topics: Topics | None = None) -> None:
        """Prepare a plate by its lower-case name."""
        self.plate = plate
        self.identifier = plate.upper()
        self.topics = topics or Topics(
            f"hasp/{plate}/page", f"hasp/{plate}/command/jsonl", f"hasp/{plate}/LWT"
        )
        self.objects: dict[tuple[str, int], dict[str, Any]] = {}
        self.lost = False
        self.watchers: list[Callable[[dict[str, Any]], None]] = []
        """Told every line that is drawn, as it came."""

    def draw(self, payload: bytes) -> None:
        """Apply the JSON lines of a command; a plate without power draws nothing."""
        if self.lost:
            return
        for line in payload.decode(errors="replace").splitlines():
            try:
                drawing = json.loads(line)
                whole = dict(drawing)
                key = (str(drawing.pop("page")), int(drawing.pop("id")))
            except ValueError, KeyError, TypeError, AttributeError:
                continue
            self.objects.setdefault(key, {}).update(drawing)
            for tell in self.watchers:
                tell(whole)

    def shown(self, page: int, item: int) -> dict[str, Any]:
        """Return the properties last drawn on an object."""
        return self.objects.get((str(page), item), {})

    def presence(self, online: bool) -> Iterator[Message]:
        """Yield the retained message of being there, or of being gone."""
        if self.topics.lwt != NO_TOPIC:
            here = online and not self.lost
            yield Message(self.topics.lwt, "online" if here else "offline", retain=True)

    def toggle(self, page: int, item: int, value: int) -> Iterator[Message]:
        """Yield the events of a switch moved to `value`, 0 or 1."""
        yield self._event(page, item, {"event": "down", "val": 1 - value})
        yield self._event(page, item, {"event": "up", "val": value})

    def roll(self, page: int, item: int, index: int, text: str) -> Iterator[Message]:
        """Yield the events of a roller left on an entry; `changed` comes last, as on the plate."""
        for event in ("down", "up", "changed"):
            yield self._event(page, item, {"event": event, "val": index, "text": text})

    def _event(self, page: int, item: int, event: dict[str, object]) -> Message:
        return Message(f"hasp/{self.plate}/state/p{page}b{item}", json.dumps(event))
