"""What a NUT server, or the way to it, does instead of answering."""

from enum import StrEnum


class Trouble(StrEnum):
    """Why nothing is known of a UPS. All of it may pass: it is tried again for ever."""

    UNREACHABLE = "unreachable"
    """No server, or no answer in time."""
    DRIVER = "driver_not_connected"
    """The server runs, and its driver does not."""
    STALE = "data_stale"
    """The driver has not heard from the UPS for a while."""
    SILENT = "no_status"
    """The server answers, and says nothing of what the UPS does."""
    UNKNOWN_UPS = "unknown_ups"
    """The server has no UPS of that name: a person must act."""
    REFUSED = "refused"
    """The server lets nobody read from here, or not with this login: a person must act."""
    UNREADABLE = "unreadable"
    """It is no answer of a NUT server."""


class UpsUnavailableError(Exception):
    """Nothing could be read."""

    def __init__(self, trouble: Trouble, detail: str) -> None:
        """Keep why, and the server's own words."""
        super().__init__(detail or trouble.value)
        self.trouble = trouble


class CommandRefusedError(Exception):
    """The server did not take a command; the message has its own words."""


class CommandDeniedError(CommandRefusedError):
    """Nor will it, for this user and password."""
