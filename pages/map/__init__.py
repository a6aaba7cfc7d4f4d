"""The Map page: similar rows close together."""
