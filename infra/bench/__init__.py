"""`make bench`: four protocols that hand out packs, compared in one run, and what leases cost when demand is low."""
