"""The page's recipe for a driver profile is one that works."""

from pathlib import Path
import re
from types import ModuleType

from custom_components.elfe_commande.sources.ups import profiles
from custom_components.elfe_commande.sources.ups.vocabulary.events import UpsEvent
from custom_components.elfe_commande.sources.ups.vocabulary.thresholds import Thresholds

PAGE = Path(__file__).parents[2] / "docs" / "ups.md"


def test_the_example_of_a_profile():
    (example,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    module = ModuleType(f"{profiles.__name__}.acme")
    module.__package__ = profiles.__name__
    exec(compile(example, "acme.py", "exec"), module.__dict__)
    acme = module.PROFILE

    assert isinstance(acme, profiles.Profile)
    assert (acme.name, acme.drivers) == ("acme", ("acme_usb",))
    assert acme.output({"ups.load": "500"}, Thresholds()) is UpsEvent.OUTPUT_OK
    assert acme.output({"ups.load": "1000"}, Thresholds()) is UpsEvent.OUTPUT_OVERLOAD
    assert acme.output({}, Thresholds()) is None
