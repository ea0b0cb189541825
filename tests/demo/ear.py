"""Hears what simulated devices say."""

import asyncio

import aiomqtt

from demo.appliances import Topics


class Ear:
    """Everything said below a prefix."""

    def __init__(self, client: aiomqtt.Client, prefix: str) -> None:
        self.client = client
        self.prefix = prefix
        self.heard: list[tuple[str, str, bool]] = []

    async def listen(self) -> None:
        async for message in self.client.messages:
            payload = message.payload
            text = payload.decode(errors="replace") if isinstance(payload, bytes) else ""
            topic = message.topic.value.removeprefix(f"{self.prefix}/")
            self.heard.append((topic, text, message.retain))

    async def order(self, topic: str, payload: bytes | str) -> None:
        await self.client.publish(f"{self.prefix}/{topic}", payload)

    async def hear(self, count: int) -> list[tuple[str, str]]:
        async with asyncio.timeout(30):
            while len(self.heard) < count:
                await asyncio.sleep(0.002)
        return [(topic, text) for topic, text, _ in self.heard]


def topics(ear: Ear, control: str = "say", command: str = "do") -> Topics:
    return Topics(f"{ear.prefix}/{control}", f"{ear.prefix}/{command}")
