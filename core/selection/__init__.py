"""A selection's settings into kept rows, and the record that repeats it."""
