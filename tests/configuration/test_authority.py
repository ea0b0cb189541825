"""A server that is verified by the certificate of one's own authority, over real TLS."""

import asyncio
from collections.abc import AsyncIterator
import datetime as dt
import os
from pathlib import Path
import re
import shutil
import subprocess
import tempfile

from homeassistant.data_entry_flow import FlowResultType
import pytest

from custom_components.elfe_commande.configuration import entry_settings
from custom_components.elfe_commande.configuration.authority import own_authority_context
from custom_components.elfe_commande.storage.postgres import (
    CertificateNameError,
    CertificateRefusedError,
    check,
)
from demo.database import load_schema
from demo.parts import PostgresServer, TlsFront
from demo.parts.certificate import Authority
from demo.parts.postgres import UNPRIVILEGED
from tests.configuration.flows import begin, connection, defaults, entry_data, make_entry, submit
from tests.fixtures_parts import Database

pytestmark = [pytest.mark.usefixtures("setup_entry"), pytest.mark.thorough]

ELSEWHERE = "db.example"
INSTALLED = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
"""Servers that are built with TLS, as that of the wheel is not."""


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
async def front(postgres_server, authority, tmp_path, database) -> AsyncIterator[TlsFront]:
    """The server behind a certificate of the authority."""
    certificate = authority.issue(tmp_path)
    async with TlsFront(postgres_server, certificate=certificate) as found:
        yield found


def verified(database, front, text, **changes):
    """Return what a person enters who verifies the server with a certificate."""
    entered = connection(database, port=front.port, ssl="verify-full", **changes)
    entered["advanced"] = entered["advanced"] | ({"certificate_authority": text} if text else {})
    return entered


async def test_a_server_of_one_s_own_authority(hass, database, front, authority):
    entered = verified(database, front, authority.certificate)

    result = await submit(hass, await begin(hass), entered)

    assert result["type"] is FlowResultType.CREATE_ENTRY
    kept = authority.certificate.strip()
    assert result["data"] == entry_data(
        database, port=front.port, ssl="verify-full", certificate_authority=kept
    )
    settings = await entry_settings.async_postgres_settings(hass, result["result"])
    assert (await check(settings)).usable


async def test_another_authority_is_told_and_nothing_is_sent(hass, database, front, authority):
    other = Authority("Another").certificate
    wrong = verified(database, front, other, password="wrong")

    result = await submit(hass, await begin(hass), wrong)

    # Not `invalid_auth`: no password goes to a server that is not who it should be.
    assert result["errors"] == {"base": "cannot_verify"}
    assert "certificate" in result["description_placeholders"]["detail"]
    assert defaults(result)["certificate_authority"] == other.strip()
    # The public authorities do not know it either.
    result = await submit(hass, result, verified(database, front, None))
    assert result["errors"] == {"base": "cannot_verify"}

    # Several may be pasted, with whatever stands between them.
    both = f"Root of the town\r\n{other}\n and \n{authority.certificate}"
    result = await submit(hass, result, verified(database, front, both))
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_a_certificate_for_another_name(hass, database, postgres_server, authority, tmp_path):
    certificate = authority.issue(tmp_path, ELSEWHERE)
    async with TlsFront(postgres_server, certificate=certificate) as front:
        entered = verified(database, front, authority.certificate)
        result = await submit(hass, await begin(hass), entered)

    assert result["errors"] == {"base": "wrong_host_name"}
    assert "127.0.0.1" in result["description_placeholders"]["detail"]


async def test_a_certificate_that_has_run_out(hass, database, postgres_server, authority, tmp_path):
    yesterday = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    certificate = authority.issue(tmp_path, until=yesterday)
    async with TlsFront(postgres_server, certificate=certificate) as front:
        entered = verified(database, front, authority.certificate)
        result = await submit(hass, await begin(hass), entered)

    assert result["errors"] == {"base": "cannot_verify"}
    assert "expired" in result["description_placeholders"]["detail"]


async def test_a_server_without_encryption(hass, database, postgres_server, authority):
    entered = verified(database, postgres_server, authority.certificate)

    result = await submit(hass, await begin(hass), entered)

    assert result["errors"] == {"base": "cannot_connect"}
    assert "SSL" in result["description_placeholders"]["detail"]


async def test_the_server_s_own_certificate_will_do(hass, database, postgres_server):
    async with TlsFront(postgres_server) as front:
        itself = front.certificate.read_text()
        result = await submit(hass, await begin(hass), verified(database, front, itself))

    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")
async def test_the_commands_of_the_page(hass, database, postgres_server, tmp_path):
    page = Path(__file__).parents[2].joinpath("docs", "operations.md").read_text(encoding="utf-8")
    [commands] = [c for c in re.findall(r"```sh\n(.*?)```", page, re.DOTALL) if "openssl" in c]
    here = commands.replace("DNS:db.example", "IP:127.0.0.1")
    await asyncio.to_thread(
        subprocess.run, ["bash", "-ec", here], cwd=tmp_path, check=True, capture_output=True
    )
    certificate = tmp_path / "server.crt", tmp_path / "server.key"
    text = (tmp_path / "authority.crt").read_text()

    async with TlsFront(postgres_server, certificate=certificate) as front:
        result = await submit(hass, await begin(hass), verified(database, front, text))

    assert result["type"] is FlowResultType.CREATE_ENTRY


BEGIN, END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"


