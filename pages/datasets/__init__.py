"""The Datasets page: load data, and see what was kept and refused."""
