"""Apply a fitted network to texts."""
