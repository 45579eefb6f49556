"""Moving applications along the procedure: one by one, a whole list at once, back again, and who may."""

from core.services.advancing.one import advance
from core.services.advancing.returning import reinstate, undo
from core.services.advancing.whole_list import Advanced, advance_list

__all__ = ["Advanced", "advance", "advance_list", "reinstate", "undo"]
