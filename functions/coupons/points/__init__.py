"""Points: what visits earn and corrections take back, what a person has, and packs in exchange."""
