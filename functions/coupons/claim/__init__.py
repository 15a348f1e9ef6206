"""What citizens do: claim, book, read, show a code."""
