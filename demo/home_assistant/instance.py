"""One Home Assistant process with a configuration folder of its own."""

import asyncio
from collections.abc import Mapping
import json
from pathlib import Path
import random
import shutil
import signal
import socket
import sys
import time

import aiohttp

from demo.parts.process import PartError, ServerProcess, read

ROOT = Path(__file__).resolve().parents[2]
USUAL_PORT = 8123
RESTART = 100
"""The code Home Assistant ends with when a person asked for a restart."""

CONFIGURATION = """\
homeassistant:
  name: ELFE
  country: FR
  language: {language}
  time_zone: Europe/Paris
  latitude: 47.48
  longitude: -2.12
  elevation: 20
  unit_system: metric
  currency: EUR
  auth_providers:
    - type: trusted_networks
      trusted_networks: ["127.0.0.1", "::1"]
      allow_bypass_login: true
    - type: homeassistant
logger:
  default: warning
  logs:
    custom_components.elfe_commande: info
    # It warns of every integration that is not its own, ours included, as it should.
    homeassistant.loader: error
recorder:
  commit_interval: 1
history:
energy:
logbook:
# What the editors in the user interface save.
automation: !include automations.yaml
"""
ONBOARDED = {"done": ["core_config", "analytics", "integration"]}


class Instance:
    """Home Assistant, as this interpreter's environment has it, on 127.0.0.1."""

    def __init__(self, folder: Path, *, port: int | None = None, language: str = "en") -> None:
        """Prepare a configuration in `folder`, which is emptied; a busy `port` is an error.

        Without a port it is the usual one, or a free one when that is busy; 0: any free one.
        """
        self.folder = folder
        self.language = language
        self.port = port or _free_port(usual=port is None)
        if not _is_free(self.port):
            raise PartError(f"port {self.port} is busy: give another one with --port")
        self.address = f"http://127.0.0.1:{self.port}"
        self._process: ServerProcess | None = None
        self._prepare()

    @property
    def alive(self) -> bool:
        """Return whether the process runs."""
        return self._process is not None and self._process.alive

    @property
    def pid(self) -> int:
        """Return the process id; 0 before the start."""
        return 0 if self._process is None else self._process.pid

    @property
    def log_path(self) -> Path:
        """Return where its output goes."""
        return self.folder / "output.log"

    def start(self) -> None:
        """Launch it; see `answers`."""
        self._process = ServerProcess(
            [sys.executable, "-m", "homeassistant", "--config", str(self.folder), "--skip-pip"],
            self.log_path,
        )

    async def answers(self, within: float = 120) -> None:
        """Return once it answers; raise PartError when it ends or takes too long."""
        deadline = time.monotonic() + within
        async with aiohttp.ClientSession() as session:
            while time.monotonic() < deadline:
                if not self.alive:
                    raise PartError(f"Home Assistant ended: {read(self.log_path)[-2000:]}")
                try:
                    async with session.get(f"{self.address}/manifest.json") as response:
                        if response.status < 500:
                            return
                except aiohttp.ClientError, TimeoutError:
                    pass
                await asyncio.sleep(0.1)
        raise PartError(f"Home Assistant does not answer: {read(self.log_path)[-2000:]}")

    async def stop(self) -> None:
        """Stop it in order: it has a minute to say goodbye to everything."""
        if self._process is not None:
            self._process.send(signal.SIGTERM)
            await self._process.ended(60)

    def _prepare(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        components = self.folder / "custom_components"
        components.mkdir(parents=True)
        (components / "elfe_commande").symlink_to(ROOT / "custom_components" / "elfe_commande")
        (self.folder / "configuration.yaml").write_text(
            CONFIGURATION.format(language=self.language)
        )
        (self.folder / "automations.yaml").write_text("[]\n")
        self._store("onboarding", 4, ONBOARDED)
        # In its oldest form, which every release since knows how to bring up to date.
        self._store("http", 1, {"server_host": ["127.0.0.1"], "server_port": self.port})

    def _store(self, key: str, version: int, data: Mapping[str, object]) -> None:
        storage = self.folder / ".storage"
        storage.mkdir(exist_ok=True)
        document = {"version": version, "minor_version": 1, "key": key, "data": data}
        (storage / key).write_text(json.dumps(document))


def _free_port(*, usual: bool) -> int:
    if usual and _is_free(USUAL_PORT):
        return USUAL_PORT
    chance = random.SystemRandom()
    return next(
        port for port in iter(lambda: chance.randrange(15_000, 32_000), None) if _is_free(port)
    )


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
