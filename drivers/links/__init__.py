"""Byte links to devices: opened as async context managers, every wait with a timeout, never opened twice."""
