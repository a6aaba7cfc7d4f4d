"""The Jobs page: background jobs and their logs."""
