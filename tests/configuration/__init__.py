"""Tests of the flows, the import, diagnostics, system health and repairs."""
