"""One home with an appliance of each kind that can be harmed."""

from demo.specs import finger, plug, relay
from demo.territory import Equipment

HOME = "R001"
WASHER, TUMBLER, DISHWASHER, DOUBLE, NO_METER, HEATER = 2, 3, 4, 5, 6, 7

PLUG = Equipment(WASHER, HOME, "Lave-linge", 112, 120, (plug("D102"),), cycle=7200)
UNMETERED_RELAY = Equipment(TUMBLER, HOME, "Sèche-linge", 113, 180, (relay("D103", 12),))
FINGER = Equipment(DISHWASHER, HOME, "Lave-vaisselle", 111, 130, (plug("D104", 21), finger("C104")))
TWO_PRESSES = Equipment(
    DOUBLE, HOME, "Lave-linge du fond", 112, 160, (plug("D105", 21), finger("C105"))
)
UNMETERED_FINGER = Equipment(NO_METER, HOME, "Lave-vaisselle", 111, 130, (finger("C106"),))
RADIATOR = Equipment(HEATER, HOME, "Chauffage", 151, 140, (relay("D107"),))
