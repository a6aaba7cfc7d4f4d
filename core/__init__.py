"""What InstructMining Studio knows: formats, indicators, rules, selection, and the store. No pages, no queue."""

__version__ = "0.1.0"
