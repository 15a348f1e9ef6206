"""Money of batches and merchants: reservations, money given back, day closes, statements, budgets."""
