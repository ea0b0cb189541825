"""The demonstration as a process, and ways to look at it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
import importlib.util
import itertools
import json
import os
from pathlib import Path
import re
import shutil
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest

from demo.database import SCHEMA
from demo.home_assistant import Client, ClientError, time_zone
from demo.specs import plug
from tests.conftest import BROWSERS
from tests.hour import HERE

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, Locator, Page

ROOT = Path(__file__).parents[2]
DOMAIN = "elfe_commande"
IMAGES = ROOT / "docs" / "images"
SECONDS = 1000
"""In the browser's milliseconds."""
PATIENT = 60 * SECONDS
"""How long a click may take, and what it brings: this machine may be busy."""
LOOK = 200
"""Between two looks, also at a page that draws nothing."""
MAIN = "home-assistant-main"
"""What is there once somebody is logged in."""
SPOKEN = (
    "() => document.querySelector('home-assistant').hass?.localize('ui.sidebar.sidebar_toggle')"
)
WITHIN = 120.0
"""Seconds for anything that comes by itself in less than half a minute, on a busy machine too."""
LIMIT = 600
"""Seconds for a test, the start of its demonstration included; those of what it waits for are less."""

TIME = r"(?:Mon |Tue |Wed |Thu |Fri |Sat |Sun )?\d\d:\d\d"
"""A time as sentences have it: with its day where that is not today."""

# In manual, and used by no test: what it does not understand is in the demonstration's log only.
BYSTANDER = plug("D106")
_marks = itertools.count(1)

# Only the environment of the newest release has the browser's driver.
IN_BROWSER = [
    "test_browser.py",
    "test_card.py",
    "test_dashboard.py",
    "test_first_evening.py",
    "test_first_forms.py",
    "test_meter.py",
    "test_people.py",
    "test_plan_sources.py",
    "test_planned_evening.py",
]
# What takes minutes and has nothing to do with a release is run on that one only.
LONG = ["test_solar_home.py", "test_three.py"]
collect_ignore = [] if importlib.util.find_spec("playwright") else [*IN_BROWSER, *LONG]


def pytest_configure() -> None:
    """Let the demonstrations be where the tests are."""
    os.environ.setdefault("ELFE_TIME_ZONE", HERE)


def pytest_collection_modifyitems(items: Iterable[pytest.Item]) -> None:
    """Give every test here the time it needs on a machine that does something else as well."""
    for item in items:
        if item.path.parent == ROOT / "tests" / "e2e":
            item.add_marker(pytest.mark.timeout(LIMIT))


@dataclass
class Demo:
    """A running demonstration."""

    process: subprocess.Popen[bytes]
    folder: Path
    status_path: Path
    log_path: Path

    @property
    def status(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.status_path.read_text())
        return found

    @property
    def log(self) -> str:
        return self.log_path.read_text()

    @property
    def home_assistant_log(self) -> str:
        return (self.folder / "output.log").read_text()

    def told(self, device: str) -> list[str]:
        """Return the orders a device heard, oldest first."""
        return re.findall(rf" {device} is told (.*)", self.log)

    def stored(self, name: str) -> dict[str, Any]:
        """Return a document that the integration keeps."""
        path = self.folder / ".storage" / f"{DOMAIN}.{self.status['entry_id']}.{name}"
        found: dict[str, Any] = json.loads(path.read_text())["data"]
        return found

    def wait_ready(self, within: float = 240) -> None:
        deadline = time.monotonic() + within
        while not self.status_path.exists():
            assert self.process.poll() is None, self.log
            assert time.monotonic() < deadline, self.log
            time.sleep(0.1)

    def stop(self) -> int:
        """Ask it to stop, as Ctrl-C does; return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(90)


@pytest.fixture(scope="session")
def start_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Demo]]:
    """Return what starts a demonstration, and waits until it says that it is ready.

    With the interpreter of another environment it is that of another release.
    """
    started: list[Demo] = []

    def start(*arguments: str, python: Path | str = sys.executable) -> Demo:
        place = tmp_path_factory.mktemp("demo")
        folder, status, log = place / "home_assistant", place / "status.json", place / "demo.log"
        command = [str(python), "-m", "demo", "--folder", str(folder), "--status", str(status)]
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*command, "--seconds", "1800", "--port", "0", *arguments],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={k: v for k, v in os.environ.items() if not k.startswith("PYTHON")},
                start_new_session=True,
            )
        demo = Demo(process, folder, status, log)
        started.append(demo)
        demo.wait_ready()
        return demo

    yield start
    for demo in started:
        demo.stop()


@pytest.fixture(scope="module")
def demo(start_demo: Callable[..., Demo]) -> Iterator[Demo]:
    """The demonstration that a module's tests share; they may use it, not stop parts of it."""
    demo = start_demo()
    yield demo
    demo.stop()


