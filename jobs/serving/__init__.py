"""The app's process does for commands and notebooks what they ask of its store, over HTTP on this computer alone."""
