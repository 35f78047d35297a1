"""How much somebody has built up, day by day."""
