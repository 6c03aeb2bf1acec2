"""Import this first: the process then sees no package that only the tests' tools bring.

structlog loads rich where it is installed, and with it 3.7 MiB that no box has: it is not in requirements.lock.
"""

import sys

TOOLS_ONLY = ("rich", "pygments")

for name in TOOLS_ONLY:
    sys.modules[name] = None  # type: ignore[assignment]  # why: how Python spells "there is none" (import system, 5.3.1)
