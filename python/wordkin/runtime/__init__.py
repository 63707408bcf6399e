"""Code shared by all model packages: compute settings, option classes, progress, callbacks, locks, and shutdown."""
