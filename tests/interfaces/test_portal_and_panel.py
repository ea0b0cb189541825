"""What the web portal and a PLC's panel say."""

import pytest

from custom_components.elfe_commande.core.gesture import PanelMode, PortalUpdate
from custom_components.elfe_commande.core.model import DeviceTypeId, EquipmentId
from custom_components.elfe_commande.core.screens import PageView
from custom_components.elfe_commande.interfaces import FACTORIES, Interface
from custom_components.elfe_commande.interfaces.socorel import Socorel

from .homes import LAYOUT, SCREEN, equipment

VIRIYA = FACTORIES["viriya"](LAYOUT)
SOCOREL = FACTORIES["socorel"](LAYOUT)
OUTPUT = DeviceTypeId(811)


def test_the_surfaces_there_are() -> None:
    assert {"hasp", "socorel", "viriya"} <= FACTORIES.keys()
    for name, create in FACTORIES.items():
        assert create(LAYOUT).name == name


@pytest.mark.parametrize("surface", [VIRIYA, SOCOREL])
def test_they_show_nothing(surface: Interface) -> None:
    assert surface.show(SCREEN, PageView(LAYOUT.pages[2], equipment(111))) == ()
    assert surface.refreshed() == ()


class TestViriya:
    """The portal."""

    def test_topics(self) -> None:
        assert VIRIYA.topics() == ("viriya/update/+",)

    @pytest.mark.parametrize(
        ("level", "number"), [("1", 1), ("6911", 6911), ("2147483647", 2**31 - 1), ("007", 7)]
    )
    @pytest.mark.parametrize("payload", [b"", b"1", b"0", b"\xff", b"{}"])
    def test_an_update_names_the_equipment(self, level: str, number: int, payload: bytes) -> None:
        found = VIRIYA.read(f"viriya/update/{level}", payload, retained=False)
        assert found == (PortalUpdate(EquipmentId(number)),)

    def test_a_retained_update_is_over(self) -> None:
        assert VIRIYA.read("viriya/update/6911", b"1", retained=True) == ()

    @pytest.mark.parametrize(
        "topic",
        [
            "viriya/update/abc",
            "viriya/update/6781.0",
            "viriya/update/ 6801 ",
            "viriya/update/6_811",
            "viriya/update/-1",
            "viriya/update/+1",
            "viriya/update/0",
            "viriya/update/2147483648",
            "viriya/update/99999999999999999999",
            "viriya/update/" + "9" * 5000,
            "viriya/update/٣",
            "viriya/update/7\n",
            "viriya/update/0x7",
            "viriya/update/",
            "viriya/update",
            "viriya/update/6841/x",
            "viriya/other/6851",
            "viriya/Update/6861",
            "Viriya/update/6861",
            "x/viriya/update/1",
            "",
        ],
    )
    def test_other_topics_mean_nothing(self, topic: str) -> None:
        assert VIRIYA.read(topic, b"1", retained=False) == ()


class TestSocorel:
    """The panel."""

    def test_topics(self) -> None:
        assert SOCOREL.topics() == ("Socorel/+/+",)

    @pytest.mark.parametrize("payload", ["manuel", "Manuel", "MANUEL"])
    @pytest.mark.parametrize("retained", [False, True])
    def test_the_panel_takes_over(self, payload: str, retained: bool) -> None:
        found = SOCOREL.read("Socorel/E0712/Mode", payload.encode(), retained=retained)
        assert found == (PanelMode("e0712", manual=True, outputs=OUTPUT),)

    @pytest.mark.defect("D-67")
    @pytest.mark.parametrize(
        "payload",
        ["connecte", "Connecté", "CONNECTÉ", "Connecte\u0301", "auto", "Auto", "AUTOMATIQUE"],
    )
    def test_the_panel_gives_back(self, payload: str) -> None:
        found = SOCOREL.read("Socorel/E0712/Mode", payload.encode(), retained=False)
        assert found == (PanelMode("e0712", manual=False, outputs=OUTPUT),)

    def test_a_retained_return_is_not_believed(self) -> None:
        assert SOCOREL.read("Socorel/E0712/Mode", b"auto", retained=True) == ()

    @pytest.mark.defect("D-67")
    @pytest.mark.parametrize(
        "payload",
        [
            b"",
            b"42",
            b"Manuel ",
            b" manuel",
            b"manuel\n",
            b"manuell",
            b"manual",
            b"auto ",
            b"on",
            b"0",
            b"1",
            b"null",
            b'"manuel"',
            b"\xff",
            "connecté".encode("latin-1"),
            b"\x00",
        ],
    )
    def test_other_words_mean_nothing(self, payload: bytes) -> None:
        assert SOCOREL.read("Socorel/E0712/Mode", payload, retained=False) == ()

    @pytest.mark.parametrize("topic", ["Socorel/e0712/mode", "Socorel/E0712/MODE"])
    def test_the_case_of_a_topic_does_not_matter(self, topic: str) -> None:
        assert SOCOREL.read(topic, b"manuel", retained=False) == (
            PanelMode("e0712", manual=True, outputs=OUTPUT),
        )

    @pytest.mark.parametrize(
        "topic",
        [
            "Socorel/E0727",
            "Socorel/E0726/Etat",
            "Socorel/E0726/Mode/x",
            "socorel/E0726/Mode",
            "x/Socorel/E0726/Mode",
            "Socorel//Mode",
            "Socorel",
            "",
        ],
    )
    def test_other_topics_mean_nothing(self, topic: str) -> None:
        assert SOCOREL.read(topic, b"manuel", retained=False) == ()

    @pytest.mark.defect("D-13")
    @pytest.mark.parametrize("serial", ["o'neil", "x' OR 1=1", "x" * 33, "a b", "é", "E1\n", '"'])
    def test_other_names_are_not_serials(self, serial: str) -> None:
        assert SOCOREL.read(f"Socorel/{serial}/Mode", b"manuel", retained=False) == ()

    @pytest.mark.defect("D-67")
    def test_the_words_of_a_return_can_be_chosen(self) -> None:
        panel = Socorel(frozenset({"Distant"}))
        assert panel.read("Socorel/E1/Mode", b"DISTANT", retained=False) == (
            PanelMode("e1", manual=False, outputs=OUTPUT),
        )
        assert panel.read("Socorel/E1/Mode", b"auto", retained=False) == ()
