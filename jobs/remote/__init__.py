"""Job folders that travel between machines."""
