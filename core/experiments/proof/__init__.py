"""An experiment that compares a selection with other choices of the same pool."""
