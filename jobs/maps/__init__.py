"""The kind of job that lays rows out on a map."""
