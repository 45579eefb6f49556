"""The year-end summary: what became of a year, as figures and tables that any form (text, sheet, page) can show."""

from core.services.summary.compose import Summary, summarise
from core.services.summary.payments import Payments
from core.services.summary.tables import Table, Value, cut

__all__ = ["Payments", "Summary", "Table", "Value", "cut", "summarise"]
