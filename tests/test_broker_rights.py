"""The two files of docs/operations.md, in a real Mosquitto: what each user may do, and may not."""

import asyncio
import base64
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
import hashlib
import os
from pathlib import Path
import re
import ssl

import aiomqtt
import pytest

from custom_components.elfe_commande.configuration.authority import own_authority_context
from custom_components.elfe_commande.core.model import Device, Inventory
from custom_components.elfe_commande.core.screens import Screen
from custom_components.elfe_commande.drivers import DRIVERS
from custom_components.elfe_commande.interfaces.hasp import Hasp
from custom_components.elfe_commande.interfaces.socorel import Socorel
from custom_components.elfe_commande.interfaces.viriya import Viriya
from custom_components.elfe_commande.storage.postgres import PostgresStorage
from demo.parts import Broker
from demo.parts.certificate import Authority
from demo.territory import install, two_homes
from tests.fixtures_engine import LAYOUT
from tests.fixtures_parts import Database
from tests.storage.rows import settings_for

PAGE = (Path(__file__).parents[1] / "docs" / "operations.md").read_text(encoding="utf-8")
SECTION = PAGE[PAGE.index("## Rights on the broker") :]
HOME_ASSISTANT, OBSERVER, ANYBODY = "homeassistant", "observer", "anybody"
PLUG, OTHER, PLATE, PLC = "shellyplug-s-D102", "shellyplug-s-D106", "g001", "PLC001"
USERS = (HOME_ASSISTANT, OBSERVER, ANYBODY, "portal", "gateway1", PLUG, OTHER, PLATE, PLC)
MORE_RIGHTS = f"""
user {OBSERVER}
topic read #
user {ANYBODY}
topic readwrite #
"""
LOGGING = """
persistence false
log_dest stderr
log_type error
log_type notice
log_type information
"""


def block(first: str) -> str:
    """Return the block of the section that begins with a comment."""
    [found] = re.findall(rf"```\n(# {first}\b.*?)```", SECTION, re.DOTALL)
    return found


def password_line(user: str) -> str:
    """Return a line as `mosquitto_passwd` writes it; the password is the user's name."""
    salt = os.urandom(12)
    digest = hashlib.pbkdf2_hmac("sha512", user.encode(), salt, 101)
    parts = (base64.b64encode(part).decode() for part in (salt, digest))
    return f"{user}:$7$101${'$'.join(parts)}\n"


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
async def guarded(authority, tmp_path, socket_enabled) -> AsyncIterator[Broker]:
    """A broker with the files of the page; only port and folder are others."""
    certificate, key = authority.issue(tmp_path)
    configuration = re.sub(
        r"(?m)^listener .*$", "listener {port} 127.0.0.1", block("mosquitto.conf")
    )
    configuration = configuration.replace("/etc/mosquitto/", "{folder}/")
    files = {
        "authority.crt": authority.certificate,
        "server.crt": certificate.read_text(),
        "server.key": key.read_text(),
        "passwords": "".join(map(password_line, USERS)),
        "acl": block("acl") + MORE_RIGHTS,
    }
    async with Broker(configuration=configuration + LOGGING, files=files) as found:
        yield found


@pytest.fixture
async def inventory(database: Database) -> tuple[Inventory, tuple[Screen, ...]]:
    """Two homes as their tables describe them."""
    owner = await database.owner.connect()
    await install(owner, two_homes())
    await owner.close()
    storage = PostgresStorage(settings_for(database))
    read = await storage.read_inventory()
    await storage.close()
    return read.equipments, read.screens


@asynccontextmanager
async def client(broker: Broker, user: str, authority: Authority) -> AsyncIterator[aiomqtt.Client]:
    context = await asyncio.to_thread(own_authority_context, authority.certificate)
    async with aiomqtt.Client(
        broker.host,
        broker.port,
        username=user,
        password=user,
        tls_context=context,
        protocol=aiomqtt.ProtocolVersion.V5,
    ) as found:
        yield found


async def arrived(
    broker: Broker,
    authority: Authority,
    sent: Iterable[tuple[str, str]],
    *,
    to: str = OBSERVER,
    subscribed: Iterable[str] = ("#",),
) -> set[str]:
    """Return which topics reach a user; `sent` are users who publish, and their topics."""
    found: set[str] = set()
    mark = f"tele/{to}/mark"
    async with client(broker, to, authority) as listener:
        for topic in (*subscribed, mark):
            await listener.subscribe(topic)
        by_user: dict[str, list[str]] = {}
        for user, topic in sent:
            by_user.setdefault(user, []).append(topic)
        for user, topics in by_user.items():
            async with client(broker, user, authority) as speaker:
                for topic in topics:
                    # What is refused is dropped silently, as an order of ours would be.
                    await speaker.publish(topic, "x", qos=0)
                # The broker reads a client's messages in their order: this is answered last.
                await speaker.subscribe("done")
        async with client(broker, ANYBODY, authority) as last:
            await last.publish(mark, "x", qos=0)
        async for message in listener.messages:
            if str(message.topic) == mark:
                return found
            found.add(str(message.topic))
    raise AssertionError("the broker hung up")


