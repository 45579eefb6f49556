"""The manifest of a backup: when it was made, and what must come out of it again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.audit import Head
from core.services.backup.archive import ArchiveRefused
from core.services.backup.survey import Survey


@dataclass(frozen=True)
class Manifest:
    """`engine` is the database's kind (`sqlite`, `postgresql`); `made_at` is of the scheme clock."""

    engine: str
    made_at: datetime
    survey: Survey

    def write(self, path: Path) -> None:
        """Write it to `path`."""
        last = self.survey.head
        head = [last.sequence, last.link.hex(), last.at.isoformat()] if last else None
        said = {
            "engine": self.engine, "made_at": self.made_at.isoformat(), "revision": self.survey.revision,
            "rows": self.survey.rows, "audit_head": head,
        }  # fmt: skip
        path.write_text(json.dumps(said, indent=1), "ascii")

    @classmethod
    def read(cls, path: Path) -> Manifest:
        """The manifest in `path`. Raises ArchiveRefused where it makes no sense."""
        try:
            said = json.loads(path.read_text("ascii"))
            head = said["audit_head"]
            last = Head(head[0], bytes.fromhex(head[1]), datetime.fromisoformat(head[2])) if head else None
            made_at = datetime.fromisoformat(said["made_at"])
            return cls(said["engine"], made_at, Survey(said["revision"], dict(said["rows"]), last))
        except (OSError, ValueError, TypeError, KeyError, IndexError):
            raise ArchiveRefused from None
