"""What the system calls a failure is told in few words."""

import asyncio
import socket

import pytest

from custom_components.elfe_commande.core.failing import Failing, failing


@pytest.mark.usefixtures("socket_enabled")
async def test_a_port_where_nothing_listens() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    with pytest.raises(OSError, match="Errno") as caught:
        await asyncio.open_connection("127.0.0.1", port)
    assert failing(caught.value) == Failing.REFUSED


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            OSError(
                "Multiple exceptions: [Errno 111] Connect call failed ('::1', 5432, 0, 0), "
                "[Errno 111] Connect call failed ('127.0.0.1', 5432)"
            ),
            Failing.REFUSED,
        ),
        (socket.gaierror(-2, "Name or service not known"), Failing.UNKNOWN_HOST),
        (UnicodeEncodeError("idna", "db..lan", 3, 4, "label empty"), Failing.UNKNOWN_HOST),
        (TimeoutError(), Failing.TIMEOUT),
        (TimeoutError("5 s"), Failing.TIMEOUT),
        (OSError(113, "No route to host"), Failing.NO_ROUTE),
        (ConnectionResetError(104, "Connection reset by peer"), Failing.CUT),
        (OSError(28, "No space left on device"), Failing.NO_SPACE),
        (FileNotFoundError(2, "No such file or directory", "/dev/ttyUSB9"), Failing.MISSING),
        (OSError(9999, "Something else"), "Something else"),
        (ValueError("its own words"), "its own words"),
        (ValueError(), "ValueError"),
    ],
)
def test_what_is_the_matter(error: BaseException, words: str) -> None:
    assert failing(error) == words
