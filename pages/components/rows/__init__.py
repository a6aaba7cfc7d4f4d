"""Rows on screen: choosing, filtering, reading, marking and searching them."""
