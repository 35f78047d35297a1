"""Doors to databases and schedulers. Only its module imports a library."""
