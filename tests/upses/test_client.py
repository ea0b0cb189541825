"""Talking to a NUT server: what is read, what is refused, what goes wrong."""

import asyncio
from contextlib import suppress

import pytest

from custom_components.elfe_commande.sources.ups.client import Account, UpsClient
from custom_components.elfe_commande.sources.ups.errors import (
    CommandDeniedError,
    CommandRefusedError,
    Trouble,
    UpsUnavailableError,
)
from demo.ups import UPS_NAME

from .watched import client_of


async def test_what_a_server_knows(fake):
    client = client_of(fake)

    assert await client.list_upses() == {UPS_NAME: "Simulated UPS"}
    variables = await client.read()
    assert variables["ups.status"] == "OL CHRG"
    assert variables["device.model"] == "Simulated 1500"
    assert "test.battery.start" in await client.commands()
    client.close()


async def test_values_without_a_value_are_left_out(fake):
    await fake.set({"ups.mfr.date": "(null)", "ups.id": " ", "ups.contacts": "  two words "})
    client = client_of(fake)

    variables = await client.read()

    assert "ups.mfr.date" not in variables
    assert "ups.id" not in variables
    assert variables["ups.contacts"] == "two words"
    client.close()


async def test_a_command_goes_out_once_with_its_own_connection(fake):
    client = client_of(fake)
    await client.read()

    assert await client.run("load.on") == "OK"
    assert fake.given == ["load.on"]
    async with asyncio.timeout(5):
        while fake.connections != 1:
            await asyncio.sleep(0.01)
    client.close()


async def test_a_command_without_an_answer_is_not_repeated(socket_enabled):
    lines: list[bytes] = []

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            lines.append(line)
            if line.startswith(b"INSTCMD"):
                break
            writer.write(b"OK\n")
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    client = UpsClient(Account("127.0.0.1", port, "ups1", "a", "b"), 1.0)
    try:
        with pytest.raises(UpsUnavailableError):
            await client.run("beeper.toggle")
        assert [line for line in lines if line.startswith(b"INSTCMD")] == [
            b"INSTCMD ups1 beeper.toggle\n"
        ]
    finally:
        client.close()
        server.close()
        await server.wait_closed()


@pytest.mark.parametrize(
    "account", [{"password": "wrong"}, {"password": None}, {"username": None, "password": None}]
)
async def test_wrong_credentials_show_at_commands_only(fake, account):
    client = client_of(fake, **account)

    assert (await client.read())["ups.status"] == "OL CHRG"
    with pytest.raises(CommandDeniedError, match=r"ACCESS-DENIED|REQUIRED"):
        await client.run("load.on")
    assert fake.given == []
    client.close()


async def test_a_password_may_have_blanks_and_quotes(fake, monkeypatch):
    monkeypatch.setattr("demo.ups.fake.PASSWORD", 'two words\\ "quoted" #1')
    client = client_of(fake, password='two words\\ "quoted" #1')

    assert await client.run("load.on") == "OK"
    client.close()


async def test_a_command_that_is_refused(fake):
    fake.refused.add("load.on")
    client = client_of(fake)

    with pytest.raises(CommandRefusedError, match="CMD-NOT-SUPPORTED") as refused:
        await client.run("load.on")
    assert not isinstance(refused.value, CommandDeniedError)
    client.close()


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        ("DATA-STALE", Trouble.STALE),
        ("DRIVER-NOT-CONNECTED", Trouble.DRIVER),
        ("ACCESS-DENIED", Trouble.REFUSED),
        ("SOMETHING-NEW", Trouble.UNREADABLE),
    ],
)
async def test_what_is_wrong_is_told_apart(fake, error, trouble):
    fake.error = error
    client = client_of(fake)

    with pytest.raises(UpsUnavailableError, match=error) as raised:
        await client.read()
    assert raised.value.trouble is trouble
    with pytest.raises(
        UpsUnavailableError
        if error in ("DATA-STALE", "DRIVER-NOT-CONNECTED")
        else CommandRefusedError
    ):
        await client.run("load.on")
    client.close()


async def test_another_name_a_starting_driver_and_no_server(fake):
    stranger = client_of(fake, name="ups9")
    with pytest.raises(UpsUnavailableError) as raised:
        await stranger.read()
    assert raised.value.trouble is Trouble.UNKNOWN_UPS
    stranger.close()

    client = client_of(fake)
    await fake.set({"ups.status": "WAIT"})
    with pytest.raises(UpsUnavailableError) as raised:
        await client.read()
    assert raised.value.trouble is Trouble.DRIVER

    await fake.stop()
    with pytest.raises(UpsUnavailableError) as raised:
        await client.read()
    assert raised.value.trouble is Trouble.UNREACHABLE
    client.close()


@pytest.mark.parametrize("host", ["ups..lan", f"{'a' * 64}.lan", "192.168..5"])
async def test_a_host_that_is_no_name_is_not_reached(socket_enabled, host):
    client = UpsClient(Account(host, name="ups1"), 5.0)
    for asked in (client.read, client.list_upses, lambda: client.run("load.on")):
        with pytest.raises(UpsUnavailableError, match="name is not known") as raised:
            await asked()
        assert raised.value.trouble is Trouble.UNREACHABLE
    client.close()


@pytest.mark.parametrize(
    "words",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"BEGIN LIST VAR ups1\n" + b"x" * 200_000,
        b"BEGIN LIST VAR ups1\nVAR ups1 ups",
        b"\x00\xff" * 10,
    ],
)
async def test_what_is_no_answer_is_no_crash(socket_enabled, words):
    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        with suppress(ConnectionError):
            writer.write(words)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(babble, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    client = UpsClient(Account("127.0.0.1", port, "ups1"), 1.0)
    try:
        for _ in range(2):
            with pytest.raises(UpsUnavailableError) as raised:
                await client.read()
            assert raised.value.trouble in (Trouble.UNREADABLE, Trouble.UNREACHABLE)
    finally:
        client.close()
        server.close()
        await server.wait_closed()
