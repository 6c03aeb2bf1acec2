"""Which devices are plugged in: real names from udev, a place for each entry of the config, and word of every plug."""