def devices_of(equipments: Inventory) -> list[Device]:
    return [device for equipment in equipments.values() for device in equipment.devices]


async def test_orders_questions_and_screens_go_through(guarded, authority, inventory) -> None:
    equipments, screens = inventory
    topics = {screen.command_topic for screen in screens} | {LAYOUT.indicator_topic}
    for device in devices_of(equipments):
        driver = DRIVERS[device.type_id]
        messages = (
            driver.order(device, on=True, request="1"),
            driver.order(device, on=False, request="2"),
            driver.question(device),
            *driver.questions(device),
        )
        topics |= {message.topic for message in messages if message is not None}
    assert len(topics) > 20

    assert await arrived(guarded, authority, [(HOME_ASSISTANT, t) for t in topics]) == topics


async def test_answers_and_gestures_are_heard(guarded, authority, inventory) -> None:
    equipments, screens = inventory
    topics: set[str] = {screen.lwt_topic for screen in screens if screen.lwt_topic}
    for device in devices_of(equipments):
        topics |= {*DRIVERS[device.type_id].topics(device), device.lwt_topic or "hasp/g001/LWT"}
    interfaces = (Hasp(LAYOUT), Socorel(frozenset()), Viriya())
    wild = {topic for interface in interfaces for topic in interface.topics()}
    gestures = {"hasp/g001/state/p2b3", "Socorel/PLC001/Mode", "viriya/update/7"}
    assert len(topics) > 20

    sent = [(ANYBODY, topic) for topic in topics | gestures]
    heard = await arrived(guarded, authority, sent, to=HOME_ASSISTANT, subscribed=topics | wild)

    assert heard == topics | gestures


@pytest.mark.parametrize(
    "topic",
    [
        "shellies/shellyplug-s-D102/relay/0",
        "stat/A104/RESULT",
        "cmnd/A104/Backlog",
        "tele/A104/LWT",
        "switchbot/esp32/bot/C101/status",
        "shelly/D103/status/switch:0",
        "Socorel/PLC001/sortie9",
        "Socorel/PLC001/Mode",
        "hasp/g001/state/p2b3",
        "viriya/update/7",
        "zigbee2mqtt/lock/set",
        "$SYS/broker/load",
    ],
)
async def test_home_assistant_publishes_nothing_else(guarded, authority, topic) -> None:
    subscribed = ("#", "$SYS/broker/load")
    sent = [(HOME_ASSISTANT, topic), (HOME_ASSISTANT, "cmnd/A104/POWER")]

    assert await arrived(guarded, authority, sent, subscribed=subscribed) == {"cmnd/A104/POWER"}


async def test_a_wildcard_lets_nobody_hear_more(guarded, authority) -> None:
    sent = [
        (ANYBODY, topic) for topic in ("zigbee2mqtt/lock", "cmnd/A104/POWER", "stat/A104/POWER")
    ]

    heard = await arrived(guarded, authority, sent, to=HOME_ASSISTANT)
    assert heard == {"stat/A104/POWER"}
    assert await arrived(guarded, authority, sent, to=PLUG) == set()


async def test_each_speaks_for_itself_only(guarded, authority) -> None:
    own = {
        (PLUG, f"shellies/{PLUG}/relay/0"),
        (PLATE, "hasp/g001/state/p2b3"),
        (PLC, "Socorel/PLC001/EtatSortie1"),
        ("portal", "viriya/update/7"),
        ("gateway1", "switchbot/gateway1/bot/C101/status"),
    }
    others = {
        (PLUG, f"shellies/{OTHER}/relay/0/command"),
        (PLUG, f"shellies/{OTHER}/relay/0"),
        (PLUG, "viriya/update/7/8"),
        (PLATE, "hasp/g002/state/p2b3"),
        (PLC, "Socorel/PLC002/Mode"),
        ("portal", f"shellies/{PLUG}/relay/0/command"),
        ("gateway1", "switchbot/gateway2/bot/C101/set"),
    }

    assert await arrived(guarded, authority, own | others) == {topic for _, topic in own}


async def test_nobody_without_a_password_or_unencrypted(guarded, authority) -> None:
    context = await asyncio.to_thread(own_authority_context, authority.certificate)
    wrong = [
        {"tls_context": context},
        {"tls_context": context, "username": HOME_ASSISTANT, "password": "guessed"},
        {"username": HOME_ASSISTANT, "password": HOME_ASSISTANT},
        {"tls_context": await asyncio.to_thread(ssl.create_default_context)},
    ]
    for given in wrong:
        with pytest.raises(aiomqtt.MqttError):
            async with aiomqtt.Client(guarded.host, guarded.port, timeout=5, **given):
                pass
