"""What the commands load before they are called: nothing heavy, so that `jiangfu --help` is quick."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_the_command_is_light() -> None:
    """Showing help loads neither database nor workbook library."""
    heavy = "{'sqlalchemy', 'openpyxl', 'phonenumbers', 'cryptography'}"
    code = f"import sys, desk.imports; print({heavy} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=Path(__file__).parents[4]
    )
    assert done.stdout == "set()\n"
