"""Entities of Home Assistant where devices have topics: `entity/<entity_id>`."""

from typing import Final

TOPIC: Final = "entity/"


def topic_of(entity_id: str) -> str:
    """Return what stands for an entity where devices have topics."""
    return f"{TOPIC}{entity_id}"


def entity_of(topic: str) -> str | None:
    """Return the entity that a topic stands for, `None` if it is one of the broker."""
    return topic.removeprefix(TOPIC) if topic.startswith(TOPIC) else None
