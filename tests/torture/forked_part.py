"""What a forked process does to become a part of the program, in a module that imports next to nothing."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def become_part(folder: Path, environment: dict[str, str], words: list[str], printed: Path) -> None:
    """Run the command `words` with that environment, in that folder, its output added to the file `printed`."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    output = os.open(printed, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(output, stream)
    sys.argv = ["jiangfu", *words]
    from desk.cli import main

    main()
