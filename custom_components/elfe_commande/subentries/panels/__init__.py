"""Panels of buttons, LEDs and digits, made of entities that any integration brings."""
