"""Shared by every model package: compute settings, option classes, progress, callbacks, and shutdown."""
