"""A selection's settings on screen."""
