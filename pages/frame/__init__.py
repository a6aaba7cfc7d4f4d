"""What is around every page: style, the guided path, news of other windows."""
