"""Tests of the ELFE Commande integration."""
