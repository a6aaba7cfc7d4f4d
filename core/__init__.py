"""What InstructMining Studio knows: formats, indicators, rules, selection, and the store. No pages, no queue."""
