"""Where files come from: a path, an upload, an address, the hub, a DuckDB file."""
