"""Tests of devices, entities and actions over a stand-in for the engine."""
