"""The events' JSON Schemas (`schemas/`), for those who listen, and the program that writes them from the code."""
