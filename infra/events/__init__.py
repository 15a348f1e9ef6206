"""JSON Schemas of the events (`schemas/`) for subscribers, and the program that writes them from the code."""
