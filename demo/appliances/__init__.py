"""Simulated devices that speak their vendors' MQTT, and the machines behind them."""

from .device import Behaviour, Device, Dialect, Load, Message, Order, Question, Topics
from .finger import Finger
from .fleet import AnyDevice, Fleet
from .machine import DISHES, DRYING, WASHING, Machine, Phase, Start
from .recorder import Received, Recorder
from .scenario import recorded_device
from .screen import Screen
from .shelly_plug import ShellyPlug
from .shelly_plus import ShellyPlus
from .socorel import Outputs, SocorelChannel
from .tasmota import Tasmota
from .thermal import CarCharger, Heater, WaterHeater

DEVICES: dict[int, type[AnyDevice]] = {
    cls.type_id: cls for cls in (ShellyPlug, Tasmota, Finger, ShellyPlus, SocorelChannel)
}

__all__ = [
    "DEVICES",
    "DISHES",
    "DRYING",
    "WASHING",
    "AnyDevice",
    "Behaviour",
    "CarCharger",
    "Device",
    "Dialect",
    "Finger",
    "Fleet",
    "Heater",
    "Load",
    "Machine",
    "Message",
    "Order",
    "Outputs",
    "Phase",
    "Question",
    "Received",
    "Recorder",
    "Screen",
    "ShellyPlug",
    "ShellyPlus",
    "SocorelChannel",
    "Start",
    "Tasmota",
    "Topics",
    "WaterHeater",
    "recorded_device",
]
