"""Between the open app and the processes that use its store: where the app is, and values on the way."""
