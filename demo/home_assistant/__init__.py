"""A real Home Assistant as a child process, and what a person would do in it by hand."""

from .client import Client, ClientError
from .instance import Instance, time_zone
from .onboarding import PASSWORD, USER, Installation, furnish, install

__all__ = [
    "PASSWORD",
    "USER",
    "Client",
    "ClientError",
    "Installation",
    "Instance",
    "furnish",
    "install",
    "time_zone",
]
