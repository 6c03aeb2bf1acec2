"""The pure core: commands in, events out. It knows no clock, chance, disk, network or log."""
