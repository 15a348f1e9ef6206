"""What runs by itself: the minute, and the streams."""
