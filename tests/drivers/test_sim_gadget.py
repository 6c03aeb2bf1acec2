"""The printer that is plugged into USB, on a machine where there is no such thing. Where there is one: tests/rig."""

from pathlib import Path

import pytest

from drivers.sim import gadget
from drivers.sim.escpos_printer import main


def test_a_kernel_that_makes_no_usb_devices_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(gadget, "CONTROLLERS", tmp_path / "none")
    monkeypatch.setattr(gadget, "MODULES", ("no_such_module",))
    assert main(["--gadget", "--out", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "this kernel has no no_such_module" in said


def test_the_first_port_with_nothing_in_it_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gadget, "CONTROLLERS", tmp_path)
    for name, what in (("dummy_udc.0", "luukku-lobby\n"), ("dummy_udc.1", "\n")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "function").write_text(what)
    assert gadget.free_controller() == "dummy_udc.1"
    (tmp_path / "dummy_udc.1" / "function").write_text("another\n")
    with pytest.raises(OSError, match="taken"):
        gadget.free_controller()
