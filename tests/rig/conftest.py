"""Nothing here is for `make test`: these tests need a kernel or a machine of their own, and run there (`make rig`)."""

import os

collect_ignore_glob = [] if "LUUKKU_RIG" in os.environ else ["*"]