@pytest.mark.parametrize(
    "text",
    [
        "authority.pem",
        "/config/authority.pem",
        f"{BEGIN}\n{END}",
        f"{BEGIN}\nMIIB é\n{END}",
        f"{BEGIN}\naGVsbG8gd29ybGQ=\n{END}",
        BEGIN,
    ],
)
async def test_what_is_no_certificate(hass, database, front, authority, text):
    result = await submit(hass, await begin(hass), verified(database, front, text))
    assert result["errors"] == {"base": "invalid_certificate"}

    # Nor is one that is damaged behind one that is good.
    more = f"{authority.certificate}\n{text}"
    result = await submit(hass, result, verified(database, front, more))
    good = text.count(END) == 0
    assert result["type"] is (FlowResultType.CREATE_ENTRY if good else FlowResultType.FORM)


async def test_a_private_key_is_not_kept(hass, database, front, authority):
    text = authority.certificate + authority.secret

    result = await submit(hass, await begin(hass), verified(database, front, text))

    assert result["errors"] == {"base": "invalid_certificate"}


async def test_lines_may_be_lost_in_pasting(authority):
    text = authority.certificate
    for pasted in (text.replace("\n", " "), text.replace("\n", "\r\n"), f"  {text}\n\n"):
        assert len(own_authority_context(pasted).get_ca_certs()) == 1


@pytest.mark.parametrize("encryption", ["disable", "require"])
async def test_an_authority_that_would_verify_nothing(hass, database, front, authority, encryption):
    entered = verified(database, front, authority.certificate) | {"ssl": encryption}

    result = await submit(hass, await begin(hass), entered)

    assert result["errors"] == {"base": "certificate_unused"}


# -------------------------------------------------------------- reauthenticate, reconfigure


async def test_credentials_entered_again_keep_it(hass, database, front, authority):
    kept = {"port": front.port, "ssl": "verify-full"}
    data = entry_data(database, certificate_authority=authority.certificate, **kept)
    entry = make_entry(hass, database, data={**data, "password": "old"})

    result = await entry.start_reauth_flow(hass)
    entered = {"username": "commande", "password": "commande-secret"}
    result = await submit(hass, result, entered)

    assert result["reason"] == "reauth_successful"
    assert entry.data == data


async def test_a_reconfiguration_keeps_changes_and_removes_it(hass, database, front, authority):
    other = Authority("Another").certificate.strip()
    data = entry_data(
        database, port=front.port, ssl="verify-full", certificate_authority=authority.certificate
    )
    entry = make_entry(hass, database, data=data)
    result = await entry.start_reconfigure_flow(hass)
    known = defaults(result)
    assert known["certificate_authority"] == authority.certificate

    # What will not do changes nothing.
    for text, error in ((other, "cannot_verify"), ("x", "invalid_certificate")):
        result = await submit(hass, result, verified(database, front, text))
        assert result["errors"] == {"base": error}
        assert entry.data == data

    # A form that is sent as it was filled.
    result = await submit(hass, result, verified(database, front, known["certificate_authority"]))
    assert result["reason"] == "reconfigure_successful"
    assert entry.data["certificate_authority"] == authority.certificate.strip()

    result = await entry.start_reconfigure_flow(hass)
    result = await submit(hass, result, connection(database, port=front.port, ssl="require"))
    assert result["reason"] == "reconfigure_successful"
    assert "certificate_authority" not in entry.data


# --------------------------------------------------------- the server's own encryption


@pytest.fixture
async def encrypted(authority: Authority, socket_enabled: None) -> AsyncIterator[Database]:
    """A database on a server that negotiates TLS itself."""
    if not INSTALLED:
        pytest.skip("needs a PostgreSQL of the system: that of the wheel has no TLS")
    program = INSTALLED[-1]
    folder = Path(tempfile.mkdtemp(prefix="tls-"))
    certificate, key = authority.issue(folder)
    if os.geteuid() == 0:
        for path in (folder, certificate, key):
            shutil.chown(path, UNPRIVILEGED)
    settings = {"ssl": "on", "ssl_cert_file": str(certificate), "ssl_key_file": str(key)}
    version = int(program.parent.parent.name)
    server = PostgresServer(version=version, binaries=program.parent, settings=settings)
    try:
        await server.start()
        owner = await (await server.create_database("verified")).connect()
        await load_schema(owner)
        await owner.close()
        yield Database(server, "verified")
    finally:
        await server.close()
        await asyncio.to_thread(shutil.rmtree, folder)


async def test_a_server_that_encrypts_itself(hass, encrypted, authority):
    other = Authority("Another").certificate
    server = encrypted.server

    result = await submit(hass, await begin(hass), verified(encrypted, server, other))
    assert result["errors"] == {"base": "cannot_verify"}
    result = await submit(hass, result, verified(encrypted, server, authority.certificate))
    assert result["type"] is FlowResultType.CREATE_ENTRY

    settings = await entry_settings.async_postgres_settings(hass, result["result"])
    connection_ = await encrypted.access.connect()
    await connection_.close()
    assert (await check(settings)).usable
    data = {**result["data"], "certificate_authority": other}
    context = await entry_settings.async_ssl_context(hass, data)
    with pytest.raises(CertificateRefusedError) as caught:
        await check(entry_settings.postgres_settings(data, {}, context))
    assert not isinstance(caught.value, CertificateNameError)
