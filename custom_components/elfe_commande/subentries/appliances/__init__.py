"""Equipments that people define in Home Assistant, each a subentry of a local entry."""
