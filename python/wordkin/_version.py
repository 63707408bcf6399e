"""Version of the package, imported by modules that must not import the package itself."""

from __future__ import annotations

__all__ = ["__version__"]

__version__ = "0.1.0"
