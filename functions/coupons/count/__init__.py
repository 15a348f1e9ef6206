"""Live statistics: counted from the tables' streams, exactly once, and read by campaign."""
