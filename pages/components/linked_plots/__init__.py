"""Linked plots: histograms of all scores that answer a pointer in the browser, from counts that the server has made."""
