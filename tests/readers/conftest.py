"""Time that a busy machine does not make jump: driver, printer and reader live in one loop."""

from tests.drivers.steady import steady_loop, steady_time

__all__ = ["steady_loop", "steady_time"]
