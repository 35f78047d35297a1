"""The app's tables, and mainstay's."""
