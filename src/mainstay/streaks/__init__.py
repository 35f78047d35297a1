"""Runs of active days and of active weeks."""
