"""A season played through the handlers in virtual time, and books of its own that it must agree with."""
