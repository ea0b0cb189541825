"""Megatec and its many kin: they seldom say how full their battery is."""

from typing import override

from ..vocabulary.variables import Variables
from .base import Profile, charge_by_voltage


class BlazerProfile(Profile):
    """Computes from the battery's voltage a charge that is not given."""

    name = "blazer"
    drivers = ("blazer_ser", "blazer_usb", "megatec", "megatec_usb", "nutdrv_qx")

    @override
    def charge(self, variables: Variables) -> float | None:
        given = super().charge(variables)
        return charge_by_voltage(variables) if given is None else given


PROFILE = BlazerProfile()
