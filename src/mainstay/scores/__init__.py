"""Activity to scores: consistency over 28 days, and what-if."""
