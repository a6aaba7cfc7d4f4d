"""The Report page: the paper's results beside your own."""
