"""The Rule page: learn a rule from the sets and inspect it."""
