"""Servers that are stricter or odder than upsd, as people met them, and what they say."""

import pytest

from custom_components.elfe_commande.sources.ups.errors import (
    CommandDeniedError,
    CommandRefusedError,
    Trouble,
    UpsUnavailableError,
)
from custom_components.elfe_commande.sources.ups.wire import quoted, text_of, unquoted

from .scripted import Session, listed, scripted

UPSES = listed("UPS", b'UPS ups "Cellar"')
VARIABLES = listed("VAR ups", b'VAR ups ups.status "OL"', b'VAR ups battery.charge "81"')
LOGIN = (b"USERNAME reader", b"PASSWORD secret")


def plain(line: bytes, _: Session) -> bytes:
    """Answer whoever asks."""
    if line.startswith((b"USERNAME", b"PASSWORD")):
        return b"OK\n"
    return {b"LIST UPS": UPSES, b"LIST VAR ups": VARIABLES}.get(line, b"ERR UNKNOWN-COMMAND\n")


def strict(code: bytes = b"ACCESS-DENIED", *, hangs_up: bool = False):
    """Return a server that lets nobody read before the right login."""

    def answer(line: bytes, session: Session) -> bytes | None:
        if line.startswith(b"USERNAME") or line == LOGIN[1]:
            return b"OK\n"
        if line.startswith(b"PASSWORD"):
            return b"ERR INVALID-PASSWORD\n"
        if session.has_said(*LOGIN):
            return plain(line, session)
        if hangs_up and session.has_said(line):
            return None
        return b"ERR " + code + b"\n"

    return answer


# ------------------------------------------------------------------------------ a login to read


@pytest.mark.field("T2-25")
@pytest.mark.parametrize("code", [b"ACCESS-DENIED", b"USERNAME-REQUIRED", b"PASSWORD-REQUIRED"])
async def test_a_server_that_wants_a_login_to_read(socket_enabled, code):
    async with scripted(strict(code)) as server:
        client = server.client("reader", "secret")
        assert await client.list_upses() == {"ups": "Cellar"}
        assert (await client.read())["battery.charge"] == "81"
        assert len(server.sessions) == 1
        assert server.sessions[0].lines == [b"LIST UPS", *LOGIN, b"LIST UPS", b"LIST VAR ups"]
        client.close()


async def test_nobody_logs_in_where_anybody_may_read(socket_enabled):
    async with scripted(plain) as server:
        client = server.client("reader", "secret")
        await client.read()
        assert server.sessions[0].lines == [b"LIST VAR ups"]
        client.close()


async def test_the_next_connection_logs_in_at_once(socket_enabled):
    async with scripted(strict()) as server:
        client = server.client("reader", "secret")
        await client.read()
        server.hang_up()
        await client.read()
        assert server.sessions[1].lines == [*LOGIN, b"LIST VAR ups"]
        client.close()


async def test_a_server_that_hangs_up_on_whoever_did_not_log_in(socket_enabled):
    def answer(line: bytes, session: Session) -> bytes | None:
        if not session.lines or session.has_said(b"LIST VAR ups"):
            return (
                b"ERR ACCESS-DENIED\n"
                if line.startswith(b"LIST")
                else (None if session.lines else b"OK\n")
            )
        return strict()(line, session)

    async with scripted(answer) as server:
        client = server.client("reader", "secret")
        assert (await client.read())["ups.status"] == "OL"
        assert len(server.sessions) == 2
        client.close()


@pytest.mark.parametrize(
    ("login", "words"),
    [
        ((None, None), "ERR ACCESS-DENIED"),
        (("reader", "wrong"), "ERR INVALID-PASSWORD"),
        (("reader", None), "ERR ACCESS-DENIED"),
    ],
)
async def test_a_login_that_is_missing_or_wrong_is_refused_in_the_servers_words(
    socket_enabled, login, words
):
    async with scripted(strict()) as server:
        client = server.client(*login)
        for _ in range(3):
            with pytest.raises(UpsUnavailableError, match=words) as raised:
                await client.read()
            assert raised.value.trouble is Trouble.REFUSED
        client.close()


async def test_a_server_that_asks_for_no_login_any_more(socket_enabled):
    lets_read = False

    def answer(line: bytes, session: Session) -> bytes | None:
        return (plain if lets_read else strict())(line, session)

    async with scripted(answer) as server:
        client = server.client("reader", "wrong")
        with pytest.raises(UpsUnavailableError):
            await client.read()
        lets_read = True
        assert (await client.read())["ups.status"] == "OL"
        client.close()


async def test_a_server_with_a_login_takes_commands_too(socket_enabled):
    def answer(line: bytes, session: Session) -> bytes | None:
        if line.startswith(b"INSTCMD"):
            return b"OK TRACKING 1bd31808\n" if session.has_said(*LOGIN) else b"ERR ACCESS-DENIED\n"
        return strict()(line, session)

    async with scripted(answer) as server:
        assert await server.client("reader", "secret").run("beeper.mute") == "OK TRACKING 1bd31808"
        with pytest.raises(CommandDeniedError, match="ERR ACCESS-DENIED"):
            await server.client().run("beeper.mute")


# ------------------------------------------------------------------------- the server's words


