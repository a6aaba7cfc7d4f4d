"""Geometry of embedding vectors: nearest neighbours, k-center, projection to a plane."""
