"""Names the source files that have grown past one idea: over 300 lines is said, over 400 fails."""

import subprocess
import sys
from pathlib import Path

SAID, FAILS = 300, 400
ROOT = Path(__file__).parents[1]


def sources() -> list[Path]:
    """The Python and JavaScript files of the tree, less what was vendored and what git ignores."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py", "*.js"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [ROOT / name for name in names if "/vendor/" not in name and (ROOT / name).is_file()]


def main() -> int:
    """Prints each long file; the exit code is 1 when one is too long."""
    lines = {path.relative_to(ROOT): len(path.read_text().splitlines()) for path in sources()}
    long = sorted((count, path) for path, count in lines.items() if count > SAID)
    for count, path in long:
        limit = f"over {FAILS}: split it" if count > FAILS else f"over {SAID}: near the limit of {FAILS}"
        print(f"  {path}: {count} lines, {limit}", file=sys.stderr)
    return int(any(count > FAILS for count, _ in long))


if __name__ == "__main__":
    sys.exit(main())
