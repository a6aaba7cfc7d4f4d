"""Rows on their way out: layouts, files, the settings that trainers ask for, and the hub."""

from core.export.layouts import ExportOptions, ExportRow, Layout, fits_alpaca, record_of
from core.export.write import Written, whole_file, write_export, write_text

__all__ = [
    "ExportOptions",
    "ExportRow",
    "Layout",
    "Written",
    "fits_alpaca",
    "record_of",
    "whole_file",
    "write_export",
    "write_text",
]
