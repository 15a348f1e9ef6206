"""A lottery's draw, from its list of entries to its final file; `minute.py` says which step does what."""
