"""Candidate sets: their plan, their cost, and the table that a rule is learned from."""
