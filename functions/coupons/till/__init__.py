"""What merchants do at the till and online."""
