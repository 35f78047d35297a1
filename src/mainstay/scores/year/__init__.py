"""The year score: how likely a user is to stay."""
