"""The summary as a workbook: the figures, then a sheet a table, with the spreadsheet's own charts."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from core.services.summary import Summary, Value
from core.text import printable
from desk.summaries.figures import figures
from desk.summaries.words import Shown, Words

_WIDEST, _NARROWEST = 60, 10


def as_workbook(summary: Summary, words: Words) -> bytes:
    """The workbook's file. No cell holds a formula, whatever somebody has written as a reason."""
    book = Workbook()
    book.remove(book.active)
    rows = tuple((words.figure(key), value) for key, value in figures(summary).items())
    heads = tuple(words.column(key) for key in ("figure", "value"))
    _sheet(book, Shown("figures", words.title("figures"), heads, rows, None, 0))
    for table in summary.tables:
        _sheet(book, words.shown(table))
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _sheet(book: Any, shown: Shown) -> None:
    sheet = book.create_sheet(shown.key)
    for number, row in enumerate((shown.heads, *shown.rows), 1):
        for place, value in enumerate(row, 1):
            _put(sheet.cell(number, place), value)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "A2"
    for place, column in enumerate(sheet.columns, 1):
        longest = max(len(str(cell.value or "")) for cell in column)
        sheet.column_dimensions[get_column_letter(place)].width = min(max(longest + 2, _NARROWEST), _WIDEST)
    if shown.plotted is not None and shown.rows:
        sheet.add_chart(_chart(sheet, shown), f"{get_column_letter(len(shown.heads) + 2)}2")


def _put(cell: Any, value: Value) -> None:
    if isinstance(value, str):
        cell.value = printable(value)
        cell.data_type = "s"  # else a reason that begins with = would be a formula
    else:
        cell.value = value


def _chart(sheet: Any, shown: Shown) -> BarChart:
    chart = BarChart()
    chart.type, chart.title, chart.legend = "bar", shown.title, None
    column, last = (shown.plotted or 0) + 1, len(shown.rows) + 1
    chart.add_data(Reference(sheet, min_col=column, min_row=1, max_row=last), titles_from_data=True)
    chart.set_categories(Reference(sheet, min_col=shown.labels + 1, min_row=2, max_row=last))
    chart.y_axis.delete = chart.x_axis.delete = False  # LibreOffice draws no axis that does not say so
    chart.x_axis.scaling.orientation = "maxMin"  # the first row on top
    return chart
