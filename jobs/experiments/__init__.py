"""The kind of job that tunes a model on candidate sets and measures each."""
