"""Activity to scores: consistency over 28 days, engagement over a lifetime."""
