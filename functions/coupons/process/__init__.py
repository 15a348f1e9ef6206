"""What one process keeps between requests."""
