"""What runs without a request: each minute, and for each record of the streams."""
