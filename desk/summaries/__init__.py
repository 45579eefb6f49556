"""The forms in which a summary is shown: text, JSON, a workbook, a page to print."""
