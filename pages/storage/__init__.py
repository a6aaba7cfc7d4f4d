"""The page on which backups are restored, files are checked, and space is freed."""
