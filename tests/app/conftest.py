"""For tests that say so (`usefixtures("steady_loop")`): time that a busy machine does not make jump."""

from tests.drivers.steady import steady_loop

__all__ = ["steady_loop"]
