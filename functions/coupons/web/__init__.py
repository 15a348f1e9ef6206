"""Gateway events in, responses out."""
