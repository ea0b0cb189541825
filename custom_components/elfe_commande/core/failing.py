"""Why something outside fails, in few words, whatever the system calls it."""

from enum import StrEnum
import errno
import re
import socket
from typing import Final


class Failing(StrEnum):
    """What is the matter; the values are for logs, what people read is in the translations."""

    REFUSED = "nothing listens at this address and port"
    TIMEOUT = "no answer in time"
    UNKNOWN_HOST = "this name is not known"
    NO_ROUTE = "no way leads to this address"
    CUT = "the connection was cut"
    NO_SPACE = "no space is left"
    READ_ONLY = "it can only be read"
    DENIED = "access is denied"
    MISSING = "there is no such file or device"
    BUSY = "another program uses it"


_BY_NUMBER: Final = {
    errno.ECONNREFUSED: Failing.REFUSED,
    errno.ETIMEDOUT: Failing.TIMEOUT,
    errno.EHOSTUNREACH: Failing.NO_ROUTE,
    errno.ENETUNREACH: Failing.NO_ROUTE,
    errno.EHOSTDOWN: Failing.NO_ROUTE,
    errno.ECONNRESET: Failing.CUT,
    errno.ECONNABORTED: Failing.CUT,
    errno.EPIPE: Failing.CUT,
    errno.ENOSPC: Failing.NO_SPACE,
    errno.EDQUOT: Failing.NO_SPACE,
    errno.EROFS: Failing.READ_ONLY,
    errno.EACCES: Failing.DENIED,
    errno.EPERM: Failing.DENIED,
    errno.ENOENT: Failing.MISSING,
    errno.ENODEV: Failing.MISSING,
    errno.ENXIO: Failing.MISSING,
    errno.EBUSY: Failing.BUSY,
}
_NUMBER: Final = re.compile(r"\[Errno (-?\d+)\] ?")


def failing(error: BaseException) -> str:
    """Return why: a `Failing` where it is one, else the error's own words without its number."""
    text = str(error)
    # Between two dots is nothing, or too much: it is not even looked for.
    no_name = isinstance(error, UnicodeEncodeError) and error.encoding == "idna"
    if no_name or isinstance(error, socket.gaierror):
        return Failing.UNKNOWN_HOST
    if isinstance(error, OSError):
        # Several addresses of one name fail together, each with its number.
        numbers = {error.errno} if error.errno else {int(n) for n in _NUMBER.findall(text)}
        known = {_BY_NUMBER[number] for number in numbers if number in _BY_NUMBER}
        if len(known) == 1:
            return known.pop()
    if isinstance(error, TimeoutError):
        return Failing.TIMEOUT
    return _NUMBER.sub("", text) or type(error).__name__
