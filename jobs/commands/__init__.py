"""The commands of `python -m jobs`, one file each: what it asks for, what it does, and how it tells the outcome."""
