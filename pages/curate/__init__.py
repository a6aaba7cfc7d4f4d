"""The Curate page: from data to the rows worth training on, in one go."""
