"""Calls that are heard: a chime and the spoken number, made on the box with Debian's offline voices."""
