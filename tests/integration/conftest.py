"""A Home Assistant whose files are real ones of the test's own, and a look at its log."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import PropertyMock, patch

import pytest

OURS = "custom_components.elfe_commande"


@pytest.fixture
def hass_config_dir(tmp_path: Path) -> str:
    """Keep what is stored in a folder of the test's own."""
    return str(tmp_path)


@pytest.fixture
def hass_storage() -> dict[str, Any]:
    """Do not replace the disk, as the fixture of the same name does elsewhere."""
    return {}


@pytest.fixture
def stored(hass_config_dir: str) -> Path:
    """Return the folder in which Home Assistant keeps its files."""
    return Path(hass_config_dir, ".storage")


@pytest.fixture
def every_entity() -> Iterator[None]:
    """Enable the entities that are disabled by default."""
    with patch(
        "homeassistant.helpers.entity.Entity.entity_registry_enabled_default",
        new_callable=PropertyMock(return_value=True),
    ):
        yield


@pytest.fixture(autouse=True)
def nothing_goes_wrong(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail on a traceback of ours in the log, and where Home Assistant finds us blocking it."""
    yield
    for record in caplog.get_records("call"):
        message = record.getMessage()
        assert "blocking call" not in message, message
        if record.name.startswith(OURS):
            assert record.exc_info is None, message
