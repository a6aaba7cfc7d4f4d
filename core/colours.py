"""The colour that figures of pages and of the report share."""

INK = "#7d8894"  # error bars, outlines and lines: seen on a white and on a dark page
