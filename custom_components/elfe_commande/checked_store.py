"""Home Assistant's store, with an answer to whether something was written."""

from typing import Any, override

from homeassistant.helpers.storage import Store


class CheckedStore(Store[dict[str, Any]]):
    """A store that knows whether its last write failed; Home Assistant's only logs that."""

    failure: Exception | None = None
    """Why nothing was written last time, `None` if it was."""

    @override
    async def _async_write_data(self, data: dict[str, Any]) -> None:
        try:
            await super()._async_write_data(data)
        except Exception as error:
            self.failure = error
            raise
        self.failure = None
