"""The brand, and the platforms there are."""

from homeassistant.const import Platform
from PIL import Image
import pytest

from custom_components.elfe_commande import const

from .parsed import PACKAGE


@pytest.mark.parametrize("prefix", ["", "dark_"])
@pytest.mark.parametrize("suffix", ["", "@2x"])
def test_brand(prefix, suffix):
    side = 512 if suffix else 256
    icon = Image.open(PACKAGE / "brand" / f"{prefix}icon{suffix}.png")
    logo = Image.open(PACKAGE / "brand" / f"{prefix}logo{suffix}.png")

    assert icon.size == (side, side)
    assert logo.height == side // 2
    assert logo.width > logo.height


def test_platforms_are_the_modules_there_are():
    known = {platform.value for platform in Platform}
    there = {path.stem for path in PACKAGE.glob("*.py")} & known

    assert {platform.value for platform in const.PLATFORMS} == there
