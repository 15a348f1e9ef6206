"""What the local cloud's process says of each save, a line each."""

SAVED, ENDED, FAILED = "saved", "ended", "failed "
"""`ended` is the last save; `failed ` is followed by the reason."""
