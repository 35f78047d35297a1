"""How regularly somebody was active."""