@pytest.mark.parametrize(
    ("words", "trouble"),
    [
        (b"ERR DATA-STALE", Trouble.STALE),
        (b"ERR DRIVER-NOT-CONNECTED", Trouble.DRIVER),
        (b"ERR UNKNOWN-UPS", Trouble.UNKNOWN_UPS),
        (b"ERR FEATURE-NOT-CONFIGURED", Trouble.UNREADABLE),
        (b"ERR SOMETHING-NEW with a reason", Trouble.UNREADABLE),
        (b"ERR", Trouble.UNREADABLE),
    ],
)
async def test_what_is_refused_is_told_in_the_servers_words(socket_enabled, words, trouble):
    async with scripted(lambda *_: words + b"\r\n") as server:
        client = server.client()
        with pytest.raises(UpsUnavailableError) as raised:
            await client.read()
        assert (str(raised.value), raised.value.trouble) == (words.decode(), trouble)
        assert len(server.sessions) == 1
        client.close()


@pytest.mark.parametrize(
    "words", [b"ERR INSTCMD-FAILED", b"ERR CMD-NOT-SUPPORTED", b"ERR INVALID-ARGUMENT load"]
)
async def test_a_command_is_refused_in_the_servers_words(socket_enabled, words):
    async with scripted(lambda *_: words + b"\n") as server:
        with pytest.raises(CommandRefusedError) as raised:
            await server.client().run("load.on")
        assert str(raised.value) == words.decode()


async def test_what_is_no_answer_to_a_command_is_no_success(socket_enabled):
    async with scripted(lambda *_: b"HTTP/1.1 400 Bad Request\r\n") as server:
        with pytest.raises(UpsUnavailableError) as raised:
            await server.client().run("load.on")
        assert raised.value.trouble is Trouble.UNREADABLE


# -------------------------------------------------------------------------- bytes and escapes


@pytest.mark.field("T2-33")
async def test_quotes_and_backslashes_are_escaped_on_the_wire(socket_enabled):
    def answer(line: bytes, _: Session) -> bytes:
        if line == b"LIST UPS":
            return listed("UPS", rb'UPS ups "\"East\" D:\\Power\\two \#7"')
        return listed("VAR ups", b'VAR ups ups.status "OL"', rb'VAR ups ups.model "Pro \"S\" 700"')

    async with scripted(answer) as server:
        client = server.client()
        assert await client.list_upses() == {"ups": '"East" D:\\Power\\two #7'}
        assert (await client.read())["ups.model"] == 'Pro "S" 700'
        client.close()


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ('"two words"', "two words"),
        ("plain", "plain"),
        ('""', ""),
        ('"', ""),
        ('"a', "a"),
        ('"a "b" c"', 'a "b" c'),
        (r'"ends with \\"', "ends with \\"),
        (r'"C:\UPS"', r"C:\UPS"),
        ('"  blanks  "', "  blanks  "),
    ],
)
def test_an_element_of_a_line(sent, meant):
    assert unquoted(sent) == meant


@pytest.mark.parametrize("text", ["", "two words", 'a "b" \\c\\', "#1", "\\"])
def test_what_is_quoted_is_read_as_it_was(text):
    assert unquoted(quoted(text)) == text


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (b"\xb5PS", "µPS"),
        (b"Onduleur \xc3\xa9t\xc3\xa9", "Onduleur été"),
        (b"\xc9t\xe9 20\xb0", "Été 20°"),
        (b"\xff\xfe", "ÿþ"),
    ],
)
async def test_bytes_above_127_are_read(socket_enabled, octets, text):
    def answer(line: bytes, _: Session) -> bytes:
        if line == b"LIST UPS":
            return listed("UPS", b'UPS ups "' + octets + b'"')
        return listed(
            "VAR ups", b'VAR ups device.mfr "' + octets + b'"', b'VAR ups ups.status "OL CHRG"'
        )

    async with scripted(answer) as server:
        client = server.client()
        assert await client.list_upses() == {"ups": text}
        variables = await client.read()
        assert (variables["device.mfr"], variables["ups.status"]) == (text, "OL CHRG")
        client.close()
    assert text_of(octets) == text


async def test_a_byte_that_is_a_line_end_elsewhere_ends_no_line(socket_enabled):
    """In Latin-1, 85 is a line end to some; so are a form feed and a bare return."""
    model = b'VAR ups ups.model "a\x85b\x0cc"'
    async with scripted(
        lambda *_: listed("VAR ups", model, b'VAR ups ups.status "OB"', b"", b"?")
    ) as server:
        client = server.client()
        assert (await client.read())["ups.model"] == "a\x85b\x0cc"
        client.close()


async def test_lines_that_end_as_on_windows(socket_enabled):
    def answer(line: bytes, _: Session) -> bytes:
        if line == b"LIST CMD ups":
            return listed("CMD ups", b"CMD ups load.on", b'CMD ups "beeper.off"', end=b"\r\n")
        return listed("VAR ups", b'VAR ups ups.status "OL" ', end=b"\r\n")

    async with scripted(answer) as server:
        client = server.client()
        assert dict(await client.read()) == {"ups.status": "OL"}
        assert await client.commands() == {"load.on", "beeper.off"}
        client.close()


async def test_a_server_that_closes_after_each_answer(socket_enabled):
    def answer(line: bytes, session: Session) -> bytes | None:
        return None if session.lines else plain(line, session)

    async with scripted(answer) as server:
        client = server.client()
        for _ in range(3):
            assert (await client.read())["ups.status"] == "OL"
        assert len(server.sessions) == 3
        client.close()


async def test_an_error_within_a_list(socket_enabled):
    async with scripted(
        lambda *_: b'BEGIN LIST VAR ups\nVAR ups ups.status "OL"\nERR DATA-STALE\n'
    ) as server:
        client = server.client()
        with pytest.raises(UpsUnavailableError) as raised:
            await client.read()
        assert raised.value.trouble is Trouble.STALE
        client.close()
