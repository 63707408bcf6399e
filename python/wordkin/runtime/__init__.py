"""Code shared by all model packages: compute settings, option classes, progress, callbacks, locks, and shutdown."""

from __future__ import annotations

from . import shutdown as shutdown
