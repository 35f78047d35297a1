"""Doors to databases and schedulers. Each module imports its own library, and nobody else does."""
