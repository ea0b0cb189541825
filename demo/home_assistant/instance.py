"""One Home Assistant process with a configuration folder of its own."""

import asyncio
from collections.abc import Mapping, Sequence
import fcntl
import json
import os
from pathlib import Path
import random
import shutil
import signal
import socket
import sys
import tempfile
import time
from typing import IO

import aiohttp

from demo.parts.process import PartError, ServerProcess, read

ROOT = Path(__file__).resolve().parents[2]
USUAL_PORT = 8123
PORTS = range(12_000, 15_000)
"""Below those that the other servers choose from."""
RESTART = 100
"""The code Home Assistant ends with when a person asked for a restart."""

CONFIGURATION = """\
homeassistant:
  name: ELFE
  country: FR
  language: {language}
  time_zone: {time_zone}
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
  # One sentence per event: see docs/automations.md.
  exclude:
    entity_globs:
      - calendar.*_plan
      - event.*_activity
      - event.*_activite
      - binary_sensor.*_running
      - binary_sensor.*_fonctionnement
      - sensor.*_next_start
      - sensor.*_prochain_demarrage
      - sensor.*_last_cycle
      - sensor.*_dernier_cycle
      - sensor.*_plan_in_force_since
      - sensor.*_plan_en_vigueur_depuis
# What the editors in the user interface save.
automation: !include automations.yaml
"""
ONBOARDED = {"done": ["core_config", "analytics", "integration"]}


def time_zone() -> str:
    """Return where the homes are, by an IANA name."""
    return os.environ.get("ELFE_TIME_ZONE", "Europe/Paris")


class Instance:
    """Home Assistant, as this interpreter's environment has it, on 127.0.0.1."""

    def __init__(
        self,
        folder: Path,
        *,
        port: int | None = None,
        language: str = "en",
        program: Sequence[str] = ("-m", "homeassistant"),
    ) -> None:
        """Prepare a configuration in `folder`, which is emptied; a busy `port` is an error.

        Without a port it is the usual one, or a free one when that is busy; 0: any free one.
        `program` is what Python runs.
        """
        self.folder = folder
        self.language = language
        self._program = tuple(program)
        self._reservation: IO[str] | None = None
        self.port = port or self._choose_port(usual=port is None)
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
            [sys.executable, *self._program, "--config", str(self.folder), "--skip-pip"],
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
        self._give_port_back()

    def _choose_port(self, *, usual: bool) -> int:
        """Return a free port, and keep it from other instances until this one is gone.

        Home Assistant takes it seconds later only, and does not look for another.
        """
        chance = random.SystemRandom()
        while True:
            port = USUAL_PORT if usual else chance.choice(PORTS)
            usual = False
            place = Path(tempfile.gettempdir(), f"elfe-demo-{os.getuid()}-{port}.lock")
            reservation = place.open("w")
            try:
                fcntl.flock(reservation, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                reservation.close()
                continue
            if _is_free(port):
                self._reservation = reservation
                return port
            reservation.close()

    def _give_port_back(self) -> None:
        if self._reservation is not None:
            Path(self._reservation.name).unlink(missing_ok=True)
            self._reservation.close()
            self._reservation = None

    def _prepare(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        components = self.folder / "custom_components"
        components.mkdir(parents=True)
        (components / "elfe_commande").symlink_to(ROOT / "custom_components" / "elfe_commande")
        (self.folder / "configuration.yaml").write_text(
            CONFIGURATION.format(language=self.language, time_zone=time_zone())
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


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