@dataclass
class House:
    """A way into Home Assistant and its database."""

    demo: Demo
    client: Client
    database: asyncpg.Connection
    entities: dict[str, str]
    entry_id: str

    @property
    def solar(self) -> House:
        """The same way into the home that no database knows."""
        return replace(self, entry_id=self.demo.status["solar_entry_id"])

    async def row(self, equipment_id: int) -> dict[str, Any]:
        found = await self.database.fetchrow(
            "SELECT equipement_pilote_ou_mesure_mode_id AS mode, etat_commande_id AS command,"
            " etat_controle_id AS control, ems_consigne_marche AS ems_order,"
            " timestamp_derniere_mise_en_marche AS started"
            f" FROM {SCHEMA}.equipement_pilote_ou_mesure WHERE id = $1",
            equipment_id,
        )
        return dict(found)

    async def told(self, device: str) -> list[str]:
        """Return the orders a device heard so far, oldest first.

        Messages of Home Assistant arrive in order: what a bystander is told now comes last.
        """
        mark = f"mark {next(_marks)}"
        await self.client.act("mqtt.publish", topic=BYSTANDER.topics.command, payload=mark)
        await eventually(self._marks, lambda seen: mark in seen)
        return self.demo.told(device)

    async def _marks(self) -> list[str]:
        return self.demo.told(BYSTANDER.id)

    def entity(self, key: str, equipment_id: int | None = None) -> str:
        """Return the id of an enabled entity of an equipment, or of the hub."""
        parts = [self.entry_id, *([str(equipment_id)] if equipment_id else []), key]
        return self.entities["_".join(parts)]

    def ending(self, key: str) -> list[str]:
        """Return the ids of the entry's enabled entities of one kind, oldest first."""
        return [
            entity_id
            for unique_id, entity_id in self.entities.items()
            if unique_id.startswith(self.entry_id) and unique_id.endswith(f"_{key}")
        ]

    async def ask(self, action: str, /, **data: Any) -> Any:
        """Call an action of ours on the territory's entry; there are others."""
        entry_id = self.demo.status["entry_id"]
        return await self.client.ask(f"{DOMAIN}.{action}", config_entry_id=entry_id, **data)

    async def state(self, key: str, equipment_id: int | None = None) -> str:
        """Return a state; "absent" while Home Assistant has not made it yet."""
        try:
            found: str = (await self.client.state(self.entity(key, equipment_id)))["state"]
        except ClientError:
            return "absent"
        return found

    async def watts(self, equipment_id: int) -> float:
        entity_id = self.entities[f"elfe_demo_{equipment_id}_power"]
        return float((await self.client.state(entity_id))["state"])


async def _spoken(page: Page) -> None:
    """Wait until the page has its words, and load it anew where they did not come.

    The frontend asks for them once: where that is lost, all buttons stay without a name.
    """
    from playwright.async_api import TimeoutError as TooLateError  # noqa: PLC0415

    for _ in range(3):
        try:
            await page.wait_for_function(SPOKEN, polling=LOOK, timeout=PATIENT / 3)
        except TooLateError:
            await page.reload()
            continue
        return
    await page.wait_for_function(SPOKEN, polling=LOOK)


@dataclass
class Browser:
    """A real browser, that shows one page at a time."""

    context: BrowserContext

    async def visit(self, address: str, shown: str = MAIN) -> Page:
        """Open an address in a tab of its own, and close the one before; return once it is shown.

        Nothing else navigates in a fresh tab. In the one before, the frontend may be about to:
        closing a dialog goes back in the history, and would abort what is asked for meanwhile.
        """
        before = self.context.pages
        page = await self.context.new_page()
        # Who is not logged in yet is sent to and fro by the frontend: nothing to wait for.
        await page.goto(address, wait_until="commit")
        await page.locator(shown).first.wait_for(state="attached")
        if shown == MAIN:
            await _spoken(page)
        for each in before:
            await each.close()
        return page


@asynccontextmanager
async def new_browsers() -> AsyncIterator[Callable[[], Awaitable[Browser]]]:
    """Give what opens a browser without any past."""
    from playwright.async_api import async_playwright, expect  # noqa: PLC0415

    expect.set_options(timeout=PATIENT)
    executable = next(filter(None, map(shutil.which, BROWSERS)))
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(
            executable_path=executable,
            # There is no graphics card here: to do as if there was takes a third of all its time.
            args=["--no-sandbox", "--disable-gpu"],
        )

        async def new() -> Browser:
            context = await launched.new_context(
                viewport={"width": 1440, "height": 1200},
                # Where the home is: sentences tell the time there, pages that of the browser.
                locale="en-GB",
                timezone_id=time_zone(),
                # Nobody looks at what slides and fades.
                reduced_motion="reduce",
            )
            context.set_default_timeout(PATIENT)
            return Browser(context)

        yield new
        await launched.close()


