"""A profile's models, and what a forward pass through them measures."""
