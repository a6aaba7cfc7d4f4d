"""What is on screen: a folder a page, what pages share in `components`, what is around every page in `frame`."""