@pytest.fixture
async def browser(socket_enabled: None) -> AsyncIterator[Browser]:
    """A browser that was never here before."""
    async with new_browsers() as new:
        yield await new()


async def opened(button: Locator, awaited: Locator) -> None:
    """Click until what the click opens is there: what was drawn a moment ago may not hear yet."""
    from playwright.async_api import TimeoutError as TooLateError, expect  # noqa: PLC0415

    for _ in range(6):
        try:
            if not await awaited.is_visible():
                await button.click(timeout=8 * SECONDS)
            await expect(awaited).to_be_visible(timeout=8 * SECONDS)
        except AssertionError, TooLateError:
            continue
        return
    await expect(awaited).to_be_visible()


@dataclass
class Hand:
    """A person's hand on a page: what it clicks and types is counted."""

    page: Page
    clicks: int = 0
    typed: int = 0

    async def click(self, target: Locator) -> None:
        await target.click()
        self.clicks += 1

    async def open(self, button: Locator, awaited: Locator) -> None:
        """Click what opens something: once, however often it has to be asked here."""
        await opened(button, awaited)
        self.clicks += 1

    async def type(self, field: Locator, value: str) -> None:
        """Type a value into a field that has the focus, or is clicked for it."""
        await field.fill(value)
        self.typed += 1

    @property
    def dialog(self) -> Locator:
        """Where flows are shown."""
        return self.page.locator("dialog-data-entry-flow")

    async def submit(self) -> None:
        await self.click(self.dialog.get_by_role("button", name="Submit"))

    async def finish(self) -> None:
        await self.click(self.dialog.get_by_role("button", name="Finish"))
        from playwright.async_api import expect  # noqa: PLC0415

        await expect(self.dialog).to_be_hidden()

    async def choose(self, label: str, option: str) -> None:
        """Choose an option of a drop-down list of a flow."""
        field = self.dialog.locator("ha-selector-select", has_text=label)
        item = self.page.get_by_text(option, exact=True).last
        await self.open(field, item)
        await self.click(item)

    def number(self, label: str) -> Locator:
        """Return the input of a number by its label, the first one when several have it."""
        words = self.page.get_by_text(re.compile(rf"^{label}\*?$"))
        return self.dialog.locator("ha-selector-number", has=words).first.locator("input")


async def fits(page: Page) -> None:
    """See that nothing is wider than the screen, once the page has taken its size."""
    await page.wait_for_function(
        "document.documentElement.scrollWidth <= window.innerWidth", timeout=20 * SECONDS
    )


async def into_view(shown: Locator) -> None:
    """Scroll to something. A page that is drawn anew just then puts another in its place."""
    await shown.evaluate("element => element.scrollIntoView({block: 'nearest'})")


async def picture(page: Page, name: str) -> None:
    """Keep what the page shows, for the documentation, when asked to."""
    if os.environ.get("ELFE_SCREENSHOTS") == "1":
        await page.wait_for_timeout(2 * SECONDS)
        await page.screenshot(path=IMAGES / f"{name}.png")


@pytest.fixture
async def house(demo: Demo, socket_enabled: None) -> AsyncIterator[House]:
    """The shared demonstration from inside."""
    async with enter(demo) as found:
        yield found


@asynccontextmanager
async def enter(demo: Demo) -> AsyncIterator[House]:
    """Log in and connect to the database."""
    status = demo.status
    database = status["database"]
    connection = await asyncpg.connect(
        host=database["host"],
        port=database["port"],
        database=database["database"],
        ssl=False,
        **database["owner"],
    )
    async with Client(status["address"]) as client:
        await client.log_in(status["user"], status["password"])
        entities = await client.command("config/entity_registry/list")
        yield House(
            demo,
            client,
            connection,
            {each["unique_id"]: each["entity_id"] for each in entities if not each["disabled_by"]},
            status["entry_id"],
        )
    await connection.close()


async def eventually[T](
    look: Callable[[], Awaitable[T]], wanted: Callable[[T], object], within: float = WITHIN
) -> T:
    """Look again and again until what is seen is what is wanted; return it."""
    deadline = time.monotonic() + within
    while not wanted(seen := await look()):
        assert time.monotonic() < deadline, seen
        await asyncio.sleep(0.25)
    return seen
