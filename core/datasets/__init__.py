"""Files into the store as datasets, and the checks and searches over them."""
