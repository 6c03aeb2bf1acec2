"""Which panels and readers of a config are simulated, and where each listens: for the point and for its simulators."""

from pathlib import Path

from controller.app.input_devices import socket_of
from controller.domain.point import Config
from drivers.sim.inputs import InputConfig


def sim_inputs(config: Config, folder: Path) -> list[InputConfig]:
    """Every device of link "sim", with its socket in `folder`."""
    panels = [InputConfig(p.id, p.kind, socket_of(folder, p.id)) for p in config.panels if p.link == "sim"]
    return panels + [
        InputConfig(s.id, s.kind, socket_of(folder, s.id), s.layout) for s in config.scanners if s.link == "sim"
    ]
