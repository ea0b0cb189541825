"""Let the test plugin made for Home Assistant 2026.10 load on 2026.11.

``pytest-homeassistant-custom-component`` follows Home Assistant with some delay. Two things
moved in 2026.11 that its newest release still looks for in the old place:

* Home Assistant replaces some libraries at import (``httpx`` becomes ``httpx2``). It has to
  be imported before a pytest plugin such as ``respx`` has imported the original.
* ``components.logger._clear_logger_overwrites`` lives in ``components.logger.helpers``.

Loaded before every other plugin by ``-p tests.ha_compat`` (see ``pyproject.toml``). It does
nothing on 2026.10. Delete it, and that option, when a plugin for 2026.11 is out.
"""

from collections.abc import Sequence
import importlib
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
import importlib.util
import sys
from types import ModuleType

import homeassistant  # noqa: F401

MOVED_FROM = "homeassistant.components.logger"
MOVED_TO = "homeassistant.components.logger.helpers"
MOVED_NAME = "_clear_logger_overwrites"


class _MovedNameFinder(MetaPathFinder):
    """Give the old module its former name back, once, when it is first imported."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the real specification, with a loader that adds the name."""
        if fullname != MOVED_FROM:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(fullname)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def execute_and_restore(module: ModuleType) -> None:
                execute(module)
                if not hasattr(module, MOVED_NAME):
                    setattr(
                        module, MOVED_NAME, getattr(importlib.import_module(MOVED_TO), MOVED_NAME)
                    )

            spec.loader.exec_module = execute_and_restore
        return spec


sys.meta_path.insert(0, _MovedNameFinder())
