"""One messenger for all devices: entities by their topics, everything else by the broker."""

from collections.abc import Callable, Iterable
from typing import override

from ..core.entity_topics import entity_of
from ..engine.ground.ports import Granted, Handler, Messenger, MessengerError, Unsubscribe
from .entity_messenger import EntityMessenger
from .mqtt import MqttMessenger


class RoutedMessenger(Messenger):
    """Hands each topic to who knows it; without a broker, its topics are silent."""

    def __init__(self, entities: EntityMessenger) -> None:
        """Begin without a broker: it comes with the first thing that needs one."""
        self._entities = entities
        self._missing = False
        self._watchers: dict[Callable[[bool], None], Unsubscribe] = {}
        self.broker: MqttMessenger | None = None

    def attach(self, broker: MqttMessenger) -> None:
        """Reach what is not an entity by this broker from now on."""
        self.broker = broker
        for changed in self._watchers:
            self._watchers[changed] = broker.watch_connection(changed)

    def miss(self, missing: bool) -> None:
        """Say whether something needs a broker that is not there; whoever watches is told."""
        if missing == self._missing:
            return
        self._missing = missing
        for changed in tuple(self._watchers):
            changed(self.connected)

    def close(self) -> None:
        """Let no handler be called again."""
        self._entities.close()
        if self.broker is not None:
            self.broker.close()

    @property
    @override
    def connected(self) -> bool:
        return not self._missing if self.broker is None else self.broker.connected

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
    async def subscribe_each(
        self, topics: Iterable[str], handler: Handler, granted: Granted
    ) -> None:
        wanted = list(topics)
        others = [topic for topic in wanted if entity_of(topic) is None]
        entities = [topic for topic in wanted if entity_of(topic) is not None]
        await self._entities.subscribe_each(entities, handler, granted)
        if self.broker is not None:
            await self.broker.subscribe_each(others, handler, granted)
            return
        for topic in others:
            granted(topic, _nothing)

    @override
    def watch_connection(self, changed: Callable[[bool], None]) -> Unsubscribe:
        self._watchers[changed] = (
            _nothing if self.broker is None else self.broker.watch_connection(changed)
        )

        def end() -> None:
            self._watchers.pop(changed, _nothing)()

        return end


def _nothing() -> None:
    """End nothing: there was no broker to watch."""
