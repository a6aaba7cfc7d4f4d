"""Reading instruction data in the forms in which people keep them."""
