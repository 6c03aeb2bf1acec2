"""Simulated hardware: it stands at the far end of the same link, speaks the same wire, says that it is simulated."""
