"""What the words of the design mean: pure, no store, no clock."""
