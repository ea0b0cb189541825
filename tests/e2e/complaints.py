"""What a page complains of in the browser's console."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # Tests that need no browser are collected where there is none.
    from playwright.async_api import BrowserContext, ConsoleMessage, Page

NOT_FETCHED = "Failed to fetch dynamically imported module"
OF_FRONTEND = "/frontend_latest/"


@dataclass
class Complaints:
    """What pages complained of: not pictures from the internet, nor the frontend's own parts."""

    address: str
    heard: list[str] = field(default_factory=list)

    def listen(self, page: Page) -> None:
        """Listen to a page from now on."""
        page.on("console", self._console)
        page.on("pageerror", lambda error: self._hear(str(error)))

    def listen_to_all(self, context: BrowserContext) -> None:
        """Listen to all pages from now on, those that are opened later too."""
        context.on("console", self._console)
        context.on("weberror", lambda each: self._hear(str(each.error)))

    def _console(self, message: ConsoleMessage) -> None:
        foreign = not message.location["url"].startswith(self.address)
        if message.type == "error" and not (foreign and "Failed to load" in message.text):
            self._hear(message.text)

    def _hear(self, text: str) -> None:
        # Home Assistant's parts cannot be had while it restarts or the page is left, and the
        # frontend says so in sentences of its own, or reports that this could not be reported.
        if not (NOT_FETCHED in text and OF_FRONTEND in text):
            self.heard.append(text)
