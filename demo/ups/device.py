"""What both servers have in common: the simulated UPS, and how its mains are cut."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Protocol, Self

UPS_NAME: Final = "ups1"
DESCRIPTION: Final = "Simulated UPS"
USERNAME: Final = "admin"
PASSWORD: Final = "secret"

ON_MAINS: Final = "OL CHRG"
ON_BATTERY: Final = "OB DISCHRG"
DISCHARGED: Final = "OB LB DISCHRG"

VARIABLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "battery.charge": "90",
        "battery.charge.low": "20",
        "battery.runtime": "1800",
        "battery.voltage": "13.1",
        "battery.voltage.nominal": "12.0",
        "device.mfr": "ELFE",
        "device.model": "Simulated 1500",
        "device.serial": "SIM0001500",
        "device.type": "ups",
        "input.frequency": "50.0",
        "input.frequency.nominal": "50",
        "input.voltage": "230.0",
        "input.voltage.nominal": "230",
        "output.voltage": "230.0",
        "output.voltage.nominal": "230",
        "ups.load": "20",
        "ups.status": ON_MAINS,
        "ups.temperature": "25.0",
        "ups.test.result": "No test initiated",
    }
)


class Ups(Protocol):
    """One UPS behind a server on 127.0.0.1."""

    host: str

    @property
    def port(self) -> int:
        """Return the TCP port; known once started."""

    async def start(self) -> None:
        """Start; returns when the UPS can be read."""

    async def stop(self) -> None:
        """Stop the server; it can be started again on the same port."""

    async def close(self) -> None:
        """Stop and remove what was made for it."""

    async def set(self, variables: Mapping[str, str]) -> None:
        """Give variables other values."""

    async def set_mains(self, on: bool) -> None:
        """Cut the mains, or give them back."""

    async def __aenter__(self) -> Self:
        """Start."""

    async def __aexit__(self, *_: object) -> None:
        """Stop and clean up."""


class Switchable:
    """Cuts the mains of a UPS by its variables."""

    async def set(self, variables: Mapping[str, str]) -> None:
        """Give variables other values."""
        raise NotImplementedError

    async def set_mains(self, on: bool) -> None:
        """Cut the mains, or give them back."""
        volts = "230.0" if on else "0.0"
        await self.set({"input.voltage": volts, "ups.status": ON_MAINS if on else ON_BATTERY})
