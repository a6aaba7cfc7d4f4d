"""Rows on their way out: layouts, files, the settings that trainers ask for, and the hub."""

from core.export.layouts import ExportOptions, ExportRow, Layout
from core.export.records import fits_alpaca, record_of
from core.export.write import Written, write_export

__all__ = [
    "ExportOptions",
    "ExportRow",
    "Layout",
    "Written",
    "fits_alpaca",
    "record_of",
    "write_export",
]
