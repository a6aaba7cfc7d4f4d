"""The Select page: keep the best rows and export them."""
