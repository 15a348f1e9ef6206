"""Money: reserved, given back, closed by day, stated."""
