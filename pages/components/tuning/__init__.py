"""Starting an experiment, a proof or a size search."""
