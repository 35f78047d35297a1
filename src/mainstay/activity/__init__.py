"""What users did, and the windows and counts that it leaves."""
