"""What a person is told of a correction: the keys of the texts."""

from __future__ import annotations

from core.texts import _

NAME = _("corrected.name")
ID_NUMBER = _("corrected.id_number")
MOVED = _("corrected.moved")
MERGED = _("corrected.merged")
DIED = _("corrected.died")
CORRECTED = (NAME, ID_NUMBER, MOVED, MERGED, DIED)
