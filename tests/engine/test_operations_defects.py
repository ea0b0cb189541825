"""Defects of the reference in operations, where the parts around the engine make it right."""

import json
from pathlib import Path
import tomllib

import pytest

from custom_components.elfe_commande.configuration.reference_config import (
    ConfigError,
    import_config,
)
from custom_components.elfe_commande.storage.postgres import PostgresSettings
from custom_components.elfe_commande.storage.postgres.postgres_settings import TlsMode

ROOT = Path(__file__).parents[2]
HOUSE = ROOT / "custom_components" / "elfe_commande"


@pytest.mark.defect("D-71")
def test_the_version_of_the_language_is_declared() -> None:
    """What handles errors runs on every Python the project accepts."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["requires-python"].startswith(">=3.14")


@pytest.mark.defect("D-70", "D-72", "D-77")
def test_the_broker_is_reached_by_home_assistant_s_own_integration() -> None:
    """Which reconnects, subscribes anew, encrypts and knows who may do what."""
    manifest = json.loads((HOUSE / "manifest.json").read_text(encoding="utf-8"))
    assert "mqtt" in manifest["dependencies"]
    assert not [r for r in manifest["requirements"] if "mqtt" in r.lower()]
    assert not [
        path.name
        for path in HOUSE.rglob("*.py")
        if any(name in path.read_text(encoding="utf-8") for name in ("import paho", "aiomqtt"))
    ]


@pytest.mark.defect("D-77")
@pytest.mark.parametrize("tls", [TlsMode.REQUIRE, TlsMode.VERIFY_FULL])
def test_the_database_is_reached_in_clear_only_when_asked_for(tls: TlsMode) -> None:
    with pytest.raises(ValueError, match="SSL context"):
        PostgresSettings("host", "database", "user", "secret", tls=tls)


@pytest.mark.defect("D-77")
def test_the_password_is_not_shown() -> None:
    assert "secret" not in repr(PostgresSettings("host", "database", "user", "secret"))


@pytest.mark.defect("D-13")
@pytest.mark.parametrize("name", ['x"; DROP TABLE y; --', "a b", "é", "", "1a", "a.b.c"])
def test_a_name_that_is_not_an_identifier_never_reaches_a_statement(name: str) -> None:
    with pytest.raises(ValueError, match="not an identifier"):
        PostgresSettings("host", "database", "user", "secret", schema=name)
    with pytest.raises(ValueError, match="not an identifier"):
        PostgresSettings("host", "database", "user", "secret", ems_table=f"public.{name}")


@pytest.mark.defect("D-78")
@pytest.mark.parametrize(
    "config",
    [
        None,
        [],
        {},
        {"pgsql": None},
        {"pgsql": {"host": "h"}},
        {"pgsql": {"host": "h", "database": "d", "port": "many"}},
        {"pgsql": {"host": 7, "database": "d"}},
        {"pgsql": {"host": "h", "database": "d"}, "ems": {"thread": "all"}},
        {"pgsql": {"host": "h", "database": "d"}, "coordination": "x"},
    ],
)
def test_errors_in_the_reference_s_configuration_are_told(config: object) -> None:
    with pytest.raises(ConfigError):
        import_config(config)
