"""Devices as their rows describe them, one function per product."""

from dataclasses import dataclass

from .appliances import Topics


@dataclass(frozen=True, slots=True)
class DeviceSpec:
    """One device row: what it is, its role, where it talks."""

    id: str
    type: int
    usage: int
    topics: Topics
    hardware: str = ""


def plug(name: str, usage: int = 11) -> DeviceSpec:
    """Describe a Shelly Plug."""
    base = f"shellies/shellyplug-s-{name}"
    relay = f"{base}/relay/0"
    return DeviceSpec(name, 111, usage, Topics(relay, f"{relay}/command", f"{base}/online"))


def tasmota(name: str, usage: int = 11) -> DeviceSpec:
    """Describe a Tasmota plug."""
    topics = Topics(f"stat/{name}/RESULT", f"cmnd/{name}/POWER", f"tele/{name}/LWT")
    return DeviceSpec(name, 112, usage, topics)


def finger(name: str, usage: int = 32) -> DeviceSpec:
    """Describe a finger robot behind the gateway `esp32`."""
    base = f"switchbot/esp32/bot/{name}"
    topics = Topics(f"{base}/status", f"{base}/set", "switchbot/esp32/lastwill")
    return DeviceSpec(name, 311, usage, topics)


def relay(name: str, usage: int = 11) -> DeviceSpec:
    """Describe a Shelly Plus 1PM."""
    topics = Topics(f"shelly/{name}/status/switch:0", f"shelly/{name}/rpc", f"shelly/{name}/online")
    return DeviceSpec(name, 411, usage, topics)


def channel(name: str, number: int, serial: str = "PLC001", usage: int = 11) -> DeviceSpec:
    """Describe one output of a PLC."""
    topics = Topics(f"Socorel/{serial}/EtatSortie{number}", f"Socorel/{serial}/sortie{number}")
    return DeviceSpec(name, 811, usage, topics, serial)


def screen(plate: str) -> DeviceSpec:
    """Describe a touch screen by its lower-case plate name."""
    topics = Topics(f"hasp/{plate}/page", f"hasp/{plate}/command/jsonl", f"hasp/{plate}/LWT")
    return DeviceSpec(plate.upper(), 711, 71, topics, plate.upper())
