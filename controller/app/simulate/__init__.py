"""Whole days of a service point in virtual time: the real program, seeded people and faults, every law checked."""
