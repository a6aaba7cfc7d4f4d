"""The kind of job that scores a dataset's rows."""
