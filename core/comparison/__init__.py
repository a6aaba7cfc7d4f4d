"""Two models side by side on the same instructions, and how far their judging is."""
