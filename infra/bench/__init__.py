"""`make bench`: four ways to give away packs, side by side in one run, and what leases cost and strand at a trickle."""
