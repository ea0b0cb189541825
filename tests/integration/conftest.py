"""A Home Assistant whose files are the test's own, and a check that it was never held up."""

from collections.abc import Iterator
from pathlib import Path
from unittest.mock import PropertyMock, patch

import pytest

BLOCKED = ("blocking call", "Something is blocking Home Assistant")


@pytest.fixture
def hass_config_dir(tmp_path: Path) -> str:
    """Keep what is stored in a folder of the test's own."""
    return str(tmp_path)


@pytest.fixture
def every_entity() -> Iterator[None]:
    """Enable the entities that are disabled by default."""
    with patch(
        "homeassistant.helpers.entity.Entity.entity_registry_enabled_default",
        new_callable=PropertyMock(return_value=True),
    ):
        yield


@pytest.fixture(autouse=True)
def nothing_blocks(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail if the event loop was blocked, or something was logged that must not be."""
    yield
    for record in caplog.get_records("call"):
        message = record.getMessage()
        assert not any(text in message for text in BLOCKED), message
        if record.name.startswith("custom_components.elfe_commande"):
            assert record.exc_info is None, message
