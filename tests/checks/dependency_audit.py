"""Are known holes in what we depend on: pip-audit over the lock, where the index of advisories answers."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

LOCK = Path(__file__).parents[2] / "requirements.lock"


def main() -> int:
    """0 where nothing is known or nobody could be asked, 1 where a hole is known."""
    command = [sys.executable, "-m", "pip_audit", "--require-hashes", "--disable-pip", "-f", "json", "-r", str(LOCK)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except ValueError:
        packages = []
    audited = [package for package in packages if "vulns" in package]
    holes = [f"{package['name']} {hole['id']}" for package in audited for hole in package["vulns"]]
    print(f"dependency audit: {len(audited)} of {len(packages)} packages could be looked up, {len(holes)} known holes")
    for hole in holes:
        print(hole, file=sys.stderr)
    return 1 if holes else 0


if __name__ == "__main__":
    sys.exit(main())
