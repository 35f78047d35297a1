"""How much a user's word, and a word for them, weighs."""
