"""A printer's serial port: a pty, found under a path that stays the same when the line is hung up and comes back."""

import os
import tty
from pathlib import Path

from drivers.sim.door import Machine
from drivers.sim.fd_door import FdDoor


class PtyDoor(FdDoor):
    """`path` becomes a link to the far side; what else stands there is left alone (FileExistsError)."""

    def __init__(self, machine: Machine, path: Path, baud: int | None = None) -> None:
        super().__init__(machine, baud)
        self._path = path
        self._target = ""

    @property
    def name(self) -> str:
        return f"pty {self._path}"

    def make(self) -> int:
        near, far = os.openpty()
        try:
            tty.setraw(far)  # a line carries bytes, whatever whoever opens it thinks of terminals
            os.set_blocking(near, False)
            self._point_to(os.ttyname(far))
        except OSError:
            os.close(near)
            raise
        finally:
            os.close(far)
        return near

    def leave(self) -> None:
        """The number of a pty that is closed may be another program's at once: a name that dangles would lead there."""
        if self._path.is_symlink() and os.readlink(self._path) == self._target:
            self._path.unlink()

    def unmake(self) -> None:
        self.leave()  # it may have been shut while the line was made

    def tend(self) -> None:
        """It needs nothing."""

    def _point_to(self, far: str) -> None:
        """At once: who looks always finds one of the two."""
        if self._path.exists() and not self._path.is_symlink():
            raise FileExistsError(f"{self._path} is there already, and no link to a pty")
        new = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        new.unlink(missing_ok=True)  # of one that was killed
        new.symlink_to(far)
        new.replace(self._path)
        self._target = far
