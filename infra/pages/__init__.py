"""The web pages: their sources, what is built of them, and how it gets to where it is served."""
