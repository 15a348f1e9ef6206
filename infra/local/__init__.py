"""The stack on a laptop: `make run`."""
