"""Code shared by all model packages: compute settings, option classes, progress, callbacks, and shutdown."""
