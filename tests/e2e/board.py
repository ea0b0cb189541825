"""A dashboard that holds the plan card, and a card that is told what a test makes up."""

from dataclasses import dataclass
from typing import Any

from playwright.async_api import CDPSession, Locator, Page

from tests.e2e.complaints import Complaints
from tests.e2e.conftest import Browser, House

SHOW = """([told, config]) => {
  const hass = document.querySelector("home-assistant").hass;
  const place = document.createElement("div");
  place.id = "harness";
  place.style = "position:fixed;inset:0;z-index:9999;overflow:auto;padding:24px;"
    + "box-sizing:border-box;background:var(--primary-background-color)";
  const card = document.createElement("elfe-plan-card");
  card.setConfig({ type: "custom:elfe-plan-card", ...config });
  const connection = {
    connected: true,
    addEventListener() {},
    removeEventListener() {},
    subscribeMessage: async (tell) => {
      window.tellCard = tell;
      setTimeout(() => tell(told));
      return async () => {};
    },
  };
  card.hass = { ...hass, connection };
  document.getElementById("harness")?.remove();
  place.append(card);
  document.body.append(place);
}"""
"""Puts a card over the page that is told what a test makes up; all else is Home Assistant's."""

WORDS = """async () => {
  const { hass } = document.querySelector("home-assistant");
  await hass.loadBackendTranslation("entity", "elfe_commande");
}"""
"""Has a page load the words of our entities: the frontend's own may have been lost meanwhile."""

UPDATE = """async () => {
  window.tellCard(window.nextEvent);
  await document.querySelector("#harness elfe-plan-card").updateComplete;
}"""

PLAIN = """() => {
  const card = document.querySelector("#harness elfe-plan-card");
  window.plainRows ??= [...card.shadowRoot.querySelectorAll(".row")].map((row) => row.outerHTML);
  window.plainRoot ??= document.createElement("div").attachShadow({ mode: "open" });
  window.plainRoot.innerHTML = window.plainRows.join("");
}"""
"""What the simplest script does instead: it writes all rows of the card anew, as they are."""


class Meter:
    """What a page's thread does for a script, in milliseconds of its own time.

    What else the machine does meanwhile is none of it; nor are layout and painting.
    """

    def __init__(self, page: Page, session: CDPSession) -> None:
        self.page = page
        self.session = session

    @classmethod
    async def of(cls, page: Page) -> Meter:
        session = await page.context.new_cdp_session(page)
        await session.send("Performance.enable", {"timeDomain": "threadTicks"})
        return cls(page, session)

    async def updates(self, events: list[dict[str, Any]]) -> list[tuple[float, float]]:
        """Return what the update of each event costs, and what the simplest script would."""
        took = []
        for event in events:
            await self.page.evaluate("(event) => { window.nextEvent = event; }", event)
            took.append((await self._cost(UPDATE), await self._cost(PLAIN)))
        return took

    async def _cost(self, script: str) -> float:
        before = await self._spent()
        await self.page.evaluate(script)
        return await self._spent() - before

    async def _spent(self) -> float:
        found = await self.session.send("Performance.getMetrics")
        metrics = {each["name"]: each["value"] for each in found["metrics"]}
        return float(1000 * (metrics["ScriptDuration"] + metrics["DevToolsCommandDuration"]))


async def show(page: Page, first: dict[str, Any], config: dict[str, Any]) -> None:
    """Put a card over the page that is told what a test makes up, once the page has its words."""
    await page.evaluate(WORDS)
    await page.evaluate(SHOW, [first, config])


@dataclass
class Board:
    """A dashboard of one view that holds the card, and the page that shows it."""

    house: House
    browser: Browser
    complaints: Complaints
    name: str

    async def make(self, *cards: dict[str, Any]) -> None:
        known = await self.house.client.command("lovelace/dashboards/list")
        if not any(each["url_path"] == self.name for each in known):
            await self.house.client.command(
                "lovelace/dashboards/create", url_path=self.name, title="Plan", mode="storage"
            )
        section = {"type": "grid", "column_span": 2, "cards": list(cards)}
        view = {"type": "sections", "max_columns": 2, "sections": [section]}
        await self.house.client.command(
            "lovelace/config/save", url_path=self.name, config={"views": [view]}
        )

    async def cards(self) -> list[dict[str, Any]]:
        """Return the cards that the dashboard is saved with."""
        saved = await self.house.client.command("lovelace/config", url_path=self.name)
        found: list[dict[str, Any]] = saved["views"][0]["sections"][0]["cards"]
        return found

    async def open(self, query: str = "") -> Page:
        page = await self.browser.visit(f"{self.house.demo.status['address']}/{self.name}{query}")
        self.complaints.listen(page)
        return page

    def row(self, page: Page, number: int) -> Locator:
        return page.locator(f'elfe-plan-card .row[data-id="{self.house.entry_id}_{number}"]')
