"""One messenger for all devices: entities by their topics, everything else by the broker."""

from collections.abc import Callable, Iterable
from typing import override

from ..core.entity_topics import entity_of
from ..engine.ground.ports import Handler, Messenger, MessengerError, Unsubscribe
from .entity_messenger import EntityMessenger
from .mqtt import MqttMessenger


class RoutedMessenger(Messenger):
    """Hands each topic to who knows it; without a broker, its topics are silent."""

    def __init__(self, entities: EntityMessenger, broker: MqttMessenger | None = None) -> None:
        """Keep both; a broker may come later."""
        self._entities = entities
        self.broker = broker

    def close(self) -> None:
        """Let no handler be called again."""
        self._entities.close()
        if self.broker is not None:
            self.broker.close()

    @property
    @override
    def connected(self) -> bool:
        return self.broker is None or self.broker.connected

    @override
    def reaches(self, topic: str) -> bool:
        if entity_of(topic) is not None:
            return True
        return self.broker is not None and self.broker.connected

    @override
    async def publish(self, topic: str, payload: str) -> None:
        if entity_of(topic) is not None:
            await self._entities.publish(topic, payload)
        elif self.broker is None:
            raise MessengerError("no broker")
        else:
            await self.broker.publish(topic, payload)

    @override
    async def publish_together(
        self, messages: Iterable[tuple[str, str]], *, at_once: bool = False
    ) -> None:
        """Send what is the broker's; entities are given one value at a time."""
        if self.broker is None:
            raise MessengerError("no broker")
        await self.broker.publish_together(messages, at_once=at_once)

    @override
    async def subscribe(self, topics: Iterable[str], handler: Handler) -> Unsubscribe:
        wanted = list(topics)
        entities = [topic for topic in wanted if entity_of(topic) is not None]
        others = [topic for topic in wanted if entity_of(topic) is None]
        ends: list[Unsubscribe] = []
        if others and self.broker is not None:
            ends.append(await self.broker.subscribe(others, handler))
        if entities:
            ends.append(await self._entities.subscribe(entities, handler))

        def unsubscribe() -> None:
            while ends:
                ends.pop()()

        return unsubscribe

    @override
    def watch_connection(self, changed: Callable[[bool], None]) -> Unsubscribe:
        if self.broker is None:
            return lambda: None
        return self.broker.watch_connection(changed)
