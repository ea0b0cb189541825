"""Print the packages that the given Home Assistant integrations ask for.

Reads the manifests of the Home Assistant installed beside this interpreter, dependencies
included, so that no list of versions has to be kept here. ``--defaults`` adds the
integrations that Home Assistant loads by itself.
"""

import ast
import importlib.util
import json
from pathlib import Path
import sys

from homeassistant.const import Platform

SETS = ("CORE_INTEGRATIONS", "LOGGING_AND_HTTP_DEPS_INTEGRATIONS", "DEFAULT_INTEGRATIONS")
UNUSED = {"sentry"}


def main(arguments: list[str]) -> None:
    """Print one requirement per line, sorted."""
    package = _find_home_assistant()
    wanted = {name for name in arguments if not name.startswith("-")}
    if "--defaults" in arguments:
        wanted |= _read_default_integrations(package / "bootstrap.py")
        wanted |= {platform.value for platform in Platform}
    requirements = _collect_requirements(package / "components", wanted)
    if "--defaults" in arguments:
        requirements |= _read_second_factors(package / "auth" / "mfa_modules")
    print("\n".join(sorted(requirements)))


def _find_home_assistant() -> Path:
    spec = importlib.util.find_spec("homeassistant")
    if spec is None or not spec.submodule_search_locations:
        sys.exit("homeassistant is not installed in this environment")
    return Path(spec.submodule_search_locations[0])


def _read_default_integrations(bootstrap: Path) -> set[str]:
    """Return the names in the sets of bootstrap.py, whose import needs what we look for."""
    names: set[str] = set()
    for node in ast.parse(bootstrap.read_text(encoding="utf-8")).body:
        match node:
            case ast.Assign(targets=[ast.Name(id=target)], value=value):
                pass
            case ast.AnnAssign(target=ast.Name(id=target), value=ast.expr() as value):
                pass
            case _:
                continue
        if target in SETS:
            names |= {
                item.value
                for item in ast.walk(value)
                if isinstance(item, ast.Constant) and isinstance(item.value, str)
            }
    return names - UNUSED


def _collect_requirements(components: Path, wanted: set[str]) -> set[str]:
    requirements: set[str] = set()
    seen: set[str] = set()
    while wanted:
        name = wanted.pop()
        manifest_path = components / name / "manifest.json"
        if name in seen or not manifest_path.is_file():
            continue
        seen.add(name)
        manifest = json.loads(manifest_path.read_text(encoding="utf-8"))
        requirements.update(manifest.get("requirements", []))
        wanted.update(manifest.get("dependencies", []))
    return requirements


def _read_second_factors(folder: Path) -> set[str]:
    """Return what the modules of two-factor authentication ask for, in their REQUIREMENTS."""
    requirements: set[str] = set()
    for module in folder.glob("*.py"):
        for node in ast.parse(module.read_text(encoding="utf-8")).body:
            match node:
                case ast.Assign(targets=[ast.Name(id="REQUIREMENTS")], value=value):
                    requirements.update(ast.literal_eval(value))
    return requirements


if __name__ == "__main__":
    main(sys.argv[1:])
